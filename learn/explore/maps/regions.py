"""Names for the dense regions of a map: what most of the items there have in common."""

from __future__ import annotations

import numpy as np
import pandas as pd

from learn.explore.catalogue import NO_CATEGORY, Catalogue

GRID, FINEST_GRID = 36, 110
LEAST_ITEMS = 8
FINE_SHARE, COARSE_SHARE = 0.4, 0.6


def name_regions(
    plane: np.ndarray, items: np.ndarray, catalogue: Catalogue, most: int = 60, grid: int = GRID, again: bool = False
) -> pd.DataFrame:
    """One row per named region, the largest first: columns text, category, x, y, items, share.

    Density peaks of a smoothed grid, every item given to the peak nearest to it; a region is called by the finer
    category that at least `FINE_SHARE` of its items have, else by the coarsest that `COARSE_SHARE` have, else not at
    all. Of regions with one name the largest keeps it.

    Args:
        plane: [M, 2] places on the map.
        items: [M] item indices.
        most: regions at most; grid: cells to a side in which density is counted.
        again: whether one name may stand in several places.
    """
    columns = ["text", "category", "x", "y", "items", "share"]
    if len(plane) < LEAST_ITEMS:
        return pd.DataFrame(columns=columns)
    owners = _owners(plane, grid)
    finer, coarse = catalogue.finer[items], catalogue.categories[items]
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
        x, y = _on_an_item(np.median(plane[having], axis=0), plane[having])
        rows.append((text, _commonest(coarse[having])[0], float(x), float(y), len(having), float(share)))
    table = pd.DataFrame(rows, columns=columns).sort_values("items", ascending=False, kind="stable")
    return (table if again else table.drop_duplicates("text")).head(most).reset_index(drop=True)


def name_levels(plane: np.ndarray, items: np.ndarray, catalogue: Catalogue) -> pd.DataFrame:
    """Names for every zoom: the columns of `name_regions` and ``level``; 0: categories, 1 and 2: ever finer regions.

    A category is named once, where most of it lies together; a finer name may stand in several places.

    Args:
        plane: [M, 2] places on the map.
        items: [M] item indices.
    """
    fine = name_regions(plane, items, catalogue).assign(level=1)
    finest = name_regions(plane, items, catalogue, 600, FINEST_GRID, again=True).assign(level=2)
    return pd.concat([_category_places(plane, items, catalogue), fine, finest], ignore_index=True)


def _category_places(plane: np.ndarray, items: np.ndarray, catalogue: Catalogue) -> pd.DataFrame:
    """One row a category with at least `LEAST_ITEMS`: the middle of the densest part of it."""
    from scipy.ndimage import gaussian_filter

    categories = catalogue.categories[items]
    rows = []
    for name, count in pd.Series(categories, dtype=object).value_counts().items():
        if count < LEAST_ITEMS or name == NO_CATEGORY:
            continue
        own = plane[categories == name]
        counts, x_edges, y_edges = np.histogram2d(own[:, 0], own[:, 1], bins=GRID // 2)
        row, column = np.unravel_index(gaussian_filter(counts, 1.0).argmax(), counts.shape)
        x, y = _on_an_item(np.array([x_edges[row : row + 2].mean(), y_edges[column : column + 2].mean()]), own)
        rows.append((str(name), str(name), float(x), float(y), int(count), 1.0, 0))
    return pd.DataFrame(rows, columns=["text", "category", "x", "y", "items", "share", "level"])


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
