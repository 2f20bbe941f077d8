"""Scores of many pairs, by their places."""

import numpy as np

from learn.retrieval import scores


def test_pairs_by_their_indices_are_the_same_bits_in_blocks_of_any_size(monkeypatch):
    rng = np.random.default_rng(3)
    queries, vectors = rng.normal(size=(9, 7)), rng.normal(size=(30, 7)).astype(np.float16)
    rows, found = rng.integers(9, size=50), rng.integers(30, size=50)
    whole = scores.pair_scores(queries[rows].astype(np.float32), vectors[found].astype(np.float32))
    for block in (1, 40, 10_000):
        monkeypatch.setattr(scores, "_BLOCK", block)
        assert np.array_equal(scores.pair_scores_at(queries, rows, vectors, found), whole)
    assert len(scores.pair_scores_at(queries, rows[:0], vectors, found[:0])) == 0
