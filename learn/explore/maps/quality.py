"""How far maps mean what they show: distances between groups, neighbours, and what the way of a point tells."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree
from scipy.spatial.distance import pdist
from scipy.stats import spearmanr

from learn.explore.catalogue import NO_CATEGORY, Catalogue
from learn.explore.maps.groups import group_means, profile_change, profiles
from learn.explore.maps.layout import MapQuality, MoveQuality

NEAR = 10


def map_quality(
    plane: np.ndarray,
    items: np.ndarray,
    vectors: np.ndarray,
    neighbours: np.ndarray,
    groups: np.ndarray,
    catalogue: Catalogue,
) -> MapQuality:
    """The `MapQuality` of one map.

    Args:
        plane: [M, 2] the map; items: [M] item indices.
        vectors: [M, d] of length 1, of the mapped items.
        neighbours: [M, >= 10] true neighbours as rows of ``vectors``.
        groups: [M] from `learn.explore.maps.groups.item_groups`.
    """
    n = len(items)
    near = min(NEAR, n - 1)
    if near < 1:
        return MapQuality(np.nan, np.nan, np.nan)
    around = cKDTree(plane).query(plane, k=near + 1)[1]
    others = around != np.arange(n)[:, None]
    others[others.all(axis=1), -1] = False  # twins pushed the item itself out
    around = around[others].reshape(n, near)
    categories = pd.Series(catalogue.categories[items], dtype=object)
    codes = categories.factorize()[0]
    known = (categories != NO_CATEGORY).to_numpy()
    same = (codes[around] == codes[:, None]).mean(axis=1)
    kept = (neighbours[:, :near, None] == around[:, None, :]).any(axis=2).mean()
    centres, places = group_means(vectors, groups), group_means(plane, groups)
    far = float(spearmanr(pdist(centres), pdist(places))[0]) if len(centres) > 2 else np.nan
    return MapQuality(far, float(same[known].mean()) if known.any() else np.nan, float(kept))


def move_quality(
    planes: tuple[np.ndarray, np.ndarray],
    vectors: tuple[np.ndarray, np.ndarray],
    neighbours: tuple[np.ndarray, np.ndarray],
    groups: np.ndarray,
) -> MoveQuality:
    """The `MoveQuality` of two maps in one frame; arguments as in `map_quality`, one of each space."""
    before, after = (plane.astype(np.float64) for plane in planes)
    moved = np.linalg.norm(after - before, axis=1)
    radius = np.sqrt(((before**2).sum(axis=1).mean() + (after**2).sum(axis=1).mean()) / 2)
    lost = -(neighbours[0][:, :NEAR, None] == neighbours[1][:, None, :NEAR]).any(axis=2).sum(axis=1)
    change = np.nan
    if groups.max(initial=-1) >= 1:
        turned = profile_change(*(profiles(part, groups) for part in vectors))
        change = float(spearmanr(moved, turned)[0])
    return MoveQuality(change, float(spearmanr(moved, lost)[0]), float(np.median(moved) / radius))
