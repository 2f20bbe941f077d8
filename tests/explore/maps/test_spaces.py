"""Spaces of Runs: which there are, and their vectors."""

import numpy as np
import pytest
from safetensors.numpy import save_file

from learn.cex import store
from learn.errors import LearnError
from learn.explore.maps.spaces import CONTENT, find_spaces, space_vectors, user_directions
from learn.files import write_json
from learn.runs.info import write_vectors
from learn.runs.run import Run
from tests import synthetic

RNG = np.random.default_rng(5)


def change(run, **values):
    write_json(run.path / "run.json", run.info.model_copy(update=values).model_dump(mode="json"))
    return Run(run.path)


@pytest.fixture
def runs(tmp_path):
    place = synthetic.make_synthetic_workspace(tmp_path)
    return [Run(path) for path in place.run_paths(synthetic.NAME)]


def test_every_run_with_vectors_of_its_own_is_a_space(runs):
    assert [(space.name, space.label) for space in find_spaces(runs)] == [
        ("learn-a", "(a) sequence to sequence"),
        ("learn-b", "(b) sequence to item"),
        ("learn-c", "(c) no item PAL"),
    ]


def test_runs_that_use_content_as_it_is_share_one_space_which_stands_first(runs, dataset, monkeypatch):
    by_name = {run.name: run for run in runs}
    changed = [change(by_name["learn-a"], content_key="key")]
    changed.append(change(by_name["learn-c"], content_key="key", item_vectors="content"))
    width = synthetic.WIDTH
    tensors = {"mean": RNG.normal(size=width).astype("f4"), "scale": RNG.uniform(1, 2, width).astype("f4")}
    for run in changed:
        save_file(tensors, run.path / "preprocessing.safetensors")
    content = RNG.normal(size=(60, width)).astype("f4")
    monkeypatch.setattr(store, "stored_content", lambda *arguments: content)
    spaces = find_spaces(changed)
    assert [space.name for space in spaces] == [CONTENT, "learn-a"]
    assert spaces[0].is_content and "(c) no item PAL uses this map unchanged." in spaces[0].explanation
    assert [space.near for space in spaces] == ["described alike", "recommended to the same people"]
    # Standardised over what was bought in training, whatever the Runs make of it.
    bought = content[dataset.split.training_counts() > 0]
    expected = (content - bought.mean(axis=0)) / bought.std(axis=0)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(space_vectors(spaces[0], dataset), expected, rtol=1e-4, atol=1e-6)


def test_vectors_have_length_one_and_no_popularity_prior(runs, dataset):
    run = runs[0]
    width = run.config.pal.output_size
    items, prior = RNG.normal(size=(60, width)), RNG.normal(size=(60, 1)) * 100
    users = RNG.normal(size=(40, width))
    users[3] = 0
    write_vectors(run.path / "item_vectors.safetensors", np.hstack([items, prior]), "float32")
    write_vectors(run.path / "user_vectors.safetensors", np.hstack([users, np.ones((40, 1))]), "float32")
    space = find_spaces([Run(run.path)])[0]
    found = space_vectors(space, dataset)
    np.testing.assert_allclose(found, items / np.linalg.norm(items, axis=1, keepdims=True), rtol=1e-4, atol=1e-6)
    directions, same = user_directions(space, dataset)
    assert directions.shape == (40, width) and not directions[3].any()
    np.testing.assert_array_equal(same, found)


def test_people_cannot_be_placed_where_no_run_recommends(runs, dataset):
    run = change(runs[0], content_key="key")
    save_file({"mean": np.zeros(8, "f4"), "scale": np.ones(8, "f4")}, run.path / "preprocessing.safetensors")
    space = find_spaces([run])[0]
    with pytest.raises(LearnError, match="No Run recommends in the space"):
        user_directions(space, dataset)
