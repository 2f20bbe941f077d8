"""Maps of a dataset's spaces: computed once, stored beside the Run, the same in the app, a notebook and a command."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from learn.data.dataset import Dataset
from learn.errors import LearnError
from learn.explore.catalogue import Catalogue
from learn.explore.maps.layout import UMAP_NEIGHBOURS, aligned, local_trust, principal_plane, umap_plane
from learn.explore.maps.neighbours import nearest
from learn.explore.maps.spaces import Space, space_vectors
from learn.files import atomic_path
from learn.progress import Handle, Progress, SilentProgress
from learn.workspace import Workspace

FORMAT_VERSION = 1
K = 10
"""How many true neighbours are shown, and counted for the map's trustworthiness."""
LIMIT = 100_000
"""Most points of a map; a larger catalogue is sampled."""
SEED = 0
METHODS = ("umap", "pca")


@dataclass(frozen=True)
class ItemMap:
    """Where the items of one space lie in the plane.

    Attributes:
        items: [M] item indices, ascending: all of them, or the sample.
        plane: [M, 2] float32, centred, root mean square 1, turned to lie on the first space's map.
        trust: [M] uint8: how many of an item's `K` true neighbours the map shows near it.
        method: one of `METHODS`.
    """

    items: np.ndarray
    plane: np.ndarray
    trust: np.ndarray
    method: str


def mapped_items(catalogue: Catalogue, cold: np.ndarray, limit: int = LIMIT, seed: int = SEED) -> np.ndarray:
    """[M] ascending item indices: all, or of more than ``limit`` a random sample stratified by category and ``cold``.

    Every stratum gives its share, rounded at random so that ``limit`` is met; none gives less than one while ``limit``
    allows it.

    Args:
        cold: [N] bool, items without any training interaction.
    """
    if len(catalogue) <= limit:
        return np.arange(len(catalogue))
    rng = np.random.default_rng(seed)
    strata = pd.Series(catalogue.categories, dtype=object).factorize()[0] * 2 + np.asarray(cold, dtype=np.int64)
    names, sizes = np.unique(strata, return_counts=True)
    shares = sizes * (limit / len(catalogue))
    wanted = np.maximum(np.floor(shares), len(names) <= limit).astype(np.int64)
    spare = limit - int(wanted.sum())
    if spare > 0:
        rest = np.where(wanted < sizes, np.maximum(shares - wanted, 1e-9), 0)
        wanted[rng.choice(len(names), min(spare, int((rest > 0).sum())), replace=False, p=rest / rest.sum())] += 1
    while wanted.sum() > limit:  # the ones given to tiny strata are taken from the largest
        wanted[wanted.argmax()] -= 1
    order = rng.permutation(len(catalogue))
    order = order[np.argsort(strata[order], kind="stable")]
    starts = np.cumsum(sizes) - sizes
    chosen = [order[first : first + count] for first, count in zip(starts, wanted, strict=True)]
    return np.sort(np.concatenate(chosen))


def _stamp(space: Space) -> str:
    """What tells this making of the space from another one."""
    digest = hashlib.sha256(space.name.encode())
    digest.update((space.run.path / "run.json").read_bytes())
    return digest.hexdigest()[:16]


