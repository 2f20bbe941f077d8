"""Exact search with NumPy: every score is computed. The oracle that the approximate indexes are tested against."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from learn.data.sequences import Sequences
from learn.errors import LearnError
from learn.retrieval.base import best_first, check_items, check_search, checked_vectors
from learn.retrieval.candidates import among_the_best, candidates_by_tiles, suits_tiles
from learn.retrieval.scores import bound_by_length, greatest_length, pair_scores_at
from learn.scratch import scratch

_BLOCK_SCORES = 4_000_000  # scores held at a time: 16 MB, so that a block stays near the processor
_TILED_QUERIES = 256  # at a time, where the items are taken in tiles
_KEPT_ROWS = 200_000  # that passed the last filter are kept in one piece: the next user often has the same filter


def top_k(scores: np.ndarray, k: int, ties: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The ``k`` best columns of each row of [Q, N] ``scores``, best first; equal scores by smaller column, or by
    smaller ``ties`` ([N]).

    -inf marks what must not be returned. Returns items [Q, k] int64 and scores [Q, k] float32, padded as in `Index`.
    """
    rows, items = among_the_best(scores, k, np.zeros(len(scores)))
    return best_first(rows, items, scores[rows, items], len(scores), k, ties)


def mask_excluded(scores: np.ndarray, exclude: Sequences, start: int) -> None:
    """Sets to -inf, in place, what users ``start`` onwards must not be shown ([Q, N] ``scores``)."""
    first, last = exclude.offsets[start], exclude.offsets[start + len(scores)]
    rows = np.repeat(np.arange(len(scores)), exclude.lengths[start : start + len(scores)])
    scores[rows, exclude.items[first:last]] = -np.inf


class ExactIndex:
    """Inner product with all items, in blocks of queries; with a filter, with the items that pass.

    Args:
        item_vectors: [N, d] float; never changed here.
    """

    def __init__(self, item_vectors: np.ndarray) -> None:
        self.vectors = checked_vectors(item_vectors, "Item vectors")
        self.n_items, self.width = self.vectors.shape
        if not self.n_items:
            raise LearnError("An index needs at least one item vector; there is none.", "Give a catalogue with items.")
        self.live: np.ndarray | None = None  # [N] bool, None: nothing was removed
        self.longest = greatest_length(self.vectors)
        self._kept: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None

    def passing(self, allowed: np.ndarray | None) -> np.ndarray | None:
        """[N] bool: what is ``allowed`` and was not removed; None: everything."""
        if self.live is None:
            return allowed
        return self.live if allowed is None else self.live & allowed

    def search(
        self, queries: np.ndarray, k: int, exclude: Sequences | None = None, allowed: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """See `Index.search`."""
        queries = check_search(queries, k, exclude, self.n_items, self.width, allowed)
        passing = self.passing(allowed)
        if passing is None:
            return self._scan(queries, self.vectors, k, exclude)
        rows, vectors = self._gathered(passing)
        if not len(rows):
            return np.full((len(queries), k), -1, np.int64), np.full((len(queries), k), -np.inf, np.float32)
        items, scores = self._scan(queries, vectors, k, None if exclude is None else _among(exclude, rows))
        return np.where(items >= 0, rows[items], -1), scores

    def _gathered(self, passing: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The items that pass, [n] ascending, and their vectors, [n, d]; what they were for the last filter is kept."""
        kept = self._kept
        if kept is not None and np.array_equal(kept[0], passing):
            return kept[1], kept[2]
        rows = np.flatnonzero(passing)
        vectors = self.vectors[rows]
        if len(rows) <= _KEPT_ROWS:
            self._kept = (passing.copy(), rows, vectors)
        return rows, vectors

    def _scan(
        self, queries: np.ndarray, vectors: np.ndarray, k: int, exclude: Sequences | None
    ) -> tuple[np.ndarray, np.ndarray]:
        items, scores = scratch((len(queries), k), np.int64), scratch((len(queries), k), np.float32)
        bounds = bound_by_length(queries, self.longest)
        tiled = suits_tiles(len(vectors), k)
        block = _TILED_QUERIES if tiled else max(1, _BLOCK_SCORES // len(vectors))
        for start in range(0, len(queries), block):
            stop = min(start + block, len(queries))
            some, slack = queries[start:stop], 2 * bounds[start:stop]
            # The matrix product chooses who may be among the k best, `pair_scores` decides.
            if tiled:
                excluded = None if exclude is None else exclude.between(start, stop)
                rows, found = candidates_by_tiles(some, vectors, k, slack, excluded)
            else:
                block_scores = some @ vectors.T
                if exclude is not None:
                    mask_excluded(block_scores, exclude, start)
                rows, found = among_the_best(block_scores, min(k, len(vectors)), slack)
            exact = pair_scores_at(some, rows, vectors, found)
            items[start:stop], scores[start:stop] = best_first(rows, found, exact, stop - start, k)
        return items, scores

    def add(self, vectors: np.ndarray) -> np.ndarray:
        """See `Index.add`."""
        vectors = checked_vectors(vectors, "New item vectors")
        check_search(vectors, 1, None, self.n_items, self.width)
        before = self.n_items
        self.vectors = np.concatenate([self.vectors, vectors])
        self.n_items = len(self.vectors)
        if self.live is not None:
            self.live = np.concatenate([self.live, np.ones(len(vectors), dtype=bool)])
        self.longest = max(self.longest, greatest_length(vectors))
        return np.arange(before, self.n_items)

    def remove(self, items: np.ndarray) -> None:
        """See `Index.remove`."""
        items = check_items(items, self.n_items)
        live = np.ones(self.n_items, dtype=bool) if self.live is None else self.live.copy()
        live[items] = False
        self.live = live


def _among(exclude: Sequences, rows: np.ndarray) -> Sequences:
    """``exclude`` by places in ``rows`` ([n] item indices, ascending); what is not among them is left out."""
    places = np.minimum(np.searchsorted(rows, exclude.items), len(rows) - 1)
    there = rows[places] == exclude.items
    return replace(exclude, items=places.astype(np.int32), times=None).keep(there)
