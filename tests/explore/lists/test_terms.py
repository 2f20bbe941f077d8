"""Lists under weights: the Recommender's own where all are 1, and never an item that the candidates lack."""

import itertools
from copy import copy

import numpy as np
import pytest

from learn.errors import LearnError
from learn.evaluation.protocol import rank_vectors
from learn.explore.lists import terms as t
from learn.runs.recommender import Recommender
from learn.runs.run import Run
from learn.runs.suggestions import ScoreTerms
from tests import synthetic

RUNS = ["learn-a", "learn-b", "learn-c", "without-align"]
GRID = (0.0, 0.05, 0.4, 1.0)


def made(similarity, popularity, repeats):
    popularity, repeats = (np.asarray(part, dtype=np.float32) for part in (popularity, repeats))
    whole = np.asarray(similarity, dtype=np.float32) + popularity
    return ScoreTerms(whole.astype(np.float64) - popularity, popularity, repeats, whole + repeats)


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("unseen", [True, False])
def test_in_full_they_are_the_recommenders_lists_to_the_last_bit(recommenders, dataset, name, unseen):
    one = recommenders[name]
    for user in range(0, synthetic.N_USERS, 7):
        allowed = np.ones(dataset.n_items, dtype=bool)
        if unseen:
            allowed[one.history[user]] = False
        found = t.weighted_list(t.terms_of_user(one, user), t.Weights(), 20, allowed)
        served = one.for_user(user, 20, unseen=unseen)
        assert found.items.tolist() == served.items.tolist()
        np.testing.assert_array_equal(found.scores, served.scores)


def test_weights_weigh_each_term():
    terms = made([3, 2, 1, 0], [0, 2, 0, 4], [0, 0, 5, 0])
    allowed = np.array([True, True, True, True])

    def order(**weights):
        return t.weighted_list(terms, t.Weights(**weights), 4, allowed).items.tolist()

    assert order() == [2, 1, 3, 0]
    assert order(repeat_bias=0) == [1, 3, 0, 2]
    assert order(popularity_bias=0, repeat_bias=0) == [0, 1, 2, 3]
    assert order(similarity=0, repeat_bias=0) == [3, 1, 0, 2]  # 0 and 2 tie: the lower index first
    assert order(similarity=0, popularity_bias=0, repeat_bias=0) == [0, 1, 2, 3]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("k", [1, 7, 40])
def test_no_list_holds_what_the_candidates_lack(seed, k):
    """Also where many items have the same similarity, the same popularity, or both."""
    rng = np.random.default_rng(seed)
    n = 3000
    levels = (0, 3, 40)[seed % 3]
    similarity, popularity = rng.normal(0, 4, n), rng.normal(0, 1, n) * (seed != 5)
    if levels:
        similarity, popularity = np.round(similarity * levels) / levels, np.round(popularity * levels) / levels
    repeats = np.where(rng.random(n) < 0.02, 1.3 if seed % 2 else -0.7, 0.0)
    terms, allowed = made(similarity, popularity, repeats), rng.random(n) < 0.9
    found = t.candidates(terms, k, allowed)
    assert (np.diff(found) > 0).all() and allowed[found].all()
    for weights in itertools.product(GRID, GRID, GRID):
        best = t.weighted_list(terms, t.Weights(*weights), k, allowed).items
        assert np.isin(best, found).all(), weights
    if not levels and k < 40:
        assert len(found) < n / 4  # few enough to send


def test_weights_are_steps_from_0_to_1():
    assert t.Weights.of({"popularity_bias": 0.26}).popularity_bias == 0.25
    for wrong in (-0.1, 1.2, float("nan")):
        with pytest.raises(LearnError, match="repeat_bias"):
            t.Weights(repeat_bias=wrong)


def test_a_stored_list_has_no_terms(trained_workspace, dataset):
    one = Recommender(Run(trained_workspace.run(dataset.name, "popularity")), dataset)
    assert len(one.for_user(3, 5).items) == 5 and t.terms_of_user(one, 3) is None


def test_terms_of_a_history_are_those_that_rank_it(recommenders, dataset):
    one, history = recommenders["learn-b"], [14, 3, 40]
    allowed = np.ones(dataset.n_items, dtype=bool)
    allowed[history] = False
    found = t.weighted_list(t.terms_of_history(one, history), t.Weights(), 9, allowed)
    served = one.for_history(history, 9)
    assert found.items.tolist() == served.items.tolist()
    np.testing.assert_array_equal(found.scores, served.scores)


def test_the_bias_by_frequency_is_live_as_it_was_ranked(recommenders, dataset):
    one = copy(recommenders["learn-b"])
    one.run = copy(one.run)
    change = {"repeat": 0.3, "repeat_slope": 2.0, "repeat_half_life": 20.0}
    one.run.info = one.run.info.model_copy(update=change)
    ranked = rank_vectors(one.users, one.items, dataset.split, k=10, repeat=one.run.info.repeat_bias)["all"][0]
    everything, several = np.ones(len(one.items), bool), 0
    for user in range(len(dataset.user_ids)):
        if not one.users[user].any():
            continue
        terms = t.terms_of_user(one, user)
        several += len(np.unique(terms.repeat_bias)) > 2
        expected = one.for_user(user, 10, unseen=False).items.tolist()
        assert expected == ranked[user].tolist() == t.weighted_list(terms, t.Weights(), 10, everything).items.tolist()
        kept = t.candidates(terms, 3, everything)
        for again in (0.0, 0.5, 1.0):
            found = t.weighted_list(terms, t.Weights(popularity_bias=0.2, repeat_bias=again), 3, everything)
            assert set(found.items) <= set(kept)
    assert several, "items of a history have biases of their own"
