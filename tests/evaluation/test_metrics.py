"""Hand-worked numbers, the ranx library, and properties that hold for any lists."""

import itertools
import json
import math
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learn.errors import LearnError
from learn.evaluation import metrics as m

# User 0 finds targets at ranks 2 and 4 of 3 targets, user 1 nothing of 1, user 2 its only one at rank 1.
HITS = np.array([[0, 1, 0, 1], [0, 0, 0, 0], [1, 0, 0, 0]], dtype=bool)
N_TARGETS = np.array([3, 1, 1])


def test_hand_worked_numbers():
    assert m.hit_count(HITS, 3).tolist() == [1, 0, 1]
    assert m.hit_rate(HITS, N_TARGETS, 1).tolist() == [0, 0, 1]
    assert m.hit_rate(HITS, N_TARGETS, 4).tolist() == [1, 0, 1]
    np.testing.assert_allclose(m.recall(HITS, N_TARGETS, 4), [2 / 3, 0, 1])
    assert m.pooled_recall(HITS, N_TARGETS, 4) == pytest.approx(3 / 5)
    np.testing.assert_allclose(m.mrr(HITS, N_TARGETS, 4), [1 / 2, 0, 1])
    assert m.mrr(HITS, N_TARGETS, 1).tolist() == [0, 0, 1]
    gain = 1 / math.log2(3) + 1 / math.log2(5)
    ideal = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    np.testing.assert_allclose(m.ndcg(HITS, N_TARGETS, 4), [gain / ideal, 0, 1])
    np.testing.assert_allclose(m.ndcg(HITS, N_TARGETS, 2)[0], (1 / math.log2(3)) / (1 + 1 / math.log2(3)))


def test_pooled_recall_can_be_below_recall_and_a_hit_rate_cannot():
    hits, n_targets = np.array([[1, 0], [1, 0]], dtype=bool), np.array([1, 9])
    assert m.pooled_recall(hits, n_targets, 2) == pytest.approx(0.2)
    assert m.recall(hits, n_targets, 2).mean() == pytest.approx((1 + 1 / 9) / 2)
    assert m.hit_rate(hits, n_targets, 2).mean() == 1


def test_coverage_counts_items_shown_to_anybody():
    ranked = np.array([[0, 1, -1], [1, 2, 3]])
    everything = np.ones(5, dtype=bool)
    assert m.coverage(ranked, everything, 1) == pytest.approx(2 / 5)
    assert m.coverage(ranked, everything, 3) == pytest.approx(4 / 5)
    assert m.coverage(ranked, np.array([0, 0, 0, 1, 1], dtype=bool), 3) == pytest.approx(1 / 2)
    assert m.coverage(ranked[:0], everything, 3) == 0
    assert math.isnan(m.coverage(ranked, np.zeros(5, dtype=bool), 3))


def test_empty_cases():
    none = np.zeros((2, 3), dtype=bool), np.array([0, 2])
    for function in (m.hit_rate, m.recall, m.ndcg, m.mrr):
        values = function(*none, 3)
        assert math.isnan(values[0]) and values[1] == 0
        assert function(np.zeros((0, 3), dtype=bool), np.zeros(0, dtype=int), 3).shape == (0,)
        assert function(np.zeros((1, 0), dtype=bool), np.array([1]), 3).tolist() == [0]
    assert math.isnan(m.pooled_recall(none[0], np.array([0, 0]), 3))


def test_a_cutoff_that_is_not_positive_is_named():
    with pytest.raises(LearnError, match="k = 0"):
        m.recall(HITS, N_TARGETS, 0)


RANX = """
import json, sys, ranx
given = json.load(sys.stdin)
scores = ranx.evaluate(ranx.Qrels(given["targets"]), ranx.Run(given["lists"]), given["names"])
print(json.dumps({name: float(score) for name, score in scores.items()}))
"""


def test_ranx_agrees():
    rng = np.random.default_rng(3)
    n_users, n_items, depth = 30, 40, 20
    ranked = np.array([rng.permutation(n_items)[:depth] for _ in range(n_users)])
    targets = [set(rng.choice(n_items, rng.integers(1, 12), replace=False).tolist()) for _ in range(n_users)]
    names = {"hit_rate": m.hit_rate, "recall": m.recall, "ndcg": m.ndcg, "mrr": m.mrr}
    given = {
        "targets": {str(user): {str(item): 1 for item in row} for user, row in enumerate(targets)},
        "lists": {
            str(user): {str(item): float(depth - rank) for rank, item in enumerate(row)}
            for user, row in enumerate(ranked)
        },
        "names": [f"{name}@{k}" for name in names for k in (1, 5, 20)],
    }
    # A process of its own: ranx compiles for minutes unless numba is told not to before it is first imported.
    answer = subprocess.run(
        [sys.executable, "-c", RANX],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
    )
    theirs = json.loads(answer.stdout.splitlines()[-1])
    hits = np.array([[item in targets[user] for item in row] for user, row in enumerate(ranked.tolist())])
    n_targets = np.array([len(row) for row in targets])
    for name, function in names.items():
        for k in (1, 5, 20):
            assert function(hits, n_targets, k).mean() == pytest.approx(theirs[f"{name}@{k}"]), (name, k)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**16), st.integers(1, 8), st.integers(1, 15))
def test_bounds_and_order(seed, n_users, depth):
    rng = np.random.default_rng(seed)
    hits = rng.random((n_users, depth)) < rng.random()
    n_targets = hits.sum(axis=1) + rng.integers(1, 4, n_users)
    for function in (m.hit_rate, m.recall, m.ndcg, m.mrr):
        values = function(hits, n_targets, depth)
        assert ((values >= 0) & (values <= 1)).all()
    assert (m.recall(hits, n_targets, depth) <= m.hit_rate(hits, n_targets, depth)).all()
    for function in (m.hit_rate, m.recall, m.mrr):
        grown = [function(hits, n_targets, k) for k in range(1, depth + 3)]
        assert all((later >= earlier).all() for earlier, later in itertools.pairwise(grown))
    better = np.sort(hits, axis=1)[:, ::-1]
    assert (m.ndcg(better, n_targets, depth) >= m.ndcg(hits, n_targets, depth) - 1e-12).all()


def test_distinct_items_and_gini_of_all_lists():
    ranked = np.array([[0, 1, 2], [0, 1, -1], [0, 3, 1]])
    members = np.ones(5, dtype=bool)
    assert m.distinct_items(ranked, members, 2) == 3 and m.distinct_items(ranked, members, 3) == 4
    counts = [0, 0, 1, 2, 3]  # at k = 2: item 0 three times, 1 twice, 3 once
    by_pairs = sum(abs(a - b) for a in counts for b in counts) / (2 * 5 * sum(counts))
    assert m.gini(ranked, members, 2) == pytest.approx(by_pairs)
    assert m.gini(np.array([[0, 1], [2, 3]]), np.array([True] * 4 + [False]), 2) == 0
    assert np.isnan(m.gini(np.full((2, 2), -1), members, 2)) and m.distinct_items(np.full((2, 2), -1), members, 2) == 0
    of_some = np.array([True, False, False, True, True])
    assert m.distinct_items(ranked, of_some, 2) == 2
    assert m.coverage(ranked, of_some, 2) == pytest.approx(2 / 3)
