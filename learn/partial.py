"""Names of what is being written, and what becomes of it when its process dies: nothing that lives is swept away.

A temporary name holds the process that owns it, so that a sweep tells what was left behind from what is being written.
A folder that was moved aside carries the name of its place, so that it comes back where nothing took it.
"""

from __future__ import annotations

import os
import shutil
import socket
import time
import uuid
import zlib
from contextlib import suppress
from functools import cache
from pathlib import Path

TEMPORARY_PREFIX = ".partial-"
RETIRED_PREFIX = ".retired-"
ELSEWHERE_SECONDS = 7 * 24 * 3600  # what another host's process wrote is given up after so long


def temporary_beside(path: Path) -> Path:
    """A name of this process that nothing has, in the folder of ``path``, with its ending."""
    return path.parent / f"{TEMPORARY_PREFIX}{_owner()}-{uuid.uuid4().hex}{path.suffix}"


def retired_beside(path: Path) -> Path:
    """A name of this process under which ``path`` waits while another takes its place."""
    return path.parent / f"{RETIRED_PREFIX}{_owner()}-{uuid.uuid4().hex}-{path.name}"


def sweep_partial(folder: Path | str, nameless: bool = True) -> None:
    """Removes what dead processes left behind in ``folder``; what one had moved aside goes back where it was.

    Args:
        folder: of a workspace, or any other.
        nameless: also what names no process, as earlier versions wrote it; False where a folder may hold others' files.
    """
    folder = Path(folder)
    restore_retired(folder)
    for leftover in [*folder.glob(f"{TEMPORARY_PREFIX}*"), *folder.glob(f"{RETIRED_PREFIX}*")]:
        if not _owner_lives(leftover) and (nameless or len(_owner_of(leftover)) == 3):
            remove(leftover)


def restore_retired(folder: Path | str) -> None:
    """Gives what a dead process had moved aside its place back where nothing stands in it."""
    for retired in Path(folder).glob(f"{RETIRED_PREFIX}*"):
        place = retired.parent / retired.name.removeprefix(RETIRED_PREFIX).split("-", 2)[-1]
        if not place.exists() and not _owner_lives(retired):
            with suppress(OSError):  # a read-only folder: the next command that may write does it
                os.replace(retired, place)


def remove(path: Path) -> None:
    """Removes a file, a link or a folder with all that is in it; nothing that a link leads to."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _owner_lives(path: Path) -> bool:
    """Whether the process that a temporary name holds may still be writing; names without one are of nobody."""
    owner = _owner_of(path)
    if len(owner) != 3 or not owner[1].isdigit():
        return False
    host, pid, started = owner
    if host != _host() or os.name != "posix":
        with suppress(OSError):
            return time.time() - path.stat().st_mtime < ELSEWHERE_SECONDS
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return started == _started(int(pid))


def _owner_of(path: Path) -> list[str]:
    """Host, process and its beginning, as `_owner` joined them; something else where nobody is named."""
    return path.name.removeprefix(TEMPORARY_PREFIX).removeprefix(RETIRED_PREFIX).split("-", 1)[0].split(".")


def _owner() -> str:
    return f"{_host()}.{os.getpid()}.{_started(os.getpid())}"


@cache
def _host() -> str:
    return f"{zlib.crc32(socket.gethostname().encode()):08x}"


def _started(pid: int) -> str:
    """When a process began, as Linux counts it; "0" where nobody says: its number alone must do."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return "0"
