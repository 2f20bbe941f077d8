"""Live Runs: histories and texts outside the training get what the training's own code gives them."""

import numpy as np
import pytest

from learn.errors import LearnError
from learn.runs.recommender import open_recommender, sequences_of
from learn.runs.run import Run
from learn.runs.towers import history_vector
from tests import synthetic
from tests.trained import VARIANTS

NAMES = ("learn-a", "learn-b", "learn-c", "without-align")


def test_every_variant_is_live(lives):
    assert sorted(lives) == sorted(NAMES) and len(VARIANTS) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_histories_get_the_vectors_that_the_run_stored(lives, phases, name):
    found = lives[name].user_vectors(phases[0])
    np.testing.assert_allclose(found, lives[name].users, atol=4e-3)  # stored in half precision


@pytest.mark.parametrize("name", NAMES)
def test_a_new_history_agrees_with_the_command_lines(lives, name):
    live, history = lives[name], np.array([3, 17, 3, 40, 8])
    np.testing.assert_allclose(
        live.user_vectors(sequences_of([history]))[0],
        history_vector(live.run, live.content[history], history),
        atol=1e-5,
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_text_of_the_catalogue_as_a_new_item_gets_the_catalogues_vector(lives, name):
    live = lives[name]
    np.testing.assert_allclose(live.new_items(live.content[[5, 50]]), live.items[[5, 50]], atol=4e-3)


def test_an_empty_history_is_zeros_and_nothing_is_lost_between_two(lives):
    for live in lives.values():
        found = live.user_vectors(sequences_of([np.array([1, 2]), np.zeros(0, int), np.array([4])]))
        assert not found[1].any()
        np.testing.assert_allclose(found[2], live.user_vectors(sequences_of([np.array([4])]))[0], atol=1e-4)
        assert not live.user_vectors(sequences_of([np.zeros(0, int)])).any()


def test_directions_leave_the_prior_out(lives):
    live = lives["learn-a"]
    assert live.has_popularity_bias and not lives["without-align"].has_popularity_bias
    assert live.directions().shape[1] == live.items.shape[1] - 1
    np.testing.assert_allclose(np.linalg.norm(live.directions(), axis=1), 1, rtol=1e-5)


def test_a_run_of_lists_only_says_so(trained_workspace, dataset):
    run = Run(trained_workspace.run(synthetic.NAME, "popularity"))
    with pytest.raises(LearnError, match=r"popularity .* stored lists only"):
        open_recommender(run, trained_workspace, dataset)


def test_without_the_prior_taste_alone_scores(lives):
    live = lives["learn-b"]
    taste = live.without_popularity_bias()
    np.testing.assert_allclose(taste.users @ taste.items.T, live.users[:, :-1] @ live.items[:, :-1].T, atol=1e-6)
    assert np.array_equal(taste.directions(), live.directions())
    assert not np.allclose(live.users @ live.items.T, taste.users @ taste.items.T)
    assert lives["without-align"].without_popularity_bias() is lives["without-align"]
