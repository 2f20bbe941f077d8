"""Maps of a dataset's spaces: computed once, stored beside the Run, the same in the app, a notebook and a command.

All maps of a dataset lie in one frame: they begin on one base, which is stored with the map of the first space. A Run
that comes later is drawn from the same base, beside the maps that are there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

import numpy as np
import pandas as pd

from learn.data.dataset import Dataset
from learn.errors import LearnError
from learn.explore.catalogue import Catalogue, read_catalogue
from learn.explore.maps import stored_maps
from learn.explore.maps.groups import item_groups
from learn.explore.maps.joint import NEIGHBOURS, JointSpace, draw_jointly, joint_base
from learn.explore.maps.layout import ItemMap, aligned, local_trust, principal_plane
from learn.explore.maps.neighbours import nearest
from learn.explore.maps.quality import map_quality, move_quality
from learn.explore.maps.spaces import Space, space_vectors
from learn.progress import Handle, Progress, SilentProgress
from learn.workspace import Workspace

K = 10
"""How many true neighbours are shown, and counted for the map's trustworthiness."""
LIMIT = 100_000
"""Most points of a map; a larger catalogue is sampled."""
SEED = 0
METHODS = ("umap", "pca")
BASE_SPACES = 4
"""How many spaces the base is drawn from: the content and the first Runs; more would only take longer."""


def mapped_items(
    catalogue: Catalogue, cold: np.ndarray, limit: int = LIMIT, seed: int = SEED, allowed: np.ndarray | None = None
) -> np.ndarray:
    """[M] ascending item indices: all that are allowed, or of more than ``limit`` a random sample.

    The sample is stratified by category and ``cold``.

    Every stratum gives its share, rounded at random so that ``limit`` is met; none gives less than one while ``limit``
    allows it.

    Args:
        cold: [N] bool, items without any training interaction.
        allowed: [N] bool, the items that may be shown; None: all.
    """
    shown = np.arange(len(catalogue)) if allowed is None else np.flatnonzero(allowed)
    if len(shown) <= limit:
        return shown
    rng = np.random.default_rng(seed)
    kinds = pd.Series(catalogue.categories[shown], dtype=object).factorize()[0]
    strata = kinds * 2 + np.asarray(cold, dtype=np.int64)[shown]
    names, sizes = np.unique(strata, return_counts=True)
    shares = sizes * (limit / len(shown))
    wanted = np.maximum(np.floor(shares), len(names) <= limit).astype(np.int64)
    spare = limit - int(wanted.sum())
    if spare > 0:
        rest = np.where(wanted < sizes, np.maximum(shares - wanted, 1e-9), 0)
        wanted[rng.choice(len(names), min(spare, int((rest > 0).sum())), replace=False, p=rest / rest.sum())] += 1
    while wanted.sum() > limit:  # the ones given to tiny strata are taken from the largest
        wanted[wanted.argmax()] -= 1
    order = rng.permutation(len(shown))
    order = order[np.argsort(strata[order], kind="stable")]
    starts = np.cumsum(sizes) - sizes
    chosen = [order[first : first + count] for first, count in zip(starts, wanted, strict=True)]
    return shown[np.sort(np.concatenate(chosen))]


