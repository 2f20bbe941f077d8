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
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != NAME)
    sums = {path.name: sha256(path) for path in files}
    (folder / NAME).write_text(_text(sums), encoding="utf-8")


@contextmanager
def replacing(path: Path) -> Iterator[None]:
    """While ``path`` is replaced by another version, its folder's checksums do not state it; afterwards the new one.

    A kill in between leaves a file of which nothing is stated, never one that looks damaged.
    """
    sums = path.parent / NAME
    known = _known(sums) if sums.exists() else {}
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
    expected = _expected(path, remedy)
    if expected is None:
        return
    about = path.stat()
    known = (about.st_size, about.st_mtime_ns, about.st_ino, expected)
    if _verified.get(path) == known:
        return
    if sha256(path) != expected:
        raise LearnError(f"{path} is damaged: it is not what was written.", remedy)
    _verified[path] = known


def sha256(path: Path) -> str:
    """In hex, of the whole file."""
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _expected(path: Path, remedy: str) -> str | None:
    """None where no checksums.json lies beside ``path`` or it does not know the file."""
    sums = path.parent / NAME
    try:
        return _known(sums).get(path.name)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise LearnError(f"{sums} is damaged: {error}.", remedy) from None


def _known(sums: Path) -> dict[str, str]:
    known = json.loads(sums.read_text(encoding="utf-8"))
    if not isinstance(known, dict):
        raise ValueError("it holds no names of files")
    return known


def _replace_sums(sums: Path, known: dict[str, str]) -> None:
    temporary = temporary_beside(sums)
    temporary.write_text(_text(known), encoding="utf-8")
    os.replace(temporary, sums)


def _text(sums: dict[str, str]) -> str:
    return json.dumps(sums, indent=2) + "\n"
