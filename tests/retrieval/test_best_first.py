"""`best_first` sorts each row by itself where it can, and all candidates where it cannot: the same lists."""

from __future__ import annotations

import numpy as np
import pytest

from learn.retrieval.base import _best_by_rows, best_first


def candidates(seed, least, most, distinct):
    """Rows, items and scores in the order of row and item; few ``distinct`` scores, so that many are equal."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(least, most, size=40)
    rows = np.repeat(np.arange(40), lengths)
    items = np.concatenate([np.sort(rng.choice(500, size, replace=False)) for size in lengths])
    return rows, items, rng.integers(distinct, size=len(rows)).astype(np.float32) - 3


def one_by_one(rows, items, scores, n_rows, k):
    for row in range(n_rows):
        own = np.flatnonzero(rows == row)
        best = sorted(own, key=lambda place: (-scores[place], items[place]))[:k]
        yield items[best].tolist()


@pytest.mark.parametrize("least, most, by_rows", [(30, 40, True), (20, 40, True), (0, 3, None), (1, 200, False)])
@pytest.mark.parametrize("distinct", [2, 1000])
def test_the_same_lists_in_whichever_way(least, most, by_rows, distinct):
    rows, items, scores = candidates(distinct, least, most, distinct)
    ordered = _best_by_rows(rows, items, scores, np.bincount(rows, minlength=40), 20)
    assert by_rows in (None, ordered is not None)
    expected = list(one_by_one(rows, items, scores, 40, 20))
    shuffled = np.random.default_rng(1).permutation(len(rows))
    for order in (slice(None), shuffled):
        best, values = best_first(rows[order], items[order], scores[order], 40, 20)
        assert [row[row >= 0].tolist() for row in best] == expected
        assert ((best < 0) == np.isinf(values)).all()


def test_no_candidates_at_all():
    nothing = np.zeros(0, np.int64)
    best, values = best_first(nothing, nothing, np.zeros(0, np.float32), 3, 2)
    assert (best == -1).all() and np.isneginf(values).all()
