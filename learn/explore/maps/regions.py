"""Names for the dense regions of a map: what most of the items there have in common."""

from __future__ import annotations

import numpy as np
import pandas as pd

from learn.explore.catalogue import NO_CATEGORY, Catalogue

GRID, FINEST_GRID = 36, 110
LEAST_ITEMS = 8
FINE_SHARE, COARSE_SHARE = 0.4, 0.6
AROUND = 25
"""Items nearest to one on the map, of which its category has to be the commonest where a name stands; on a map of few
items a fiftieth of them, but `LEAST_ITEMS`."""

REGION = ["text", "category", "x", "y", "items", "share", "level"]
NEAR, TOGETHER, DENSEST = 0.06, 0.15, 0.9
"""A category's name stands where most of it lies within so much of the map's width: at least such a share of it, in the
middle of the places where it is nearly as dense as anywhere."""


def name_regions(
    plane: np.ndarray,
    items: np.ndarray,
    catalogue: Catalogue,
    most: int = 60,
    grid: int = GRID,
    again: bool = False,
    at_home: np.ndarray | None = None,
) -> pd.DataFrame:
    """One row per named region, the largest first: columns text, category, x, y, items, share.

    Density peaks of a smoothed grid, every item given to the peak nearest to it; a region is called by the finer
    category that at least `FINE_SHARE` of its items have, else by the coarsest that `COARSE_SHARE` have, else not at
    all. Of regions with one name the largest keeps it. A name stands where its category is the commonest around
    (`_at_home`), or nowhere: beside dots of another colour it would name those.

    Args:
        plane: [M, 2] places on the map.
        items: [M] item indices.
        most: regions at most; grid: cells to a side in which density is counted.
        again: whether one name may stand in several places.
        at_home: [M], `_at_home` where it is known.
    """
    columns = ["text", "category", "x", "y", "items", "share"]
    if len(plane) < LEAST_ITEMS:
        return pd.DataFrame(columns=columns)
    owners = _owners(plane, grid)
    finer, coarse = catalogue.finer[items], catalogue.categories[items]
    at_home = _at_home(plane, coarse) if at_home is None else at_home
    rows = []
    for peak in range(owners.max() + 1):
        inside = np.flatnonzero(owners == peak)
        if len(inside) < LEAST_ITEMS:
            continue
        name, share = _commonest(finer[inside])
        # The finest part alone: "Cheese > Soft" reads as "Soft" only beside its category's colour.
        text = name if name and share >= FINE_SHARE else ""
        if not text:
            name, share = _commonest(coarse[inside])
            text = name if share >= COARSE_SHARE and name != NO_CATEGORY else ""
        if not text:
            continue
        having = inside[(finer[inside] == text) | (coarse[inside] == text)]
        category = _commonest(coarse[having])[0]
        places = plane[having[at_home[having] & (coarse[having] == category)]]
        if not len(places):
            continue
        x, y = _on_an_item(np.median(plane[having], axis=0), places)
        rows.append((text, category, float(x), float(y), len(having), float(share)))
    table = pd.DataFrame(rows, columns=columns).sort_values("items", ascending=False, kind="stable")
    return (table if again else table.drop_duplicates("text")).head(most).reset_index(drop=True)


def name_levels(plane: np.ndarray, items: np.ndarray, catalogue: Catalogue) -> pd.DataFrame:
    """Names for every zoom: the columns of `name_regions` and ``level``; 0: categories, 1 and 2: ever finer regions.

    A category is named once, where most of it lies together and it is the commonest around; a finer name may stand in
    several places.

    Args:
        plane: [M, 2] places on the map.
        items: [M] item indices.
    """
    at_home = _at_home(plane, catalogue.categories[items])
    fine = name_regions(plane, items, catalogue, at_home=at_home).assign(level=1)
    finest = name_regions(plane, items, catalogue, 600, FINEST_GRID, again=True, at_home=at_home).assign(level=2)
    return pd.concat([_category_places(plane, items, catalogue, at_home), fine, finest], ignore_index=True)


def _category_places(plane: np.ndarray, items: np.ndarray, catalogue: Catalogue, at_home: np.ndarray) -> pd.DataFrame:
    """One row a category with at least `LEAST_ITEMS` at home: the one of those with most of its category near it.

    A category that lies together nowhere has none: near no item there are `TOGETHER` of it, or half of what lies there.
    """
    from scipy.spatial import cKDTree

    categories = catalogue.categories[items]
    rows: list[tuple[str, str, float, float, int, float, int]] = []
    if not len(plane):
        return pd.DataFrame(rows, columns=REGION)
    near = NEAR * float(np.ptp(np.percentile(plane, [1, 99], axis=0), axis=0).mean())
    tree = cKDTree(plane)
    for name, count in pd.Series(categories, dtype=object).value_counts().items():
        own, home = plane[categories == name], plane[(categories == name) & at_home]
        if len(home) < LEAST_ITEMS or name == NO_CATEGORY:
            continue
        alike = cKDTree(own).query_ball_point(home, near, return_length=True)
        densest = home[alike >= DENSEST * alike.max()]
        x, y = _on_an_item(np.median(densest, axis=0), densest)
        there = len(tree.query_ball_point((x, y), near))
        if alike.max() < TOGETHER * count and 2 * alike.max() < there:
            continue
        rows.append((str(name), str(name), float(x), float(y), int(count), 1.0, 0))
    return pd.DataFrame(rows, columns=REGION)


def _at_home(plane: np.ndarray, categories: np.ndarray) -> np.ndarray:
    """[M] bool: no category is commoner than its own among the `AROUND` items nearest to an item (itself included)."""
    from scipy.spatial import cKDTree

    around = min(max(LEAST_ITEMS, min(AROUND, len(plane) // 50)), len(plane))
    if not around:
        return np.zeros(0, dtype=bool)
    codes = np.unique(categories.astype(str), return_inverse=True)[1]
    near = np.sort(codes[cKDTree(plane).query(plane, k=around)[1].reshape(len(plane), around)], axis=1)
    longest = np.ones(len(plane), dtype=np.int64)  # run of one code in a sorted row
    for step in range(1, around):
        longest += (near[:, step:] == near[:, :-step]).any(axis=1)
    home: np.ndarray = (near == codes[:, None]).sum(axis=1) == longest
    return home


def _on_an_item(place: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Of the items' places ``own`` ([n, 2]) the nearest to ``place``: between two heaps there may be nothing."""
    found: np.ndarray = own[((own - place) ** 2).sum(axis=1).argmin()]
    return found


def _owners(plane: np.ndarray, grid: int) -> np.ndarray:
    """[M] number of the density peak nearest to each point."""
    from scipy.ndimage import gaussian_filter, maximum_filter
    from scipy.spatial import cKDTree

    counts, x_edges, y_edges = np.histogram2d(plane[:, 0], plane[:, 1], bins=grid)
    smooth = gaussian_filter(counts, 0.8)
    peaks = np.argwhere((smooth == maximum_filter(smooth, 3)) & (smooth > 0))
    centres = (
        np.column_stack([(x_edges[:-1] + x_edges[1:])[peaks[:, 0]], (y_edges[:-1] + y_edges[1:])[peaks[:, 1]]]) / 2
    )
    return cKDTree(centres).query(plane)[1]


def _commonest(names: np.ndarray) -> tuple[str, float]:
    values, counts = np.unique(names.astype(str), return_counts=True)
    best = counts.argmax()
    return str(values[best]), float(counts[best] / len(names))
