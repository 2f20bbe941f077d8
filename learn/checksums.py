"""What was written is what is read: every folder that is written whole says the SHA-256 of its files.

A disk that flips a bit, a file cut short or swapped with another folder's is then an error that names the file, never
another number on a page. Folders of an older version, which say nothing, are read as they are.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from learn.errors import LearnError
from learn.partial import temporary_beside

NAME = "checksums.json"

_verified: dict[Path, tuple[int, int, int, str]] = {}  # what was found whole, until the file changes


def write_checksums(folder: Path) -> None:
    """Writes ``folder``/checksums.json: file name -> SHA-256 in hex, of every file that lies in it."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != NAME and path.name[0] != ".")
    _replace_sums(folder / NAME, {path.name: sha256(path) for path in files})


def check_complete(folder: Path, remedy: str) -> None:
    """Refuses a folder that lacks a file that was written into it.

    Raises:
        LearnError: a file of its checksums.json is not there, or that file is damaged.
    """
    for name in _stated(folder / NAME, remedy):
        if not (folder / name).is_file():
            kind = "is a folder, where a file was written" if (folder / name).exists() else "does not exist any more"
            raise LearnError(f"{folder / name} {kind}.", remedy)


def verify_folder(folder: Path, remedy: str) -> None:
    """Refuses a folder any of whose files is not what was written. Raises as `check_complete` and `verify`."""
    check_complete(folder, remedy)
    for name in _stated(folder / NAME, remedy):
        verify(folder / name, remedy)


@contextmanager
def replacing(path: Path) -> Iterator[None]:
    """While ``path`` is replaced by another version, its folder's checksums do not state it; afterwards the new one.

    A kill in between leaves a file of which nothing is stated, never one that looks damaged.
    """
    sums = path.parent / NAME
    known = _stated(sums, f"Build {path.parent} again, or delete it.")
    if path.name not in known:
        yield
        return
    _replace_sums(sums, {name: value for name, value in known.items() if name != path.name})
    yield
    _replace_sums(sums, known | {path.name: sha256(path)})


def verify(path: Path, remedy: str) -> None:
    """Refuses a file that is not the one that was written; one of which nothing is known passes.

    Args:
        path: a file that is there. Read again only when its size or times change.
        remedy: the command that rebuilds it.

    Raises:
        LearnError: its SHA-256 is not the one in the checksums.json beside it, or that file is damaged.
    """
    expected = _stated(path.parent / NAME, remedy).get(path.name)
    if expected is None:
        return
    try:
        about = path.stat()
        known = (about.st_size, about.st_mtime_ns, about.st_ino, expected)
        if _verified.get(path) == known:
            return
        found = sha256(path)
    except FileNotFoundError:
        raise LearnError(f"{path} does not exist any more.", remedy) from None
    except OSError as error:
        raise LearnError(f"{path} cannot be read: {error.strerror}.", remedy) from None
    if found != expected:
        raise LearnError(f"{path} is damaged: it is not what was written.", remedy)
    _verified[path] = known


def sha256(path: Path) -> str:
    """In hex, of the whole file."""
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _stated(sums: Path, remedy: str) -> dict[str, str]:
    """File name -> SHA-256; nothing where there is no such file."""
    try:
        known = json.loads(sums.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise LearnError(f"{sums} cannot be read: {error.strerror}.", remedy) from None
    except (ValueError, RecursionError) as error:
        raise LearnError(f"{sums} is damaged: {error}.", remedy) from None
    if not isinstance(known, dict) or not known:
        raise LearnError(f"{sums} is damaged: it holds no names of files.", remedy)
    return known


def _replace_sums(sums: Path, known: dict[str, str]) -> None:
    temporary = temporary_beside(sums)
    with open(temporary, "w", encoding="utf-8") as handle:
        handle.write(_text(known))
        handle.flush()
        os.fsync(handle.fileno())  # else a power cut may leave the new name with nothing in it
    os.replace(temporary, sums)


def _text(sums: dict[str, str]) -> str:
    return json.dumps(sums, indent=2) + "\n"
