"""Small records of a build, which say themselves whether they are what was written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from learn.errors import LearnError
from learn.files import read_json, write_json

REMEDY = "Start the build again."
_DIGEST = "sha256"


def write_record(path: Path, record: dict[str, Any]) -> None:
    """Writes ``record`` as JSON with its SHA-256, atomically."""
    write_json(path, record | {_DIGEST: _digest(record)})


def read_record(path: Path, names: Collection[str]) -> dict[str, Any]:
    """What `write_record` wrote; records of earlier versions, which state no SHA-256, are read as they are.

    Args:
        path: the file.
        names: what it may hold.

    Raises:
        LearnError: absent, not what was written, or it holds other names.
    """
    found = read_json(path, REMEDY, dict)
    stated = found.pop(_DIGEST, None)
    if stated is not None and stated != _digest(found):
        raise LearnError(f"{path} is damaged: it is not what was written.", REMEDY)
    if unknown := sorted(found.keys() - set(names)):
        raise LearnError(f"{path} is damaged: it holds {', '.join(unknown)[:80]!r}.", REMEDY)
    return found


def _digest(record: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(record, sort_keys=True, default=str).encode()).hexdigest()
