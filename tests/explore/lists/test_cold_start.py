"""Audiences, neighbours and buyers of an item, each against plain Python over every user and every item."""

import numpy as np
import pandas as pd
import pytest

from learn.data.sequences import Sequences
from learn.explore.lists import attribution
from learn.explore.lists import audience as a
from learn.explore.lists import cold_start as c
from learn.explore.lists.attention_weights import distinct_items
from learn.explore.maps.item_maps import make_maps
from learn.explore.maps.spaces import find_spaces, new_item_directions, space_vectors
from learn.runs.run import Run
from tests import synthetic
from tests.exact import exact_score, exact_scores

COLD = synthetic.N_ITEMS - 1
WARM = 10


@pytest.fixture(scope="module")
def counts(split):
    return split.training_counts()


def test_cold_items_are_those_without_training_interaction(counts, phases, catalogue, dataset):
    table = c.cold_items(counts, phases[1], catalogue)
    assert sorted(table["index"]) == np.flatnonzero(counts == 0).tolist() and len(table) >= synthetic.N_COLD
    assert table["buyers"].is_monotonic_decreasing
    for row in table.to_dict("records"):
        buyers = {user for user in range(40) if row["index"] in phases[1][user]}
        assert row["buyers"] == len(buyers) and set(a.later_buyers(phases[1], row["index"])) == buyers
        assert row["title"] == catalogue.titles[row["index"]]


def rank_by_hand(recommender, history, vector, user, item):
    """The item's place in one user's list of what is new to them, one score after the other."""
    place = (-exact_score(recommender.users[user], vector), len(recommender.items) if item is None else item)
    scores = exact_scores(recommender.users[user], recommender.items)
    others = [(-score, other) for other, score in enumerate(scores) if other != item]
    return 1 + sum(one < place for one in others if one[1] not in history[user])


@pytest.mark.parametrize("item", [WARM, COLD, None])
def test_the_first_users_are_those_in_whose_own_lists_it_stands_highest(recommenders, phases, item):
    history = phases[0]
    for recommender in recommenders.values():
        vector = recommender.items[COLD if item is None else item]
        ranks = {
            user: rank_by_hand(recommender, history, vector, user, item)
            for user in range(len(history))
            if len(history[user]) and (item is None or item not in history[user])
        }
        expected = sorted(ranks, key=lambda user: (ranks[user], user))[:7]
        users, found, reach = a.first_users(recommender.users, recommender.items, vector, history, 7, item)
        assert users.tolist() == expected and found.tolist() == [ranks[user] for user in expected]
        assert reach.tolist() == [ranks.get(user, 0) for user in range(len(history))]
        one = a.audience(recommender, vector, history, 7, item)
        assert one.users.tolist() == expected
        assert one.seen_by(3) == sum(rank <= 3 for rank in ranks.values()) and one.seen_by() == len(ranks)


def test_ranks_are_the_same_in_blocks_of_any_size(recommenders, phases, monkeypatch):
    history, users = phases[0], np.flatnonzero(phases[0].lengths)
    recommender = recommenders["learn-b"]
    arguments = (recommender.users, recommender.items, recommender.items[COLD], history, users, COLD)
    whole = a.own_ranks(*arguments)
    monkeypatch.setattr(a, "_BLOCK_SCORES", 3 * len(recommender.items))
    assert a.own_ranks(*arguments).tolist() == whole.tolist()


def test_of_equal_scores_the_lower_index_is_first_and_a_new_item_last():
    history = Sequences(np.array([3], np.int32), np.array([0, 1], np.int64))
    users, items = np.ones((1, 2), np.float32), np.ones((4, 2), np.float32)
    ranks = [a.own_ranks(users, items, items[0], history, np.array([0]), item)[0] for item in (0, 2, None)]
    assert ranks == [1, 3, 4]  # item 3 is no longer new


