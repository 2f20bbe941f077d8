"""Live Runs: histories and texts outside the training get what the training's own code gives them."""

import numpy as np
import pytest

from learn.data.sequences import sequences_of
from learn.errors import LearnError
from learn.runs.recommender import Recommender
from learn.runs.run import Run
from tests import synthetic
from tests.oracle import history_vector
from tests.trained import VARIANTS

NAMES = ("learn-a", "learn-b", "learn-c", "without-align")


def test_every_variant_embeds(recommenders):
    assert sorted(recommenders) == sorted(NAMES) and len(VARIANTS) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_histories_get_the_vectors_that_the_run_stored(recommenders, phases, name):
    found = recommenders[name].embed_histories(phases[0])
    np.testing.assert_allclose(found, recommenders[name].users, atol=4e-3)  # stored in half precision


@pytest.mark.parametrize("name", NAMES)
def test_a_new_history_agrees_with_the_command_lines(recommenders, name):
    recommender, history = recommenders[name], np.array([3, 17, 3, 40, 8])
    np.testing.assert_allclose(
        recommender.embed_histories(sequences_of([history]))[0],
        history_vector(recommender.run, recommender.content[history], history),
        atol=1e-5,
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_text_of_the_catalogue_as_a_new_item_gets_the_catalogues_vector(recommenders, name):
    recommender = recommenders[name]
    np.testing.assert_allclose(
        recommender.embed_new_items(recommender.content[[5, 50]]), recommender.items[[5, 50]], atol=4e-3
    )


def test_an_empty_history_is_zeros_and_nothing_is_lost_between_two(recommenders):
    for recommender in recommenders.values():
        found = recommender.embed_histories(sequences_of([np.array([1, 2]), np.zeros(0, int), np.array([4])]))
        assert not found[1].any()
        np.testing.assert_allclose(found[2], recommender.embed_histories(sequences_of([np.array([4])]))[0], atol=1e-4)
        assert not recommender.embed_histories(sequences_of([np.zeros(0, int)])).any()


def test_directions_leave_the_prior_out(recommenders):
    recommender = recommenders["learn-a"]
    assert recommender.has_popularity_bias and not recommenders["without-align"].has_popularity_bias
    assert recommender.directions().shape[1] == recommender.items.shape[1] - 1
    np.testing.assert_allclose(np.linalg.norm(recommender.directions(), axis=1), 1, rtol=1e-5)


def test_a_run_of_lists_only_says_so(trained_workspace, dataset):
    recommender = Recommender(Run(trained_workspace.run(synthetic.NAME, "popularity"), dataset), dataset)
    assert len(recommender.for_user(3, 5).items) == 5 and not recommender.can_embed
    with pytest.raises(LearnError, match=r"popularity .* stored lists only"):
        recommender.for_history([1, 2], 5)


def test_an_empty_history_has_no_answer(recommenders):
    with pytest.raises(LearnError, match="The history is empty"):
        recommenders["learn-b"].for_history([], 5)


def test_without_the_prior_taste_alone_scores(recommenders):
    recommender = recommenders["learn-b"]
    taste = recommender.without_popularity_bias()
    np.testing.assert_allclose(
        taste.users @ taste.items.T, recommender.users[:, :-1] @ recommender.items[:, :-1].T, atol=1e-6
    )
    assert np.array_equal(taste.directions(), recommender.directions())
    assert not np.allclose(recommender.users @ recommender.items.T, taste.users @ taste.items.T)
    assert recommenders["without-align"].without_popularity_bias() is recommenders["without-align"]
