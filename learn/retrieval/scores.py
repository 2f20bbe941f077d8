"""A score is a function of two vectors alone: the same bits beside whatever else, in blocks of any size, anywhere.

A matrix product sums in an order that depends on the processor, on the size of the block and on a row's place in it:
items with the same vector then differ in their last bits, and an order by score tells them apart by chance. Here the
products of float32 are exact in float64, are summed in one order, and only the sum is rounded.
"""

from __future__ import annotations

import numpy as np

_BLOCK = 2_000_000  # products held at a time: 16 MB
_SHARED_FROM = 9216
"""OpenBLAS shares a product of a matrix of so many numbers out among threads, which then spin while they wait."""
_WORTH_SHARING = 4_000_000
"""A matrix of so many numbers is read in less time than a thread takes to be woken on a busy machine."""


def pair_scores(queries: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """[n] float32: the inner product of each row of ``queries`` with that row of ``vectors``.

    Args:
        queries, vectors: [n, d] or [d], which is every row's.
    """
    if queries.ndim == 1 and vectors.ndim == 2 and 0 < vectors.size <= _BLOCK:  # one user's few items: no blocks
        return np.multiply(queries, vectors, dtype=np.float64, order="C").sum(axis=1).astype(np.float32)
    queries, vectors = np.atleast_2d(queries), np.atleast_2d(vectors)
    n, width = max(len(queries), len(vectors)), vectors.shape[1]
    queries, vectors = np.broadcast_to(queries, (n, width)), np.broadcast_to(vectors, (n, width))
    found = np.empty(n, dtype=np.float32)
    block = max(1, _BLOCK // max(width, 1))
    for start in range(0, n, block):
        rows = slice(start, start + block)
        # Along rows that lie in one piece NumPy adds pairwise, in one order on every processor.
        products = np.multiply(queries[rows], vectors[rows], dtype=np.float64)
        found[rows] = np.ascontiguousarray(products).sum(axis=1)
    return found


def pair_scores_at(queries: np.ndarray, rows: np.ndarray, vectors: np.ndarray, found: np.ndarray) -> np.ndarray:
    """[n] float32: `pair_scores` of ``queries[rows]`` and ``vectors[found]``, which are never held as a whole.

    Args:
        queries, vectors: [Q, d] and [N, d]; rows, found: [n] indices of them.
    """
    scores = np.empty(len(rows), dtype=np.float32)
    block = max(1, _BLOCK // max(vectors.shape[1], 1))
    for start in range(0, len(rows), block):
        part = slice(start, start + block)
        pair = queries[rows[part]], vectors[found[part]]
        scores[part] = pair_scores(*(one.astype(np.float32, copy=False) for one in pair))
    return scores


def products(vectors: np.ndarray, query: np.ndarray) -> np.ndarray:
    """[N] float32: the inner product of ``query`` ([d]) with each of ``vectors`` ([N, d], in one piece), summed anyhow.

    Small matrices go to BLAS in pieces that it does not share out among threads: on a machine with other work to do,
    two threads that wait for each other take fifty times as long as one.
    """
    n, width = vectors.shape
    rows = (_SHARED_FROM - 1) // max(width, 1)
    if vectors.size < _SHARED_FROM or vectors.size > _WORTH_SHARING or rows < 2:
        return vectors @ query
    whole = n - n % rows
    found = np.empty(n, dtype=np.float32)
    np.matmul(vectors[:whole].reshape(-1, rows, width), query, out=found[:whole].reshape(-1, rows))
    np.matmul(vectors[whole:], query, out=found[whole:])
    return found


def rounding_bound(queries: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """[Q] float64: no float32 matrix product of a query with any of ``vectors`` is farther from `pair_scores`.

    Twice the classical bound n u |x| |y| of a sum in any order (Higham, *Accuracy and Stability*, 2002, section 3.1).
    """
    return bound_by_length(queries, greatest_length(vectors))


def greatest_length(vectors: np.ndarray) -> float:
    """The length of the longest of [n, d] ``vectors``; 0 of none."""
    longest = 0.0
    for start in range(0, len(vectors), _BLOCK):
        rows = vectors[start : start + _BLOCK]
        longest = max(longest, float(np.max(np.einsum("nd,nd->n", rows, rows, dtype=np.float64))))
    return float(np.sqrt(longest))


def bound_by_length(queries: np.ndarray, longest: float) -> np.ndarray:
    """`rounding_bound` with vectors none of which is longer than ``longest``."""
    lengths = np.sqrt(np.einsum("nd,nd->n", queries, queries, dtype=np.float64))
    return (queries.shape[1] + 1) * float(np.finfo(np.float32).eps) * lengths * longest
