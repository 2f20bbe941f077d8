"""From a space to the plane: one start for all spaces, UMAP, alignment, and how far the plane can be trusted."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

UMAP_NEIGHBOURS = 30
MIN_DISTANCE = 0.3
REPULSION = 0.5
"""UMAP's defaults (15, 0.1 and 1) fling texts that differ by a pack size apart into hundreds of dots; these keep such
cliques together and beside what they resemble."""
EPOCHS = 200


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


def umap_plane(
    vectors: np.ndarray,
    neighbours: np.ndarray,
    cosines: np.ndarray,
    start: np.ndarray,
    seed: int,
    note: Callable[[float], None] = lambda share: None,
) -> np.ndarray:
    """[M, d] -> [M, 2] float32 by UMAP (McInnes et al., 2018) with cosine distance, from exact neighbours.

    Args:
        vectors: [M, d] of length 1.
        neighbours, cosines: [M, k] from `learn.explore.maps.neighbours.nearest`, without the item itself.
        start: [M, 2] where the points begin; the same for all spaces of a dataset.
        note: is told the share of the epochs that was done.
    """
    if len(vectors) < 5:
        return start.astype(np.float32)
    import umap

    itself = np.arange(len(vectors))[:, None]
    indices = np.concatenate([itself, neighbours], axis=1).astype(np.int32)
    distances = np.concatenate([np.zeros((len(vectors), 1)), 1 - cosines], axis=1).clip(min=0).astype(np.float32)
    epochs = _Epochs(note)
    method = umap.UMAP(
        n_neighbors=indices.shape[1],
        n_epochs=EPOCHS,
        min_dist=MIN_DISTANCE,
        repulsion_strength=REPULSION,
        metric="cosine",
        init=start.astype(np.float32),
        random_state=seed,
        n_jobs=1,
        precomputed_knn=(indices, distances),
        force_approximation_algorithm=True,
        tqdm_kwds={"disable": False, "file": epochs, "bar_format": "{n}", "mininterval": 0.2},
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that new points cannot be placed later: none will be
        plane = method.fit_transform(vectors).astype(np.float32)
    epochs.write(str(EPOCHS))  # the bar says nothing of the last fifth of a second
    return plane


class _Epochs:
    """A text stream that UMAP's progress bar writes its count of epochs to."""

    def __init__(self, note: Callable[[float], None]) -> None:
        self._note, self._done = note, 0

    def write(self, text: str) -> Any:
        if text.strip().isdigit() and int(text) > self._done:
            self._note((int(text) - self._done) / EPOCHS)
            self._done = int(text)

    def flush(self) -> None:
        """Nothing is kept back."""


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