def test_the_rank_equals_the_why_pages(recommenders, phases):
    for recommender in recommenders.values():
        for user in (2, 9, 21):
            keep = np.ones(len(recommender.items), bool)
            keep[phases[0][user]] = False
            rank_breakdown = attribution.rank_breakdown(recommender, user, COLD, keep)
            found = a.own_ranks(
                recommender.users, recommender.items, recommender.items[COLD], phases[0], np.array([user]), COLD
            )
            assert found.tolist() == [rank_breakdown.rank]


def test_reasons_are_items_of_the_history_that_raise_the_score(recommenders, phases):
    history = phases[0]
    for recommender in recommenders.values():
        found = a.audience(recommender, recommender.items[COLD], history, 5, COLD)
        assert len(found.users) == len(found.ranks) == len(found.reasons) == 5
        for user, items in zip(found.users, found.reasons, strict=True):
            assert len(items) <= 3 and set(items) <= set(history[user])
            if len(distinct_items(history[user])) <= a.SHORT and len(items):
                assert (attribution.leave_one_out(recommender, history[user], recommender.items[COLD], items) > 0).all()


def test_a_single_item_of_a_history_is_its_own_reason(recommenders):
    from learn.data.sequences import sequences_of

    history = sequences_of([np.array([7])])
    for recommender in recommenders.values():
        (found,) = a.reasons(recommender, history, np.array([0]), recommender.items[7])
        assert found.tolist() == [7]


def test_nearest_are_the_greatest_cosines_without_the_prior(recommenders, counts):
    for recommender in recommenders.values():
        vectors = (recommender.items[:, :-1] if recommender.has_popularity_bias else recommender.items).astype(float)
        lengths = np.linalg.norm(vectors, axis=1)
        cosines = vectors @ vectors[COLD] / lengths / lengths[COLD]
        expected = sorted(np.flatnonzero(counts > 0), key=lambda item: -cosines[item])[:5]
        found = c.nearest(recommender, recommender.items[COLD], counts > 0, 5)
        np.testing.assert_allclose(cosines[found.items], cosines[expected], atol=1e-6)
        assert (counts[found.items] > 0).all() and len(set(found.items)) == 5


def test_buyers_ranks_name_everybody_who_bought_it_later(recommenders, phases):
    history, target = phases
    table = c.buyers_ranks(recommenders, history, target, COLD)
    expected = [user for user in range(40) if COLD in target[user] and len(history[user])]
    assert table["user"].tolist() == expected and expected
    for name, recommender in recommenders.items():
        ranks = a.own_ranks(
            recommender.users, recommender.items, recommender.items[COLD], history, np.array(expected), COLD
        )
        assert table[name].tolist() == ranks.tolist()


LABELS = {"a": "(a)", "b": "(b)"}


def buyers(a_ranks, b_ranks):
    return pd.DataFrame({"user": range(len(a_ranks)), "a": a_ranks, "b": b_ranks})


LENGTH = np.full(30, 9999)


def test_how_many_of_those_who_bought_it_would_have_met_it():
    assert c.buyers_sentence(buyers([90, 4000, 5000], [700, 800, 900]), LABELS, LENGTH) == (
        "3 people with a history; at best 1 of them had it in their first 100 ((a)). "
        "Best median place under (b): 800 (by chance, for these 3: 5,000). Fewer than 30: a hint, no proof."
    )
    many = c.buyers_sentence(buyers([200] * 30, [300] * 30), LABELS, LENGTH)
    assert many.startswith("30 people with a history; none of them had it in their first 100. Best median place under")
    alone = c.buyers_sentence(buyers([90] * 30, [300] * 30), {"a": "(a)"}, LENGTH)
    assert alone == (
        "30 people with a history; 30 of them had it in their first 100. "
        "Median place: 90 (by chance, for these 30: 5,000)."
    )


def test_one_buyer_is_told_as_one():
    one = c.buyers_sentence(buyers([90], [700]), LABELS, LENGTH)
    assert one.startswith(
        "One person with a history; it was in their first 100 ((a)). Best place under (a): 90 (by chance: 5,000). "
    )
    assert "they never had it in their first 100" in c.buyers_sentence(buyers([101], [700]), LABELS, LENGTH)


