"""One process at a time writes a thing; whoever comes second is told for whom it waits."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from learn.errors import LearnError
from learn.exchange import make_folder

LOCK_PREFIX = ".lock-"
_HOLDER = ".holder"
_WORDS = 80


@contextmanager
def writing(thing: Path, wait: bool = True) -> Iterator[None]:
    """Only this thread writes ``thing`` (a folder or a file) inside; one that holds it already goes on.

    The system frees the lock when its holder dies, however it dies.

    Args:
        thing: what is written; the lock is a hidden file beside it while it is held.
        wait: until whoever writes it is done, after saying on the terminal who that is.

    Raises:
        LearnError: another one writes it and ``wait`` is False, or the folder cannot be written to.
    """
    from filelock import FileLock, Timeout

    place = Path(thing).absolute()
    file = place.parent / f"{LOCK_PREFIX}{place.name}"
    holder = file.with_name(f"{file.name}{_HOLDER}")  # of its own: some systems let nobody read a locked file
    try:
        make_folder(place.parent)
        lock = FileLock(file, timeout=-1, is_singleton=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            by = _holder(holder)
            if not wait:
                raise LearnError(
                    f"{by} is writing {thing}.", "Wait for it to finish, or stop it, and run this again."
                ) from None
            print(f"Waiting for {by[0].lower()}{by[1:]}, which is writing {thing} ...", file=sys.stderr, flush=True)
            lock.acquire()
    except OSError as error:
        raise _lock_error(file, error) from error
    first = lock.lock_counter == 1
    try:
        if first:
            with suppress(OSError):  # it only serves the message
                holder.write_text(_process(), encoding="utf-8")
        yield
    finally:
        if first:  # what was written is whole by now; a file that stays here is taken over by the next one
            for left in (holder, file):
                with suppress(OSError):  # who waits for a file that is gone makes another (filelock looks)
                    left.unlink(missing_ok=True)
        with suppress(OSError):
            lock.release()


def sweep_locks(folder: Path) -> None:
    """Removes the files of locks in ``folder``, and in hidden folders there (a training's checkpoints), that nobody
    holds: what a process left that died as it let go. A hidden folder that held nothing else goes with them."""
    from filelock import FileLock, Timeout

    folder = Path(folder)
    files = [*folder.glob(f"{LOCK_PREFIX}*"), *folder.glob(f".*/{LOCK_PREFIX}*")]
    for file in files:
        with suppress(OSError, Timeout):  # somebody holds it, or nothing may be removed here
            if file.suffix == _HOLDER:
                if not file.with_suffix("").exists():
                    file.unlink(missing_ok=True)
                continue
            with FileLock(file, timeout=0):
                file.with_name(f"{file.name}{_HOLDER}").unlink(missing_ok=True)
                file.unlink(missing_ok=True)
    for hidden in {file.parent for file in files} - {folder}:
        with suppress(OSError):  # it holds something
            hidden.rmdir()


def _holder(file: Path) -> str:
    """Who wrote ``file``, in words that begin a sentence."""
    with suppress(OSError, UnicodeDecodeError):
        if said := "".join(c for c in file.read_text(encoding="utf-8")[:200] if c.isprintable()):
            return f"Process {said}"
    return "Another process"


def _lock_error(path: Path, error: OSError) -> LearnError:
    """What is said where a lock cannot be made."""
    return LearnError(
        f"Cannot write {path}: {error.strerror or error}.",
        "Choose a folder that you may write to with --workspace (or LEARN_WORKSPACE).",
    )


def _process() -> str:
    """This process's number, and what was typed where it is a command."""
    words = " ".join([Path(sys.argv[0]).stem, *sys.argv[1:]]) if sys.argv and sys.argv[0] else "python"
    return f"{os.getpid()} ({words[:_WORDS]})"
