"""Shapley values of groups of purchases: against all orders by hand, and their sum against the user embedding."""

from itertools import permutations

import numpy as np
import pytest

from learn.errors import LearnError
from learn.explore.lists import attribution, shapley, why_words
from learn.explore.lists.left_out import CUTS
from learn.explore.lists.purchases import Level, group_purchases

SHORT, LONG = np.array([3, 17, 3, 40, 8, 21]), np.arange(2, 44, 2)
NAMES = ("learn-a", "learn-b", "learn-c", "without-align")
ITEM = 55


@pytest.mark.parametrize("history", [SHORT, LONG, SHORT[:1]], ids=["one chunk", "three chunks", "one item"])
@pytest.mark.parametrize("name", NAMES)
def test_the_values_add_up_to_the_user_embedding_under_every_cut(recommenders, catalogue, name, history):
    for level in (Level.ITEM, Level.KIND):
        found = shapley.shared_out(recommenders[name], history, group_purchases(history, catalogue, level))
        assert len(found.shifts) == CUTS
        whole = recommenders[name].embed_history(history)[: found.shifts.shape[2]]
        np.testing.assert_allclose(found.shifts.sum(axis=1), np.tile(whole, (CUTS, 1)), atol=2e-4)


@pytest.mark.parametrize("name", NAMES)
def test_many_sets_give_the_mean_over_all_orders(recommenders, catalogue, name):
    recommender = recommenders[name]
    groups = group_purchases(SHORT, catalogue, Level.ITEM)
    found = shapley.shared_out(recommender, SHORT, groups, cuts=150)
    width = found.shifts.shape[2]
    items = [int(group[0]) for group in groups.members]
    embedded = {frozenset(): np.zeros(width)}

    def of(some):
        key = frozenset(some)
        if key not in embedded:
            embedded[key] = recommender.embed_history(SHORT[np.isin(SHORT, list(key))])[:width].astype(float)
        return embedded[key]

    expected = np.zeros((len(items), width))
    orders = list(permutations(range(len(items))))
    for order in orders:
        for place, group in enumerate(order):
            before = [items[one] for one in order[:place]]
            expected[group] += of([*before, items[group]]) - of(before)
    expected /= len(orders)
    scale = np.linalg.norm(expected.sum(axis=0))
    np.testing.assert_allclose(found.shifts.mean(axis=0), expected, atol=0.03 * scale)


@pytest.mark.parametrize("n", [1, 2, 7, 60])
def test_every_group_is_there_about_equally_often(n):
    sets, weights = shapley.drawn_sets(n, CUTS, np.random.default_rng(0))
    assert sets.shape == (CUTS, shapley.SETS, n)
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    sizes = sets.sum(axis=2)
    assert (np.diff(sizes, axis=1) >= 0).all() and sizes.max() <= n
    smallest = sets[:, sizes.max(axis=0) <= n / CUTS]  # those fit beside each other: no group is there twice
    assert smallest.sum(axis=0).max(initial=0) <= 1


def test_the_bars_add_up_to_the_points_by_purchases_exactly_and_as_an_estimate(recommenders, catalogue):
    allowed = np.ones(60, bool)
    for name in NAMES:
        recommender = recommenders[name]
        history = recommender.history[7]
        rank = attribution.rank_breakdown(recommender, 7, ITEM, allowed)
        groups = group_purchases(history, catalogue, Level.KIND)
        found = shapley.shared_out(recommender, history, groups)
        one = attribution.explain(found, recommender, ITEM, allowed, rank)
        estimate = attribution.estimate(recommender, history, groups, ITEM, allowed, rank)
        assert one.exact and one.sampled and not estimate.exact
        for each in (one, estimate):
            assert float(each.points.sum()) == pytest.approx(why_words.by_purchases(rank), abs=0.15)


def test_an_empty_history_is_refused(recommenders, catalogue):
    nothing = np.zeros(0, int)
    with pytest.raises(LearnError, match="history is empty"):
        shapley.shared_out(recommenders["learn-a"], nothing, group_purchases(nothing, catalogue, Level.ITEM))
