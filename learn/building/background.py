"""Builds in a process of their own, which outlive the page and the server that started them. One at a time."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from filelock import FileLock, Timeout

from learn.building import status as progress
from learn.building.files import inside
from learn.building.record import REMEDY, read_record, write_record
from learn.building.status import CANCELLED, RUNNING, STOPPED, Status, read_status
from learn.data.stored import is_stored, needs_no_preparing
from learn.errors import LearnError
from learn.workspace import Workspace

SPEC, CANCEL, LOCK, LOG = "build.json", "cancel", "lock", "log.txt"
SECONDS_TO_START = 60
"""A process that has not taken its lock by then has not started."""
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Spec:
    """What a build reads, as it is kept.

    Attributes:
        name: of the dataset.
        items, interactions: files, relative to the workspace and within it.
        mapping: ``("title=product_name", ...)``.
        preset, settings, llm: as `learn.pipeline.configuration` takes them.
        date_order, encoding, separator, columns: how the files are written, as `learn.pipeline.Preparation` takes it.
    """

    name: str
    items: str
    interactions: str
    mapping: tuple[str, ...] = ()
    preset: str = "auto"
    settings: tuple[str, ...] = ()
    llm: str | None = None
    date_order: str | None = None
    encoding: str | None = None
    separator: str | None = None
    columns: tuple[str, ...] = ()


def start(workspace: Workspace, spec: Spec) -> None:
    """Starts a build, or goes on with one that was stopped.

    Raises:
        LearnError: another one is running, the name is another dataset's or no name, or a file is not there.
    """
    folder = workspace.build(spec.name)
    for file in (spec.items, spec.interactions):
        inside(workspace, file)
    workspace.builds.mkdir(parents=True, exist_ok=True)
    with FileLock(workspace.builds / ".starting"):
        other = next((name for name in build_names(workspace) if build_status(workspace, name).state == RUNNING), None)
        if other is not None:
            raise LearnError(f"The build of {other} is running.", "Wait for it, or cancel it first.")
        if name_is_taken(workspace, spec):
            raise LearnError(f"There is a dataset {spec.name} already.", "Choose another name.")
        folder.mkdir(exist_ok=True)
        (folder / CANCEL).unlink(missing_ok=True)
        write_record(folder / SPEC, asdict(spec))
        now = time.time()
        write_record(folder / progress.FILE, asdict(Status(of=len(progress.steps()), started=now, updated=now)))
        _spawn(workspace, spec.name)


def name_is_taken(workspace: Workspace, spec: Spec) -> bool:
    """Whether the name is that of a dataset that ``spec`` did not begin."""
    if not (is_stored(workspace, spec.name) or needs_no_preparing(spec.name)):
        return False
    begun = workspace.build(spec.name) / SPEC
    return not (begun.exists() and read_spec(workspace, spec.name) == spec)


def _spawn(workspace: Workspace, name: str) -> None:
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "learn.building", str(workspace.root.resolve()), name]
    with (workspace.build(name) / LOG).open("ab") as log:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # what ends the server does not end it
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    threading.Thread(target=process.wait, daemon=True).start()  # so that it does not stay behind as a zombie


def read_spec(workspace: Workspace, name: str) -> Spec:
    """What the build ``name`` reads.

    Raises:
        LearnError: there is none of that name, or it is damaged.
    """
    file = workspace.build(name) / SPEC
    stored = read_record(file, Spec.__dataclass_fields__)
    if not {"name", "items", "interactions"} <= stored.keys():
        raise LearnError(f"{file} is damaged: it does not say what to read.", REMEDY)
    lists = {key: tuple(stored.get(key, ())) for key in ("mapping", "settings", "columns")}
    return Spec(**(stored | lists))


def build_names(workspace: Workspace) -> list[str]:
    """Builds of this workspace, the one that was begun last first."""
    files = sorted(workspace.builds.glob(f"*/{SPEC}"), key=lambda file: -file.stat().st_mtime_ns)
    return [file.parent.name for file in files if (file.parent / progress.FILE).exists()]


def build_status(workspace: Workspace, name: str) -> Status:
    """How far the build ``name`` is.

    Raises:
        LearnError: there is none of that name, or its file is damaged.
    """
    folder = workspace.build(name)
    found = read_status(folder)
    if found.state != RUNNING or _is_held(folder / LOCK) or time.time() - found.updated < _grace(folder):
        return found
    again = read_status(folder)  # it may have ended between the two looks
    return again if again.state != RUNNING else replace(again, state=STOPPED)


def _grace(folder: Path) -> float:
    """Seconds without a lock in which a process may be starting; none once it held the lock."""
    lock = folder / LOCK
    begun = lock.exists() and lock.stat().st_mtime_ns >= (folder / SPEC).stat().st_mtime_ns
    return 2.0 if begun else SECONDS_TO_START


def _is_held(lock: Path) -> bool:
    if not lock.exists():
        return False
    try:
        with FileLock(lock, timeout=0):
            return False
    except Timeout:
        return True


def cancel(workspace: Workspace, name: str) -> None:
    """Asks the build ``name`` to end; what it has finished stays, and the same build goes on from there."""
    folder = workspace.build(name)
    (folder / CANCEL).touch()
    if build_status(workspace, name).state == STOPPED:
        write_record(folder / progress.FILE, asdict(replace(read_status(folder), state=CANCELLED)))


def last_words(workspace: Workspace, name: str, most: int = 2000) -> str:
    """The end of what the build ``name`` wrote."""
    log = workspace.build(name) / LOG
    return log.read_text(encoding="utf-8", errors="replace")[-most:].strip() if log.exists() else ""
