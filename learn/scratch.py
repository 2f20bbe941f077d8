"""Arrays that are made once and read in parts: in memory, or where they are large in a temporary file."""

from __future__ import annotations

import mmap
import os
import tempfile
from collections.abc import Sequence
from math import prod

import numpy as np
from numpy.typing import DTypeLike

from learn.errors import LearnError

LARGE = 1 << 26
"""Bytes from which on an array is in a file: 64 MiB."""
_ROWS = 1 << 16
"""Rows that are copied together."""


def is_large(size: int) -> bool:
    """Whether an array of ``size`` bytes is in a file."""
    return size >= LARGE


def scratch(shape: tuple[int, ...], dtype: DTypeLike) -> np.ndarray:
    """An array to be filled; from `LARGE` bytes on its pages are a file's, which the system takes back from memory
    where that is short.

    The file lies in the folder of temporary files (``$TMPDIR``), has no name, and is gone with the array.

    Raises:
        LearnError: that folder has too little room, or cannot be written to.
    """
    size = prod(shape) * np.dtype(dtype).itemsize
    if not is_large(size):
        return np.empty(shape, dtype)
    try:
        with tempfile.TemporaryFile(prefix="learn-") as file:
            if hasattr(os, "posix_fallocate"):  # else a disk that is full would end the process at some later write
                os.posix_fallocate(file.fileno(), 0, size)
            else:
                file.truncate(size)
            pages = mmap.mmap(file.fileno(), size)
    except OSError as error:
        raise LearnError(
            f"{size / 2**20:,.0f} MiB are needed for a temporary file in {tempfile.gettempdir()}: {error.strerror}.",
            "Make room there, or name another folder: TMPDIR=/path/with/room",
        ) from error
    return np.frombuffer(pages, dtype).reshape(shape)


def take_rows(rows: np.ndarray, places: np.ndarray) -> np.ndarray:
    """``rows[places]`` ([n, d] and [m]); of a large array that is asked for as it is, the array itself."""
    if not is_large(len(places) * rows.shape[1] * rows.itemsize):
        return rows[places]
    if len(places) == len(rows) and np.array_equal(places, np.arange(len(rows))):
        return rows
    found = scratch((len(places), rows.shape[1]), rows.dtype)
    for start in range(0, len(places), _ROWS):
        found[start : start + _ROWS] = rows[places[start : start + _ROWS]]
        let_go(rows)
        let_go(found)
    return found


def join_rows(parts: Sequence[np.ndarray]) -> np.ndarray:
    """[n, d] arrays one below the other; a single one is not copied."""
    if len(parts) == 1:
        return parts[0]
    found = scratch((sum(map(len, parts)), parts[0].shape[1]), parts[0].dtype)
    end = 0
    for part in parts:
        found[end : end + len(part)] = part
        end += len(part)
        let_go(part)
        let_go(found)
    return found


def join_columns(parts: Sequence[np.ndarray]) -> np.ndarray:
    """[n, d] arrays side by side; a single one is not copied."""
    if len(parts) == 1:
        return parts[0]
    found = scratch((len(parts[0]), sum(part.shape[1] for part in parts)), np.result_type(*parts))
    for start in range(0, len(found), _ROWS):
        np.concatenate([part[start : start + _ROWS] for part in parts], axis=1, out=found[start : start + _ROWS])
        for array in (*parts, found):
            let_go(array)
    return found


def let_go(array: np.ndarray) -> None:
    """Gives back the memory that pages of a `scratch` array take; they are read again from its file when needed.

    Of an array in memory nothing changes.
    """
    base: object = array
    while isinstance(base, np.ndarray):
        base = base.base
    if isinstance(base, memoryview):
        base = base.obj
    if isinstance(base, mmap.mmap) and hasattr(base, "madvise"):
        base.madvise(mmap.MADV_DONTNEED)
