"""Exact search with NumPy: every score is computed. The oracle that the approximate indexes are tested against."""

from __future__ import annotations

import numpy as np

from learn.data.sequences import Sequences
from learn.errors import LearnError
from learn.retrieval.base import best_first, check_search, checked_vectors
from learn.retrieval.scores import pair_scores, rounding_bound

_BLOCK_SCORES = 4_000_000  # scores held at a time: 16 MB, so that a block stays near the processor


def top_k(scores: np.ndarray, k: int, ties: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The ``k`` best columns of each row of [Q, N] ``scores``, best first; equal scores by smaller column, or by
    smaller ``ties`` ([N]).

    -inf marks what must not be returned. Returns items [Q, k] int64 and scores [Q, k] float32, padded as in `Index`.
    """
    rows, items = _candidates(scores, k, np.zeros(len(scores)))
    return best_first(rows, items, scores[rows, items], len(scores), k, ties)


def _candidates(scores: np.ndarray, k: int, slack: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of all of [Q, N] ``scores`` that are no more than ``slack`` ([Q]) below their row's k-th best.

    With ties more than k a row; what is -inf never is.
    """
    # Negated, because NumPy's partition is ten times slower from the other end of rows that are mostly -inf.
    threshold = -np.partition(-scores, k - 1, axis=1)[:, k - 1]
    lowest = np.nextafter((threshold - slack).astype(scores.dtype), scores.dtype.type(-np.inf))
    lowest = np.where(slack > 0, lowest, threshold)
    candidates = np.flatnonzero((scores >= lowest[:, None]) & (scores > -np.inf))
    return np.divmod(candidates, scores.shape[1])


def mask_excluded(scores: np.ndarray, exclude: Sequences, start: int) -> None:
    """Sets to -inf, in place, what users ``start`` onwards must not be shown ([Q, N] ``scores``)."""
    first, last = exclude.offsets[start], exclude.offsets[start + len(scores)]
    rows = np.repeat(np.arange(len(scores)), exclude.lengths[start : start + len(scores)])
    scores[rows, exclude.items[first:last]] = -np.inf


class ExactIndex:
    """Inner product with all items, in blocks of queries.

    Args:
        item_vectors: [N, d] float.
    """

    def __init__(self, item_vectors: np.ndarray) -> None:
        self._vectors = checked_vectors(item_vectors, "Item vectors")
        self.n_items, self._width = self._vectors.shape
        if not self.n_items:
            raise LearnError("An index needs at least one item vector; there is none.", "Give a catalogue with items.")

    def search(self, queries: np.ndarray, k: int, exclude: Sequences | None = None) -> tuple[np.ndarray, np.ndarray]:
        """See `Index.search`."""
        queries = check_search(queries, k, exclude, self.n_items, self._width)
        items = np.empty((len(queries), k), dtype=np.int64)
        scores = np.empty((len(queries), k), dtype=np.float32)
        bounds = rounding_bound(queries, self._vectors)
        block = max(1, _BLOCK_SCORES // self.n_items)
        for start in range(0, len(queries), block):
            stop = min(start + block, len(queries))
            block_scores = queries[start:stop] @ self._vectors.T
            if exclude is not None:
                mask_excluded(block_scores, exclude, start)
            # The matrix product chooses who may be among the k best, `pair_scores` decides.
            rows, found = _candidates(block_scores, k, 2 * bounds[start:stop])
            exact = pair_scores(queries[start:stop][rows], self._vectors[found])
            items[start:stop], scores[start:stop] = best_first(rows, found, exact, stop - start, k)
        return items, scores
