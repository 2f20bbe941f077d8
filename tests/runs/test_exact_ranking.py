"""The quick ranking gives what sorting every exact score gives, ties and all."""

import numpy as np
import pytest

from learn.retrieval.scores import pair_scores
from learn.runs.exact_ranking import ExactRanking
from learn.runs.suggestions import best_of


def by_all_scores(items, user, history, k, bonus, allowed):
    scores, held = pair_scores(user, items), np.unique(history)
    scores[held] = -np.inf if bonus is None else scores[held] + bonus
    return best_of(scores, k, allowed)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("bonus", [None, np.float32(0.37)])
def test_it_is_the_order_of_all_exact_scores(seed, bonus):
    rng = np.random.default_rng(seed)
    items = rng.normal(size=(300, 33)).astype(np.float32)
    items[rng.integers(0, 300, 150)] = items[rng.integers(0, 300, 150)]  # twins, which only their index tells apart
    user, history = rng.normal(size=33).astype(np.float32), rng.integers(0, 300, 12)
    allowed = None if seed % 3 == 0 else rng.random(300) < (0.02 if seed % 3 == 1 else 0.7)
    for k in (1, 10, 299, 300, 1000):
        found = ExactRanking(items).best(user, history, k, bonus, allowed)
        expected = by_all_scores(items, user, history, k, bonus, allowed)
        np.testing.assert_array_equal(found.items, expected.items)
        np.testing.assert_array_equal(found.scores, expected.scores)
        assert found.live


def test_scores_that_only_rounding_tells_apart_are_told_apart_exactly():
    """A long sum in float32 loses what decides here: 1e4 and -1e4 cancel, and the digits behind are the order."""
    rng = np.random.default_rng(0)
    small = rng.permutation(np.arange(200, dtype=np.float32)) * np.float32(2.0**-20)
    items = np.stack([np.full(200, 1e4, np.float32), small, np.full(200, -1e4, np.float32)], axis=1)
    found = ExactRanking(items).best(np.ones(3, np.float32), np.array([], np.int64), 50, None)
    np.testing.assert_array_equal(found.items, np.argsort(-small)[:50])


def test_where_all_is_held_nothing_comes_back():
    items = np.eye(4, dtype=np.float32)
    assert len(ExactRanking(items).best(items[0], np.arange(4), 3, None).items) == 0
    assert len(ExactRanking(items).best(items[0], np.array([1]), 3, None, np.zeros(4, bool)).items) == 0