def read_maps(
    spaces: Sequence[Space], first: Space, items: np.ndarray, n_items: int, workspace: Workspace
) -> dict[str, ItemMap]:
    """Space name -> its stored map, for those of ``spaces`` that have one; ``first`` keeps the base of all."""
    return stored_maps.read(spaces, first, items, n_items, workspace)[0]


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
        spaces: which ones are wanted; ask for all of a dataset at once, so that the base is drawn from them all.
        first: keeps the base; it is mapped too.
        items: [M] from `mapped_items`.
        workspace: gets the maps of Runs that are not its own.
        method: "umap": UMAP's forces, all in one frame (`learn.explore.maps.joint`); or "pca", coarser and quick.
        again: compute all of them anew.
        must_store: False: a map that cannot be written is still returned.

    Raises:
        LearnError: vectors are missing, there is no such method, or a file cannot be written.
    """
    if method not in METHODS:
        raise LearnError(f"There is no map {method!r}.", f"Choose one of: {', '.join(METHODS)}.")
    wanted = [first, *(space for space in spaces if space.name != first.name)]
    found: dict[str, ItemMap] = {}
    base = None
    if not again:
        found, base = stored_maps.read(wanted, first, items, dataset.n_items, workspace)
    missing = [space for space in wanted if space.name not in found]
    if not missing:
        return found
    if first.name in found:
        method = found[first.name].method  # one frame holds maps of one kind
    with (progress or SilentProgress()).task("Drawing maps", 100 * (len(missing) + 1), "steps") as handle:
        made, base = _draw(wanted, found, base, dataset, items, method, handle)
        digest = stored_maps.digest(base)
        for space in missing:
            found[space.name] = made[space.name]
            with suppress(*([] if must_store else [LearnError])):
                stored_maps.write(
                    space,
                    made[space.name],
                    first,
                    digest,
                    dataset.n_items,
                    workspace,
                    base if space.name == first.name else None,
                    wait=must_store,
                )
    return found


def _draw(
    wanted: Sequence[Space],
    found: Mapping[str, ItemMap],
    base: np.ndarray | None,
    dataset: Dataset,
    items: np.ndarray,
    method: str,
    handle: Handle,
) -> tuple[dict[str, ItemMap], np.ndarray]:
    """The maps of ``wanted`` that are not ``found``, and the base [M, 2] of all of them."""
    vectors = {space.name: space_vectors(space, dataset)[items] for space in wanted}
    missing = len(vectors) - len(found)
    near = {}
    for name, rows in vectors.items():
        near[name] = nearest(rows, max(NEIGHBOURS, K))
        handle.update(25 * missing / len(vectors))
    catalogue = read_catalogue(dataset)
    groups = item_groups(catalogue, items, vectors[wanted[0].name])
    if method == "pca":
        start = aligned(principal_plane(vectors[wanted[0].name])) if base is None else base
        raw = {name: aligned(principal_plane(rows), start) for name, rows in vectors.items() if name not in found}
        base, size = start, 1.0
        handle.update(60 * len(raw))
    else:
        if base is None:
            base = joint_base(list(vectors.values())[:BASE_SPACES], SEED, lambda share: handle.update(100 * share))
        base = base.astype(np.float32)
        size = float(np.sqrt((base.astype(np.float64) ** 2).sum(axis=1).mean())) or 1.0
        fixed = {name: size * one.plane for name, one in found.items()}
        spaces = {name: JointSpace(rows, *near[name], fixed.get(name)) for name, rows in vectors.items()}
        raw = draw_jointly(spaces, base, groups, SEED, lambda share: handle.update(60 * missing * share))
    planes = {name: one.plane for name, one in found.items()}
    planes |= {name: (plane / size).astype(np.float32) for name, plane in raw.items()}
    made: dict[str, ItemMap] = {}
    for name in raw:
        before = [other for other in planes if other in found or other in made]
        made[name] = _counted(name, before, planes, vectors, near, groups, catalogue, items, method)
        handle.update(15)
    return made, base


def _counted(
    name: str,
    before: Sequence[str],
    planes: Mapping[str, np.ndarray],
    vectors: Mapping[str, np.ndarray],
    near: Mapping[str, tuple[np.ndarray, np.ndarray]],
    groups: np.ndarray,
    catalogue: Catalogue,
    items: np.ndarray,
    method: str,
) -> ItemMap:
    """The map of the space ``name``, with how far it can be trusted, alone and beside those drawn ``before``."""
    plane, neighbours = planes[name], near[name][0]
    moves = {
        other: move_quality(
            (planes[other], plane), (vectors[other], vectors[name]), (near[other][0], neighbours), groups
        )
        for other in before
    }
    quality = map_quality(plane, items, vectors[name], neighbours, groups, catalogue)
    nearest_ten = neighbours[:, :K]
    return ItemMap(items, plane, local_trust(nearest_ten, plane), method, nearest_ten, quality, moves)


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
