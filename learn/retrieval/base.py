"""One interface to "the k best items for these users", whatever searches behind it."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

import numpy as np

from learn.data.sequences import Sequences
from learn.errors import LearnError

_ROWS = 1_000_000  # looked at together, so that a file that is mapped into memory stays there


class IndexKind(StrEnum):
    """What searches."""

    EXACT = "exact"  # NumPy, every item: the oracle
    FLAT = "flat"  # FAISS, every item
    HNSW = "hnsw"  # FAISS, a navigable small-world graph: approximate
    IVF = "ivf"  # FAISS, inverted lists around k-means centres, exact rescoring: approximate
    IVF_PQ = "ivf-pq"  # the same with codes of half a byte a number: for what does not fit otherwise
    MILVUS = "milvus"  # a Milvus server, or its Lite in a folder


class Index(Protocol):
    """Finds the items with the greatest inner product; vectors are searched as stored, nothing is normalised."""

    @property
    def n_items(self) -> int:
        """How many items it was ever given; those that were removed keep their numbers."""
        ...

    def search(
        self, queries: np.ndarray, k: int, exclude: Sequences | None = None, allowed: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """The ``k`` best items of each query, best first; of the exact kinds, equal scores by smaller item index.

        The exact kinds' scores are `pair_scores` to the bit; the others' are as their engine rounds them.

        Args:
            queries: [Q, d] float32.
            k: 1 to the number of items.
            exclude: Q sequences of item indices that are never returned (a user's history).
            allowed: [n_items] bool, the items that may be returned; None: all.

        Returns:
            items [Q, k] int64 and scores [Q, k] float32; rows end in -1 and -inf where fewer than k items are left.

        Raises:
            LearnError: k out of range, another width than the items', values that are not finite, ``exclude`` of
                another length than ``queries``, or ``allowed`` of another than the items.
        """
        ...

    def add(self, vectors: np.ndarray) -> np.ndarray:
        """Takes in [n, d] more vectors, without a rebuild; returns their item indices [n], `n_items` onwards."""
        ...

    def remove(self, items: np.ndarray) -> None:
        """Never returns ``items`` ([n] item indices) again, without a rebuild.

        Raises:
            LearnError: an item that the index does not have.
        """
        ...


def checked_vectors(vectors: np.ndarray, what: str) -> np.ndarray:
    """``vectors`` as contiguous [n, d] float32.

    Raises:
        LearnError: not two-dimensional, or a value that is not finite, naming its row.
    """
    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    if vectors.ndim != 2:
        raise LearnError(f"{what} have shape {vectors.shape}.", "Give a matrix with one row per vector.")
    if not all(np.isfinite(vectors[start : start + _ROWS]).all() for start in range(0, len(vectors), _ROWS)):
        bad = ~np.isfinite(vectors).all(axis=1)
        raise LearnError(
            f"{what}: row {int(bad.argmax())} (and {int(bad.sum()) - 1} more) holds NaN or infinity.",
            "Train the Run again with a lower learning rate, or rebuild its vectors.",
        )
    return vectors


def check_search(
    queries: np.ndarray,
    k: int,
    exclude: Sequences | None,
    n_items: int,
    width: int,
    allowed: np.ndarray | None = None,
) -> np.ndarray:
    """``queries`` as contiguous float32 after the checks that every `Index.search` owes.

    Raises:
        LearnError: see `Index.search`.
    """
    queries = checked_vectors(queries, "Queries")
    if queries.shape[1] != width:
        raise LearnError(
            f"Queries have {queries.shape[1]} dimensions, the items {width}.",
            "Use user and item vectors of the same Run.",
        )
    if not 1 <= k <= n_items:
        raise LearnError(f"k = {k} items were asked for, the catalogue has N = {n_items}.", "Choose k from 1 to N.")
    if exclude is not None and len(exclude) != len(queries):
        raise LearnError(
            f"{len(exclude)} lists of items to exclude came with {len(queries)} queries.",
            "Give one list, empty if need be, per query.",
        )
    if allowed is not None and (allowed.shape != (n_items,) or allowed.dtype != bool):
        raise LearnError(
            f"What is allowed has shape {allowed.shape} and type {allowed.dtype}, the catalogue N = {n_items} items.",
            "Give one truth value per item.",
        )
    return queries


def check_items(items: np.ndarray, n_items: int) -> np.ndarray:
    """``items`` as [n] int64 item indices.

    Raises:
        LearnError: one that is not among the ``n_items`` of the index.
    """
    items = np.atleast_1d(np.asarray(items, dtype=np.int64))
    wrong = items[(items < 0) | (items >= n_items)]
    if len(wrong):
        raise LearnError(
            f"The index has no item {int(wrong[0])}: it holds N = {n_items}.", "Give item indices below N."
        )
    return items


def best_first(
    rows: np.ndarray, items: np.ndarray, scores: np.ndarray, n_rows: int, k: int, ties: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The ``k`` best of ragged candidates as padded rows.

    Args:
        rows, items, scores: [C] the row, the item and the score of every candidate.
        n_rows: number of rows of the result; k: its width.
        ties: [N] of equal scores the item with the smaller number is first; None: that with the smaller index.

    Returns:
        items [n_rows, k] int64 and scores [n_rows, k] float32, padded with -1 and -inf.
    """
    counts = np.bincount(rows, minlength=n_rows)
    order = _best_by_rows(rows, items, scores, counts, k) if ties is None else None
    if order is None:
        order = np.lexsort((items if ties is None else ties[items], -scores, rows))
    rows, items, scores = rows[order], items[order], scores[order]
    starts = np.cumsum(counts) - counts
    ranks = np.arange(len(rows)) - starts[rows]
    kept = ranks < k
    best = np.full((n_rows, k), -1, dtype=np.int64)
    values = np.full((n_rows, k), -np.inf, dtype=np.float32)
    best[rows[kept], ranks[kept]] = items[kept]
    values[rows[kept], ranks[kept]] = scores[kept]
    return best, values


def _best_by_rows(
    rows: np.ndarray, items: np.ndarray, scores: np.ndarray, counts: np.ndarray, k: int
) -> np.ndarray | None:
    """The order of `best_first` where the candidates come in the order of row and item and rows are about as long:
    each row is sorted by itself, as a row of a table. None where they do not: sorting them all is less work then."""
    width = int(counts.max(initial=0))
    apart = (rows[1:] > rows[:-1]) | ((rows[1:] == rows[:-1]) & (items[1:] > items[:-1]))
    if not apart.all() or width * len(counts) > 2 * len(rows) or width > 4 * k:
        return None
    ends = np.cumsum(counts)
    table = np.full((len(counts), width), np.inf, scores.dtype)  # what ends a row stays behind its candidates
    table[np.arange(width) < counts[:, None]] = -scores
    order = np.argsort(table, axis=1, kind="stable") + (ends - counts)[:, None]
    return order[np.arange(width) < counts[:, None]]
