"""How far a build is, in a file: what a page shows after a reload, and after the server was started anew."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from learn.building.record import read_record, write_record
from learn.item_towers import ITEM_TOWERS

RUNNING, DONE, FAILED, CANCELLED, STOPPED = "running", "done", "failed", "cancelled", "stopped"
CHECKING, OPENING = "Checking the tables", "Opening the language model"
FILE = "progress.json"


@dataclass(frozen=True)
class Status:
    """How far a build is.

    Attributes:
        state: RUNNING, DONE, FAILED (``what`` and ``remedy`` say why), CANCELLED, or STOPPED: its process ended
            without a word.
        step: what it does, in words.
        place, of: the step's number, from 1, and how many there are.
        done, total, unit: within the step; a total of 0: unknown.
        started, updated, step_started: seconds since 1970.
        what, remedy: of an error.
    """

    state: str = RUNNING
    step: str = CHECKING
    place: int = 1
    of: int = 1
    done: float = 0.0
    total: float = 0.0
    unit: str = ""
    started: float = 0.0
    updated: float = 0.0
    step_started: float = 0.0
    what: str = ""
    remedy: str = ""

    @property
    def share(self) -> float:
        """Of the whole build, 0 to 1, every step counted alike."""
        if self.state == DONE:
            return 1.0
        within = min(self.done / self.total, 1.0) if self.total else 0.0
        return min((self.place - 1 + within) / self.of, 1.0)

    @property
    def seconds_left(self) -> float | None:
        """Of this step, by its rate so far; None before there is one."""
        if not (self.done and self.total):
            return None
        return max(self.total - self.done, 0.0) * (self.updated - self.step_started) / self.done


def steps() -> list[str]:
    """What a build does, as the tasks that report progress begin to describe themselves."""
    trained = [f"Training {tower.run_name}" for tower in ITEM_TOWERS.entries]
    return [CHECKING, "Reading", *trained, "Counting", "Drawing maps"]


def read_status(folder: Path) -> Status:
    """What `FileProgress` wrote last into ``folder``.

    Raises:
        LearnError: absent or damaged.
    """
    return Status(**read_record(folder / FILE, Status.__dataclass_fields__))


class FileProgress:
    """Progress (`learn.progress.Progress`) of a whole build, kept in a folder's file once a second.

    Args:
        folder: of the build.
        asked_to_stop: called as often; when it says so, ``stop`` is.
        stop: ends the process; it does not return.
    """

    def __init__(self, folder: Path, asked_to_stop: Any = lambda: False, stop: Any = lambda: None) -> None:
        self.folder, self.asked_to_stop, self.stop = folder, asked_to_stop, stop
        now = time.time()
        self.status = Status(of=len(steps()), started=now, updated=now, step_started=now)
        self._ended = threading.Event()
        self._writing = threading.Lock()

    @contextmanager
    def kept(self) -> Iterator[FileProgress]:
        """Writes the status while the block runs."""
        self._write()
        thread = threading.Thread(target=self._keep, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._ended.set()
            thread.join()

    def end(self, state: str, what: str = "", remedy: str = "") -> None:
        """The last word."""
        self._ended.set()
        self.status = replace(self.status, state=state, what=what, remedy=remedy)
        self._write()

    @contextmanager
    def task(self, description: str, total: float, unit: str) -> Iterator[FileProgress]:
        """See `learn.progress.Progress.task`; a task that is none of `steps` belongs to the step before it."""
        names = steps()
        place = next((n for n, name in enumerate(names, 1) if description.startswith(name)), self.status.place)
        self.status = replace(
            self.status,
            step=description,
            place=max(place, self.status.place),
            done=0.0,
            total=float(total),
            unit=unit,
            step_started=time.time(),
        )
        yield self

    def prepared(self) -> None:
        """The tables are kept; before the first text is read, the model is opened (at first: made ready)."""
        self.status = replace(self.status, step=OPENING, place=2, step_started=time.time())

    def update(self, n: float = 1, **fields: Any) -> None:
        """``n`` more units are done."""
        self.status = replace(self.status, done=self.status.done + n)

    def _keep(self) -> None:
        while not self._ended.wait(1.0):
            if self.asked_to_stop():
                self.end(CANCELLED)
                self.stop()
                return
            self._write()

    def _write(self) -> None:
        with self._writing:
            write_record(self.folder / FILE, asdict(replace(self.status, updated=time.time())))
