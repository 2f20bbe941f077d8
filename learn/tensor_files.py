"""Arrays in safetensors files: written whole or not at all, and read back only as they were written."""

from __future__ import annotations

import errno
import hashlib
import json
import math
import mmap
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from learn.files import atomic_path
from learn.scratch import is_large, let_go

_DIGEST = "sha256"
_AT_ONCE = 1 << 22
"""Numbers that are looked at together."""
_NUMBERS = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1", "U64": "<u8",
    "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?",
}  # fmt: skip


class DamagedTensors(ValueError):
    """A safetensors file that cannot be read, or whose values are not those that were written."""


def save_tensors(path: Path, tensors: Mapping[str, np.ndarray], about: Mapping[str, str] | None = None) -> None:
    """Writes ``tensors`` (name -> array) with ``about`` and their SHA-256 in the file's header, atomically.

    Raises:
        LearnError: the file cannot be written.
    """
    arrays = {name: np.ascontiguousarray(value) for name, value in tensors.items()}
    with atomic_path(path) as temporary, saving():
        temporary.touch()
        mode = temporary.stat().st_mode
        save_file(arrays, temporary, {**(about or {}), _DIGEST: _digest(arrays)})
        temporary.chmod(mode)  # as the user's umask has it: safetensors lets nobody else read


@contextmanager
def saving() -> Iterator[None]:
    """What safetensors reports of the file system in an exception of its own (a full disk, say) becomes an OSError."""
    try:
        yield
    except SafetensorError as error:
        said = re.search(r"os error (\d+)", str(error))
        number = int(said[1]) if said else errno.EIO
        raise OSError(number, os.strerror(number)) from error


def load_tensors(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Name -> array, and what was given as ``about``; files that state no SHA-256 are read as they are.

    Raises:
        DamagedTensors: no such file, cut off, other values than were written, or numbers that are not finite.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            about = dict(file.metadata() or {})
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # no mapping
    except (SafetensorError, OSError, ValueError, TypeError, KeyError, RuntimeError) as error:
        raise DamagedTensors(str(error)) from error
    return _checked(arrays, about)


def map_tensors(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """As `load_tensors`, but the arrays of a large file stay there, and in memory is what is being looked at.

    They cannot be written to.

    Raises:
        DamagedTensors: as there.
    """
    try:
        if not is_large(path.stat().st_size):
            return load_tensors(path)
        with safe_open(path, framework="numpy") as file:  # which checks the header
            about = dict(file.metadata() or {})
        with path.open("rb") as opened:
            pages = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        head = int.from_bytes(pages[:8], "little")
        told = {name: one for name, one in json.loads(pages[8 : 8 + head]).items() if name != "__metadata__"}
        arrays = {name: _mapped(pages, 8 + head, one) for name, one in told.items()}
    except (SafetensorError, OSError, ValueError, TypeError, KeyError, RuntimeError) as error:
        raise DamagedTensors(str(error)) from error
    return _checked(arrays, about)


def _checked(arrays: dict[str, np.ndarray], about: dict[str, str]) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Both, without the SHA-256 that ``about`` states, if it states one, and ``arrays`` have."""
    stated = about.pop(_DIGEST, None)
    if stated is not None and stated != _digest(arrays):
        raise DamagedTensors("its values are not those that were written")
    _check_finite(arrays)
    return arrays, about


def _mapped(pages: mmap.mmap, start: int, told: Mapping[str, Any]) -> np.ndarray:
    """What a header says of one array, as it stands among the pages."""
    dtype, shape = np.dtype(_NUMBERS[told["dtype"]]), tuple(told["shape"])
    return np.frombuffer(pages, dtype, math.prod(shape), start + told["data_offsets"][0]).reshape(shape)


def _check_finite(arrays: Mapping[str, np.ndarray]) -> None:
    for name, value in arrays.items():
        if value.dtype.kind == "f" and not all(np.isfinite(part).all() for part in _parts(value)):
            raise DamagedTensors(f"{name} holds numbers that are not finite")


def _parts(value: np.ndarray) -> Iterator[np.ndarray]:
    """The numbers of ``value`` in their order, some at a time: what has been looked at need not stay in memory."""
    flat = np.ascontiguousarray(value).reshape(-1)
    for start in range(0, max(1, len(flat)), _AT_ONCE):
        yield flat[start : start + _AT_ONCE]
        let_go(flat)


def _digest(arrays: Mapping[str, np.ndarray]) -> str:
    found = hashlib.sha256()
    for name, value in sorted(arrays.items()):
        found.update(f"{name} {value.dtype.str} {value.shape} ".encode())
        for part in _parts(value):
            found.update(part.data)
    return found.hexdigest()
