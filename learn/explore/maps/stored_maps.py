"""Maps on disk: one safetensors file a space, told apart by what they were made from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from learn.explore.maps.layout import ItemMap, MapQuality, MoveQuality
from learn.explore.maps.spaces import Space
from learn.locks import writing
from learn.partial import sweep_partial
from learn.tensor_files import load_tensors, save_tensors
from learn.workspace import Workspace

FORMAT_VERSION = 2


def digest(base: np.ndarray) -> str:
    """What tells one base ([M, 2] float32) from another."""
    return hashlib.sha256(np.ascontiguousarray(base, dtype="<f4").tobytes()).hexdigest()[:16]


def read(
    spaces: Sequence[Space], first: Space, items: np.ndarray, n_items: int, workspace: Workspace
) -> tuple[dict[str, ItemMap], np.ndarray | None]:
    """(space name -> its map, for those of ``spaces`` that have one; the base [M, 2] they begin on, or None)."""
    wanted = _identity(first, first, items, n_items)
    kept = next((one for path in _paths(first, workspace) if (one := _read(path, wanted))), None)
    if kept is None or kept[1] is None:
        return {}, None
    base = kept[1]
    found = {}
    for space in spaces:
        identity = _identity(space, first, items, n_items) | {"base": digest(base)}
        stored = next((one for path in _paths(space, workspace) if (one := _read(path, identity))), None)
        if stored is not None:
            found[space.name] = stored[0]
    return found, base


def write(
    space: Space,
    made: ItemMap,
    first: Space,
    base_digest: str,
    n_items: int,
    workspace: Workspace,
    base: np.ndarray | None = None,
    wait: bool = True,
) -> None:
    """Stores the map ``made`` of ``space``; ``base`` ([M, 2]) goes with the first space's.

    Raises:
        LearnError: the file cannot be written, the Run was made anew since it was opened, or, where ``wait`` is False,
            somebody is making it.
    """
    path = _paths(space, workspace)[-1]
    with writing(path.parent, wait):
        identity = _identity(space, first, made.items, n_items) | {"base": base_digest, "method": made.method}
        sweep_partial(path.parent)
        _save(path, made, identity, base)


def _save(path: Path, made: ItemMap, identity: dict[str, str], base: np.ndarray | None) -> None:
    figures = {"quality": made.quality and asdict(made.quality), "moves": {n: asdict(m) for n, m in made.moves.items()}}
    identity["figures"] = json.dumps(figures)
    tensors = {"items": made.items.astype(np.int32), "plane": made.plane, "trust": made.trust}
    if made.near is not None:
        tensors["near"] = made.near.astype(np.uint16 if len(made.items) <= 2**16 else np.uint32)
    if base is not None:
        tensors["base"] = base.astype(np.float32)
    save_tensors(path, tensors, identity)


def _stamp(space: Space) -> str:
    """What tells this making of the space from another one."""
    found = hashlib.sha256(space.name.encode())
    found.update(space.run.stored_info() + space.run.follows.encode())
    return found.hexdigest()[:16]


def _identity(space: Space, first: Space, items: np.ndarray, n_items: int) -> dict[str, str]:
    sample = "all" if len(items) == n_items else hashlib.sha256(items.astype("<i8").tobytes()).hexdigest()[:16]
    return {
        "format_version": str(FORMAT_VERSION),
        "space": _stamp(space),
        "first": _stamp(first),
        "items": f"{len(items)} of {n_items}: {sample}",
    }


def _file(space: Space) -> str:
    return "content_map.safetensors" if space.is_content else "map.safetensors"


def _paths(space: Space, workspace: Workspace) -> list[Path]:
    """Where the map of ``space`` may be: in the Run's folder, or in the workspace where that cannot be written to."""
    inside, outside = (
        space.run.path / _file(space),
        workspace.maps(space.run.info.dataset) / f"{space.name}.safetensors",
    )
    owned = space.workspace.root.resolve() == workspace.root.resolve()
    return [inside] if owned else [inside, outside]


def _read(path: Path, identity: dict[str, str]) -> tuple[ItemMap, np.ndarray | None] | None:
    """The map and the base in ``path``; None where there is none, or one of other vectors, sample, base or format."""
    if not path.exists():
        return None
    try:
        tensors, about = load_tensors(path)
        if any(about.get(name) != value for name, value in identity.items()):
            return None
        items, plane, trust = (tensors[name] for name in ("items", "plane", "trust"))
        figures = json.loads(about["figures"])
        quality = figures["quality"] and MapQuality(**figures["quality"])
        moves = {name: MoveQuality(**one) for name, one in figures["moves"].items()}
        near = tensors["near"].astype(np.int64) if "near" in tensors else None
        base = tensors.get("base")
        return ItemMap(items.astype(np.int64), plane, trust, about["method"], near, quality, moves), base
    except (KeyError, TypeError, ValueError):
        return None  # damaged: it is made again and replaced
