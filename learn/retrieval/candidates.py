"""Which items may be among a query's k best, by a matrix product: all at once, or a tile of the catalogue at a time.

In tiles no more is held than one tile's scores and what may still be among the best. After the first tile hardly any
score is, and looking for the others takes a comparison each.
"""

from __future__ import annotations

import numpy as np

from learn.data.sequences import Sequences

TILE = 16_384
"""Items of a tile: with 256 queries 16 MB of scores."""
_LEAST = np.finfo(np.float32).min
"""Below every score that counts: what is -inf never is returned."""


def suits_tiles(n_items: int, k: int) -> bool:
    """Whether lists of ``k`` among ``n_items`` are found a tile at a time: several tiles, each with far more than k."""
    return n_items >= 2 * TILE and 8 * k <= TILE


def among_the_best(scores: np.ndarray, k: int, slack: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of all of [Q, N] ``scores`` that are no more than ``slack`` ([Q]) below their row's k-th best.

    With ties more than k a row; what is -inf never is.
    """
    # Negated, because NumPy's partition is ten times slower from the other end of rows that are mostly -inf.
    negated = -scores
    negated.partition(k - 1, axis=1)
    threshold = -negated[:, k - 1]
    found = np.flatnonzero((scores >= _lowest(threshold, slack)[:, None]) & (scores > -np.inf))
    return np.divmod(found, scores.shape[1])


def candidates_by_tiles(
    queries: np.ndarray, vectors: np.ndarray, k: int, slack: np.ndarray, exclude: Sequences | None
) -> tuple[np.ndarray, np.ndarray]:
    """As `among_the_best` of ``queries @ vectors.T``, without ever holding it.

    Args:
        queries: [Q, d]; vectors: [N, d]; both float32.
        slack: [Q], at least twice what two ways to sum a product differ by: a tile sums in its own way.
        exclude: Q sequences of items that count as -inf.
    """
    excluded = None if exclude is None else _by_item(exclude)
    kept = np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32)
    parts, lowest = [kept], np.full(len(queries), _LEAST, np.float32)
    due = 1
    for number, start in enumerate(range(0, len(vectors), TILE), 1):
        scores = queries @ vectors[start : start + TILE].T
        if excluded is not None:
            items, owners = excluded
            first, last = np.searchsorted(items, (start, start + TILE))
            scores[owners[first:last], items[first:last] - start] = -np.inf
        if number == 1:
            rows, columns = among_the_best(scores, k, slack)
        else:
            rows, columns = np.divmod(np.flatnonzero(scores >= lowest[:, None]), scores.shape[1])
        parts.append((rows, columns + start, scores[rows, columns]))
        if number == due:  # after twice as many tiles: about k more for each query have passed since
            kept, lowest = _still(parts, k, slack)
            parts, due = [kept], 2 * due
    (rows, items, _), _ = _still(parts, k, slack)
    return rows, items


_Found = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Rows, items and scores, [n] each."""


def _still(parts: list[_Found], k: int, slack: np.ndarray) -> tuple[_Found, np.ndarray]:
    """What of ``parts`` may be among the k best of all so far, and [Q] float32 what a score must reach for that."""
    rows, items, scores = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((-scores, rows))
    counts = np.bincount(rows, minlength=len(slack))
    ends = np.cumsum(counts) - counts + k - 1
    threshold = np.full(len(slack), _LEAST, np.float32)
    full = counts >= k
    threshold[full] = scores[order[ends[full]]]
    lowest = np.maximum(_lowest(threshold, np.where(full, slack, 0)), _LEAST)
    passing = scores >= lowest[rows]
    return (rows[passing], items[passing], scores[passing]), lowest


def _lowest(threshold: np.ndarray, slack: np.ndarray) -> np.ndarray:
    """[Q]: ``threshold`` less ``slack``, rounded down."""
    with np.errstate(over="ignore"):  # there is no next one below the least
        lowest = np.nextafter((threshold - slack).astype(threshold.dtype), threshold.dtype.type(-np.inf))
    return np.where(slack > 0, lowest, threshold)


def _by_item(exclude: Sequences) -> tuple[np.ndarray, np.ndarray]:
    """The items of all sequences in order, and whose each is."""
    order = np.argsort(exclude.items, kind="stable")
    return exclude.items[order], exclude.users[order]
