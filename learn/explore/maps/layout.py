"""The plane: principal components, alignment, and how far a map can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class MapQuality:
    """What can be read off one map; NaN where there is nothing to count.

    Attributes:
        far_groups: Spearman correlation between the distances of group centres in the space and on the map.
        same_category: share of an item's ten neighbours on the map that have its coarsest category.
        kept: share of an item's ten true neighbours that are among its ten on the map.
    """

    far_groups: float
    same_category: float
    kept: float


@dataclass(frozen=True)
class MoveQuality:
    """What the way of a point from one map to another tells.

    Attributes:
        change: Spearman correlation of the distance moved with the change of an item's profile
            (`learn.explore.maps.groups.profile_change`).
        lost: the same with the number of its ten true neighbours that are lost.
        median: the median distance moved, in radii (root mean square) of the two maps.
    """

    change: float
    lost: float
    median: float


@dataclass(frozen=True)
class ItemMap:
    """Where the items of one space lie in the plane.

    Attributes:
        items: [M] item indices, ascending: all of them, or the sample.
        plane: [M, 2] float32, in the frame that all maps of a dataset share: the base is centred in it, with a root
            mean square of 1.
        trust: [M] uint8: how many of an item's ten true neighbours the map shows near it.
        method: "umap" or "pca".
        near: [M, 10] int64, the exact nearest of each item in its space among ``items``, as rows; None: not stored.
        quality: what can be read off it; None where that was not counted.
        moves: space name -> what the way of a point between this map and that space's tells, for maps drawn before it.
    """

    items: np.ndarray
    plane: np.ndarray
    trust: np.ndarray
    method: str
    near: np.ndarray | None = None
    quality: MapQuality | None = None
    moves: Mapping[str, MoveQuality] = field(default_factory=dict)


def principal_plane(vectors: np.ndarray) -> np.ndarray:
    """[M, d] -> [M, 2]: the first two principal components, each axis with its largest loading positive.

    Of loadings that differ by rounding alone the first counts: an axis with equal ones keeps its sense.
    """
    centred = vectors.astype(np.float64) - vectors.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    axes = directions[:, ::-1][:, :2]
    sizes = np.abs(axes)
    largest = (sizes >= (1 - 1e-6) * sizes.max(axis=0)).argmax(axis=0)
    axes = axes * np.sign(axes[largest, np.arange(axes.shape[1])])
    plane = centred @ axes
    return np.pad(plane, ((0, 0), (0, 2 - plane.shape[1])))


def aligned(plane: np.ndarray, reference: np.ndarray | None = None) -> np.ndarray:
    """[M, 2] centred, with a root mean square of 1, turned and mirrored to lie best on ``reference`` ([M, 2]).

    Orthogonal Procrustes (Schönemann, 1966): no distance within the map changes but by one common factor.
    """
    centred = plane.astype(np.float64) - plane.mean(axis=0)
    size = np.sqrt((centred**2).sum(axis=1).mean())
    centred = centred / (size or 1)
    if reference is not None:
        from scipy.linalg import orthogonal_procrustes

        rotation, _ = orthogonal_procrustes(centred, reference - reference.mean(axis=0))
        centred = centred @ rotation
    return centred.astype(np.float32)


def near_count(n_points: int) -> int:
    """How many of the closest points of a map of ``n_points`` count as near: a fiftieth, from 10 to 50."""
    return int(np.clip(n_points // 50, 10, 50))


def near_on_map(plane: np.ndarray, rows: np.ndarray | None = None) -> np.ndarray:
    """[Q, near] the closest other points on the map of each of ``rows`` (None: of all)."""
    from scipy.spatial import cKDTree

    rows = np.arange(len(plane)) if rows is None else np.asarray(rows)
    near = min(near_count(len(plane)), len(plane) - 1)
    if not near:
        return np.zeros((len(rows), 0), dtype=np.int64)
    found = cKDTree(plane).query(plane[rows], k=near + 1)[1]
    kept = found != rows[:, None]
    kept[kept.all(axis=1), -1] = False
    return found[kept].reshape(len(rows), near)


def kept_neighbours(neighbours: np.ndarray, near: np.ndarray) -> np.ndarray:
    """[M, k] bool: which true ``neighbours`` ([M, k]) are among the points ``near`` ([M, near]) on the map."""
    return (neighbours[:, :, None] == near[:, None, :]).any(axis=2)


def local_trust(neighbours: np.ndarray, plane: np.ndarray, block: int = 4096) -> np.ndarray:
    """[M] uint8: how many of each item's true ``neighbours`` ([M, k]) the map ([M, 2]) shows near it."""
    parts = []
    for first in range(0, len(plane), block):
        rows = np.arange(first, min(first + block, len(plane)))
        parts.append(kept_neighbours(neighbours[rows], near_on_map(plane, rows)).sum(axis=1))
    return np.concatenate(parts).astype(np.uint8)
