"""Vectors of a Run: its own, or content embeddings prepared as the Run says."""

import numpy as np
import pytest
from safetensors.numpy import save_file

from learn.cex import store
from learn.errors import LearnError
from learn.runs.info import write_vectors
from learn.runs.run import Run
from learn.runs.vectors import has_vectors, normalise, run_vectors
from tests import synthetic


def test_own_vectors_are_read_as_stored(workspace, dataset):
    run = Run(workspace.run(synthetic.NAME, "learn-a"))
    users, items = run_vectors(run, dataset)
    assert users.shape == (40, synthetic.WIDTH) and items.shape == (60, synthetic.WIDTH)
    np.testing.assert_array_equal(items, run.own_item_vectors)
    assert has_vectors(run)


def test_a_run_of_lists_only_says_so(workspace, dataset):
    run = Run(workspace.run(synthetic.NAME, "popularity"))
    assert not has_vectors(run)
    with pytest.raises(LearnError, match=r"popularity .* has no vectors"):
        run_vectors(run, dataset)


@pytest.mark.parametrize("kind", ["matrix", "scale"])
def test_content_vectors_are_prepared_and_normalised(tmp_path, monkeypatch, kind):
    place = synthetic.make_synthetic_workspace(tmp_path)
    dataset = synthetic.make_synthetic_dataset()
    rng = np.random.default_rng(3)
    content = rng.normal(2, 1, (60, synthetic.WIDTH)).astype(np.float32)
    monkeypatch.setattr(store, "stored_content", lambda *arguments: content)
    run = Run(place.run(synthetic.NAME, "learn-c"))
    run.info = run.info.model_copy(update={"item_vectors": "content", "content_key": "key"})
    mean = rng.normal(size=synthetic.WIDTH).astype(np.float32)
    shape = (synthetic.WIDTH, synthetic.WIDTH) if kind == "matrix" else (synthetic.WIDTH,)
    weight = rng.normal(size=shape).astype(np.float32)
    save_file({"mean": mean, kind: weight}, run.path / "preprocessing.safetensors")
    expected = (content - mean) @ weight if kind == "matrix" else (content - mean) * weight
    expected = np.array([row / np.linalg.norm(row) for row in expected])
    _, items = run_vectors(run, dataset)
    np.testing.assert_allclose(items, expected, rtol=1e-4, atol=1e-6)

    # A popularity prior is one more dimension of the items, which the users' vectors must have too.
    prior = rng.normal(size=60).astype(np.float32)
    save_file({"mean": mean, kind: weight, "prior": prior}, run.path / "preprocessing.safetensors")
    with pytest.raises(LearnError, match="user vectors have width 8, item vectors 9"):
        run_vectors(run, dataset)
    write_vectors(run.path / "user_vectors.safetensors", np.ones((40, synthetic.WIDTH + 1)))
    longer = Run(run.path)
    longer.info = run.info
    _, items = run_vectors(longer, dataset)
    np.testing.assert_allclose(items, np.column_stack([expected, prior]), rtol=1e-4, atol=1e-6)


def test_vectors_of_another_catalogue_are_refused(tmp_path):
    place = synthetic.make_synthetic_workspace(tmp_path)
    run = Run(place.run(synthetic.NAME, "learn-a"))
    write_vectors(run.path / "item_vectors.safetensors", np.ones((59, synthetic.WIDTH)))
    with pytest.raises(LearnError, match="59 item vectors, but dataset synthetic has 60 items"):
        run_vectors(run, synthetic.make_synthetic_dataset())


def test_normalise_leaves_zeros_alone():
    np.testing.assert_allclose(normalise(np.array([[3.0, 4.0], [0.0, 0.0]])), [[0.6, 0.8], [0.0, 0.0]])
