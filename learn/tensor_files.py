"""Arrays in safetensors files: written whole or not at all, and read back only as they were written."""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from learn.files import atomic_path

_DIGEST = "sha256"


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
    except (SafetensorError, OSError, ValueError, TypeError, KeyError) as error:
        raise DamagedTensors(str(error)) from error
    stated = about.pop(_DIGEST, None)
    if stated is not None and stated != _digest(arrays):
        raise DamagedTensors("its values are not those that were written")
    for name, value in arrays.items():
        if value.dtype.kind == "f" and not np.isfinite(value).all():
            raise DamagedTensors(f"{name} holds numbers that are not finite")
    return arrays, about


def _digest(arrays: Mapping[str, np.ndarray]) -> str:
    found = hashlib.sha256()
    for name, value in sorted(arrays.items()):
        found.update(f"{name} {value.dtype.str} {value.shape} ".encode())
        found.update(np.ascontiguousarray(value).data)
    return found.hexdigest()
