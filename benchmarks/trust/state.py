"""What a workspace holds, thing by thing, as digests that do not know when or how quickly it was made."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from learn.locks import LOCK_PREFIX
from learn.partial import RETIRED_PREFIX, TEMPORARY_PREFIX
from learn.tensor_files import DamagedTensors, load_tensors

_OF_THE_MAKING = {"seconds", "train_seconds", "made", "bytes", "dataset_mtime"}
_MAPS = ("map.safetensors", "content_map.safetensors")
_TEMPORARY = re.compile(rf"({TEMPORARY_PREFIX}|{RETIRED_PREFIX})[0-9a-f]+\.\d+\.\d+-[0-9a-f]{{32}}")
_NOT_COUNTED = {"checksums.json", "lock", "lock-holder"}


def things(workspace: Path) -> dict[str, str]:
    """Name -> digest of each dataset, Run, store and map; of a store what it says of which text, not in which file."""
    found = {}
    for folder in (
        sorted(workspace.glob("datasets/*")) + sorted(workspace.glob("runs/*/*")) + sorted(workspace.glob("exports/*"))
    ):
        if folder.name.startswith("."):
            continue
        parts = [path for path in sorted(folder.iterdir()) if path.name not in _NOT_COUNTED and path.name[0] != "."]
        own = [path for path in parts if path.name not in _MAPS]
        if own:
            found[str(folder.relative_to(workspace))] = _digest(own)
        for path in parts:
            if path.name in _MAPS:
                found[str(path.relative_to(workspace))] = _map_digest(path)
    for folder in sorted(workspace.glob("content/*/*")):
        if (folder / "store.json").exists():
            found[str(folder.relative_to(workspace))] = _store_digest(folder)
    return found


def leftovers(workspace: Path) -> list[str]:
    """What nobody would ever use: temporary names, things moved aside, checkpoints of finished Runs."""
    kinds = (TEMPORARY_PREFIX, RETIRED_PREFIX, LOCK_PREFIX)
    found = [path for kind in kinds for path in workspace.rglob(f"{kind}*")]
    return sorted(str(path.relative_to(workspace)) for path in found if path.exists())


def every_file(workspace: Path) -> str:
    """A digest of all files with their names, those of dead processes under one name each."""
    found = hashlib.sha256()
    entries = [(_TEMPORARY.sub(r"\1", str(path.relative_to(workspace))), path) for path in workspace.rglob("*")]
    for name, path in sorted(entries):
        found.update(name.encode() + (path.read_bytes() if path.is_file() else b"/"))
    return found.hexdigest()[:16]


def _digest(files: list[Path]) -> str:
    found = hashlib.sha256()
    for path in files:
        found.update(path.name.encode())
        if path.is_dir():
            found.update(b"folder")
        elif path.suffix == ".json":
            found.update(_json_digest(path.read_bytes()))
        else:
            found.update(path.read_bytes())
    return found.hexdigest()[:16]


def _json_digest(text: bytes) -> bytes:
    try:
        return json.dumps(_lasting(json.loads(text)), sort_keys=True).encode()
    except ValueError:
        return b"damaged: " + text


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lasting(one) for key, one in value.items() if key not in _OF_THE_MAKING}
    return [_lasting(one) for one in value] if isinstance(value, list) else value


def _map_digest(path: Path) -> str:
    """The places alone: what a map was made from says when its Run was made."""
    try:
        arrays, _ = load_tensors(path)
    except DamagedTensors as error:
        return f"damaged: {error}"
    return hashlib.sha256(b"".join(np.ascontiguousarray(one) for _, one in sorted(arrays.items()))).hexdigest()[:16]


def _store_digest(folder: Path) -> str:
    rows: dict[bytes, bytes] = {}
    for shard in sorted(folder.glob("shard-*.safetensors")):
        try:
            arrays, _ = load_tensors(shard)
        except DamagedTensors as error:
            return f"damaged: {error}"
        rows |= {a.tobytes(): b.tobytes() for a, b in zip(arrays["hashes"], arrays["vectors"], strict=True)}
    return hashlib.sha256(b"".join(key + value for key, value in sorted(rows.items()))).hexdigest()[:16]
