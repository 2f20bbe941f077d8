"""The tables that somebody gave: uploads kept under a name that is safe, and files that lie in the workspace."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from tempfile import gettempdir
from typing import IO

from learn.checksums import sha256
from learn.errors import LearnError
from learn.files import atomic_path
from learn.workspace import Workspace

UPLOADS = "uploads"
MOST_LISTED = 500
_OWN = frozenset(
    {"datasets", "content", "runs", "models", "maps", "benchmarks", "ranking", "builds"}
)  # what the workspace keeps there is no table of the user's
_ENDINGS = re.compile(r"\.(csv|tsv|txt|dat|parquet|pq|jsonl|ndjson|json|inter|item)(\.(gz|bz2|xz|zip|zst))?$", re.I)
_CHUNK = 1 << 20
_DIGITS = 16
"""Of the SHA-256 of an upload's content: its folder's name."""


def keep_upload(workspace: Workspace, name: str, content: IO[bytes]) -> str:
    """Stores an uploaded file; returns its path relative to the workspace.

    The folder is the content's hash, so that the same file is stored once, and what is left of ``name`` is letters,
    digits, dots, dashes and underscores: it cannot lead anywhere.

    Raises:
        LearnError: the workspace cannot be written to, or a folder stands in the file's place.
    """
    digest = hashlib.sha256()
    while chunk := content.read(_CHUNK):
        digest.update(chunk)
    content.seek(0)
    file = workspace.root / UPLOADS / digest.hexdigest()[:_DIGITS] / _safe(name)
    if file.is_dir():
        raise _a_folder(workspace, file.relative_to(workspace.root).as_posix())
    if not _is_whole(file):
        with atomic_path(file) as temporary, temporary.open("wb") as out:
            while chunk := content.read(_CHUNK):
                out.write(chunk)
    return file.relative_to(workspace.root).as_posix()


def is_temporary(root: Path) -> bool:
    """Whether a folder lies where the system keeps what nobody has to find again."""
    return root.resolve().is_relative_to(Path(gettempdir()).resolve())


def _safe(name: str) -> str:
    last = re.split(r"[/\\]", name)[-1]
    return re.sub(r"[^A-Za-z0-9._-]+", "_", last).lstrip(".-")[-80:].lstrip(".-") or "table"


def tables_in(workspace: Workspace) -> list[str]:
    """Files that may be tables, relative to the workspace, uploads first; not what the workspace itself keeps.

    An upload that has become a folder is there too: whoever chooses it is told (`inside`).
    """
    root = workspace.root
    found: list[str] = []
    for top in sorted(root.iterdir(), key=lambda path: (path.name != UPLOADS, path.name)) if root.is_dir() else ():
        if top.name in _OWN or top.name.startswith("."):
            continue
        files = sorted(top.rglob("*")) if top.is_dir() else [top]
        found += [
            file.relative_to(root).as_posix()
            for file in files
            if _ENDINGS.search(file.name)
            and (file.is_file() or (top.name == UPLOADS and file.is_dir()))
            and _is_within(root, file)
        ]
    return found[:MOST_LISTED]


def inside(workspace: Workspace, file: str) -> Path:
    """The path of ``file``, which is relative to the workspace.

    Raises:
        LearnError: it is not there, not within the workspace, or an upload that is not what was uploaded any more.
    """
    path = workspace.root / file
    if not _is_within(workspace.root, path):
        raise LearnError(f"{file} is not within the workspace.", "Choose a file of the workspace, or upload it.")
    if path.is_dir():
        raise _a_folder(workspace, file)
    if not path.is_file():
        raise LearnError(f"{file} is not in the workspace (any more).", "Upload it again.")
    if Path(file).parts[0] == UPLOADS and not _is_whole(path):
        raise LearnError(f"{file} is damaged: it is not what was uploaded.", "Upload it again.")
    return path


def _a_folder(workspace: Workspace, file: str) -> LearnError:
    return LearnError(
        f"{file} is damaged: it is a folder, not a table.",
        f"Remove the folder {workspace.root / file}. Upload it again.",
    )


def _is_whole(file: Path) -> bool:
    """Whether an upload is there and holds what its folder's name says; what stands in another folder passes."""
    if not file.is_file():
        return False
    stated = file.parent.name
    is_hash = len(stated) == _DIGITS and not set(stated) - set("0123456789abcdef")
    return not is_hash or sha256(file).startswith(stated)


def _is_within(root: Path, path: Path) -> bool:
    return path.resolve().is_relative_to(root.resolve())
