"""One folder in the place of another without a moment at which there is neither."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_UNSUPPORTED = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM)


def exchange(one: Path, other: Path) -> bool:
    """Swaps two paths in one call of the system (Linux' renameat2 with RENAME_EXCHANGE).

    Returns:
        False where the system or this file system has no such call; nothing has happened then.

    Raises:
        OSError: it has, and it failed.
    """
    call = _renameat2()
    if call is None:
        return False
    if call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNSUPPORTED:
        return False
    raise OSError(number, os.strerror(number), str(other))


def fsync_folder(folder: Path) -> None:
    """Makes the names in ``folder`` last through a power cut, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # file systems whose folders cannot be synced
            raise
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Makes ``folder`` and those above it where they are missing, so that their names last through a power cut.

    Raises:
        OSError: it cannot be made, or a file stands there.
    """
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for one in missing:
        fsync_folder(one.parent)


def fsync_tree(folder: Path) -> None:
    """Makes every file below ``folder``, and its names, last through a power cut."""
    for place, _, files in os.walk(folder):
        for name in files:
            with open(Path(place) / name, "rb") as handle:
                os.fsync(handle.fileno())
        fsync_folder(Path(place))


@cache
def _renameat2() -> Any:
    if not sys.platform.startswith("linux"):
        return None
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return None
    call.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    return call