def _identity(space: Space, first: Space, items: np.ndarray, n_items: int) -> dict[str, str]:
    sample = "all" if len(items) == n_items else hashlib.sha256(items.astype("<i8").tobytes()).hexdigest()[:16]
    return {
        "format_version": str(FORMAT_VERSION),
        "space": _stamp(space),
        "aligned_to": _stamp(first),
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


def _read(path: Path, identity: dict[str, str]) -> ItemMap | None:
    """The map in ``path``; None where there is none, or one of other vectors, another sample or another format."""
    if not path.exists():
        return None
    try:
        with safe_open(path, framework="numpy") as file:
            about = file.metadata() or {}
            if any(about.get(name) != value for name, value in identity.items()):
                return None
            return ItemMap(
                file.get_tensor("items").astype(np.int64),
                file.get_tensor("plane"),
                file.get_tensor("trust"),
                about["method"],
            )
    except (SafetensorError, OSError, KeyError):
        return None  # damaged: it is made again and replaced


def read_maps(
    spaces: Sequence[Space], first: Space, items: np.ndarray, n_items: int, workspace: Workspace
) -> dict[str, ItemMap]:
    """Space name -> its stored map, for those of ``spaces`` that have one; ``first`` is what all are aligned to."""
    found = {}
    for space in spaces:
        identity = _identity(space, first, items, n_items)
        stored = next((kept for path in _paths(space, workspace) if (kept := _read(path, identity))), None)
        if stored is not None:
            found[space.name] = stored
    return found


def make_maps(
    spaces: Sequence[Space],
    first: Space,
    dataset: Dataset,
    items: np.ndarray,
    workspace: Workspace,
    progress: Progress | None = None,
    method: str = "umap",
    again: bool = False,
    must_store: bool = True,
) -> dict[str, ItemMap]:
    """Space name -> its map, for all ``spaces``; what is stored is kept, what is missing is computed and stored.

    Args:
        spaces: which ones are wanted.
        first: where all of them start from and what they are aligned to; it is mapped too.
        items: [M] from `mapped_items`.
        workspace: gets the maps of Runs that are not its own.
        method: "umap"; or "pca", coarser and quick.
        again: compute all of them anew.
        must_store: False: a map that cannot be written is still returned.

    Raises:
        LearnError: vectors are missing, there is no such method, or a file cannot be written.
    """
    if method not in METHODS:
        raise LearnError(f"There is no map {method!r}.", f"Choose one of: {', '.join(METHODS)}.")
    wanted = [first, *(space for space in spaces if space.name != first.name)]
    found = {} if again else read_maps(wanted, first, items, dataset.n_items, workspace)
    missing = [space for space in wanted if space.name not in found]
    if not missing:
        return found
    vectors = {space.name: space_vectors(space, dataset)[items] for space in missing}
    start = principal_plane(vectors[first.name] if first.name in vectors else space_vectors(first, dataset)[items])
    with (progress or SilentProgress()).task("Drawing maps", 100 * len(missing), "steps") as handle:
        for space in missing:
            reference = found[first.name].plane if first.name in found else None
            made = _draw(vectors[space.name], start, reference, items, method, handle)
            found[space.name] = made
            identity = _identity(space, first, items, dataset.n_items)
            with suppress(*([] if must_store else [LearnError])):
                _write(_paths(space, workspace)[-1], made, identity)
    return found


def _draw(
    vectors: np.ndarray, start: np.ndarray, reference: np.ndarray | None, items: np.ndarray, method: str, handle: Handle
) -> ItemMap:
    k = UMAP_NEIGHBOURS if method == "umap" else K
    neighbours, cosines = nearest(vectors, k, note=lambda share: handle.update(25 * share))
    if method == "umap":
        plane = umap_plane(vectors, neighbours, cosines, start, SEED, lambda share: handle.update(65 * share))
    else:
        plane = principal_plane(vectors)
        handle.update(65)
    plane = aligned(plane, reference)
    trust = local_trust(neighbours[:, :K], plane)
    handle.update(10)
    return ItemMap(items, plane, trust, method)


def _write(path: Path, made: ItemMap, identity: dict[str, str]) -> None:
    tensors = {"items": made.items.astype(np.int32), "plane": made.plane, "trust": made.trust}
    with atomic_path(path) as temporary:
        save_file(
            {name: np.ascontiguousarray(value) for name, value in tensors.items()},
            temporary,
            {**identity, "method": made.method},
        )


def place_users(plane: np.ndarray, items: np.ndarray, users: np.ndarray, k: int = K) -> np.ndarray:
    """[U, 2] float32: each user at the mean place of the ``k`` mapped items nearest to them; NaN without history.

    Args:
        plane: [M, 2] where the items lie; items: [M, d] their vectors of length 1.
        users: [U, d] from `learn.explore.maps.spaces.user_directions`.
    """
    from learn.retrieval import build_index

    places = np.full((len(users), 2), np.nan, dtype=np.float32)
    known = users.any(axis=1)
    if known.any():
        found, _ = build_index("exact", items).search(users[known], min(k, len(items)))
        places[known] = plane[found].mean(axis=1)
    return places