def test_a_new_item_is_placed_amid_the_neighbours_that_lie_together():
    rng = np.random.default_rng(0)
    left, right = rng.normal(0, 1, (40, 2)), rng.normal((100, 0), 1, (40, 2))
    left[3:6] = left[3] + 0.01 * left[3:6]
    neighbours = np.array([50, 3, 4, 5])  # the most alike one lies alone, far from the other three
    place = c.place_on_map(np.concatenate([left, right]), neighbours, np.array([0.9, 0.4, 0.4, 0.4]))
    np.testing.assert_allclose(place, left[[3, 4, 5]].mean(axis=0))


def test_a_catalogue_item_placed_as_a_new_one_has_its_own_neighbours(workspace, dataset):
    spaces = find_spaces([Run(path) for path in workspace.run_paths(dataset.name)])
    maps = make_maps(spaces, spaces[0], dataset, np.arange(0, 60, 2), workspace, method="pca", must_store=False)
    for space in spaces:
        found, vectors = maps[space.name], space_vectors(space, dataset)
        placed = c.place_new_item(found, vectors, vectors[11], k=5)
        cosines = exact_scores(vectors[11], vectors[::2])
        assert placed.points.tolist() == sorted(range(30), key=lambda point: (-cosines[point], point))[:5]
        assert placed.cosines.tolist() == np.sort(cosines)[::-1][:5].tolist()
        np.testing.assert_allclose(placed.place, c.place_on_map(found.plane, placed.points, placed.cosines))
        apart = np.linalg.norm(found.plane - placed.place, axis=1)
        assert placed.near.tolist() == [(apart < apart[point]).sum() < 10 for point in placed.points]


def test_a_new_item_is_placed_among_its_neighbours():
    coordinates = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 8.0]])
    np.testing.assert_allclose(c.place_on_map(coordinates, np.array([0, 1]), np.array([0.25, 0.75])), [3.0, 0.0])
    np.testing.assert_allclose(c.place_on_map(coordinates, np.array([2]), np.array([0.9])), [0.0, 8.0])
    np.testing.assert_allclose(c.place_on_map(coordinates, np.array([0, 1]), np.array([-0.5, -0.1])), [2.0, 0.0])


def test_new_items_have_the_catalogues_directions_in_every_space(trained_workspace, dataset, recommenders):
    runs = [Run(path) for path in trained_workspace.run_paths(dataset.name)]
    spaces = find_spaces(runs)
    assert any(space.is_content for space in spaces) and len(spaces) > 2
    rows = np.array([COLD, COLD - 1])  # without any training, so that an ID embedding would not tell them apart
    for space in spaces:
        recommender = recommenders[space.run.name]
        found = new_item_directions(space, recommender, recommender.content[rows])
        np.testing.assert_allclose(
            found, space_vectors(space, dataset)[rows], atol=1e-3
        )  # those are kept in half precision


def test_pooled_ranks_are_those_of_all_items_together(recommenders, phases, dataset):
    history, target = phases
    some = {name: recommenders[name] for name in ("learn-b", "without-align")}
    items = np.unique(target.items)[:8]
    table = c.pooled_ranks(some, history, target, items, first=10).set_index("run")
    for name in some:
        ranks = np.concatenate([c.buyers_ranks(some, history, target, item)[name] for item in items])
        assert table.loc[name, "pairs"] == len(ranks)
        assert table.loc[name, "median"] == np.median(ranks)
        assert table.loc[name, "shown"] == (ranks <= 10).mean()
    assert table.loc[c.CHANCE, ["median", "shown"]].tolist() == [30.5, 10 / 60]


def test_the_first_item_is_one_that_somebody_is_shown():
    lists = pd.DataFrame({"item_id": ["x", "b", "c"], "among": ["new", "all", "new"]})
    assert c.first_to_show(["a", "b", "c"], [lists]) == "c", "the list of all products is no list of new ones"
    assert c.first_to_show(["a", "b"], [lists]) == c.first_to_show(["a"], []) == "a"
