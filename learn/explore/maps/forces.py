"""The forces of UMAP (McInnes et al., 2018), one epoch at a time: so that other forces can act between two epochs."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

MIN_DISTANCE = 0.3
REPULSION = 0.5
"""UMAP's defaults (0.1 and 1) fling texts that differ by a pack size apart into hundreds of dots; these keep such
cliques together and beside what they resemble."""
NEGATIVES = 5
"""Random points that push a point away for every neighbour that pulls it."""


def neighbour_graph(vectors: np.ndarray, neighbours: np.ndarray, cosines: np.ndarray) -> Any:
    """UMAP's fuzzy graph as a scipy COO matrix [M, M].

    Args:
        vectors: [M, d] of length 1.
        neighbours, cosines: [M, k] from `learn.explore.maps.neighbours.nearest`, without the item itself.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numba's remarks on UMAP's own code
        from umap.umap_ import fuzzy_simplicial_set

    itself = np.arange(len(vectors))[:, None]
    indices = np.concatenate([itself, neighbours], axis=1).astype(np.int32)
    distances = np.concatenate([np.zeros((len(vectors), 1)), 1 - cosines], axis=1).clip(min=0).astype(np.float32)
    graph, _, _ = fuzzy_simplicial_set(
        vectors,
        indices.shape[1],
        np.random.RandomState(0),
        "cosine",
        knn_indices=indices,
        knn_dists=distances,
    )
    return graph.tocoo()


class Forces:
    """Attraction along the edges of a graph, repulsion from random points; a heavy edge acts more often.

    Args:
        graph: from `neighbour_graph`.
        seed: of the random points.
    """

    def __init__(self, graph: Any, seed: int) -> None:
        from umap.umap_ import find_ab_params

        self._a, self._b = find_ab_params(1.0, MIN_DISTANCE)
        kept = graph.data > graph.data.max() / 200  # the others would not act once in all epochs
        self._heads, self._tails = graph.row[kept].astype(np.int32), graph.col[kept].astype(np.int32)
        self._every = (graph.data.max() / graph.data[kept]).astype(np.float64)
        self._due = self._every.copy()
        self._seed, self._epoch = seed, 0

    def act(self, plane: np.ndarray, rate: float) -> None:
        """One epoch: moves ``plane`` ([M, 2] float64) in place, by ``rate`` times the forces."""
        _epoch()(
            plane,
            self._heads,
            self._tails,
            self._every,
            self._due,
            self._epoch,
            rate,
            self._a,
            self._b,
            REPULSION,
            NEGATIVES,
            self._seed * 1_000_003 + self._epoch + 1,
        )
        self._epoch += 1


@cache
def _epoch() -> Callable[..., None]:
    """The loop over edges, compiled when it is first needed; it lets go of the interpreter's lock."""
    from numba import njit, uint64

    def loop(  # type: ignore[no-untyped-def]  # compiled for the types that it is called with
        plane, heads, tails, every, due, epoch, rate, a, b, repulsion, negatives, seed
    ):
        state = uint64(seed) * uint64(0x9E3779B97F4A7C15) + uint64(1)
        points = uint64(len(plane))
        for edge in range(len(heads)):
            if due[edge] > epoch:
                continue
            due[edge] += every[edge]
            head, tail = heads[edge], tails[edge]
            x, y = plane[head, 0] - plane[tail, 0], plane[head, 1] - plane[tail, 1]
            square = x * x + y * y
            if square > 0:
                pull = -2 * a * b * square ** (b - 1) / (a * square**b + 1)
                step_x, step_y = rate * min(4.0, max(-4.0, pull * x)), rate * min(4.0, max(-4.0, pull * y))
                plane[head, 0] += step_x
                plane[head, 1] += step_y
                plane[tail, 0] -= step_x
                plane[tail, 1] -= step_y
            for _ in range(negatives):
                state ^= state << uint64(13)
                state ^= state >> uint64(7)
                state ^= state << uint64(17)
                other = int(state % points)
                x, y = plane[head, 0] - plane[other, 0], plane[head, 1] - plane[other, 1]
                square = x * x + y * y
                if other != head and square > 0:
                    push = 2 * repulsion * b / ((0.001 + square) * (a * square**b + 1))
                    plane[head, 0] += rate * min(4.0, max(-4.0, push * x))
                    plane[head, 1] += rate * min(4.0, max(-4.0, push * y))

    return njit(fastmath=True, nogil=True)(loop)
