"""The demo in assets/ is the one that this code would build."""

import shutil
from functools import partial

import numpy as np
import pytest

from learn import pipeline
from learn.cex.store import stored_content
from learn.cli import pack_demo
from learn.cli.pack_demo import DATASET, LIMIT_BYTES, check_manifest
from learn.config import PRESETS
from learn.data.splits import Phase, default_split
from learn.data.stored import open_dataset
from learn.errors import LearnError
from learn.evaluation.protocol import evaluate, rank_vectors
from learn.progress import SilentProgress
from learn.runs.baselines import EVERYWHERE
from learn.runs.run import Run
from learn.runs.vectors import has_vectors, run_vectors
from learn.workspace import PREBUILT, Workspace
from tests import synthetic
from tests.oracle import history_vector


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """What the demo's Runs were made from, as whoever opens the explorer on it gets it."""
    return open_dataset(Workspace(tmp_path_factory.mktemp("empty")), DATASET)


def test_the_manifest_agrees_with_the_code():
    manifest = check_manifest()
    sizes = {name: (PREBUILT / name).stat().st_size for name in manifest["files"]}
    assert sizes == manifest["files"]
    assert sum(sizes.values()) <= LIMIT_BYTES


def test_packing_writes_a_demo_that_opens(trained_workspace, tmp_path, monkeypatch):
    shutil.copytree(trained_workspace.root, tmp_path / "workspace")
    monkeypatch.setattr(pack_demo, "DATASET", synthetic.NAME)
    monkeypatch.setattr(pipeline, "draw_maps", partial(pipeline.draw_maps, method="pca", progress=SilentProgress()))
    manifest = pack_demo.pack(Workspace(tmp_path / "workspace"), tmp_path / "demo")
    assert manifest == check_manifest(tmp_path / "demo")
    packed = Workspace(tmp_path / "demo")
    dataset = synthetic.make_synthetic_dataset()
    assert (
        set(manifest["runs"]) == {path.name for path in packed.run_paths(synthetic.NAME)} >= {"learn-b", "popularity"}
    )
    for path in packed.run_paths(synthetic.NAME):
        made, original = Run(path, dataset), Run(trained_workspace.run(synthetic.NAME, path.name), dataset)
        assert made.metrics.equals(original.metrics)
        if made.info.kind == "learn":
            assert np.array_equal(made.user_vectors, original.user_vectors)
            assert made.recommend_for(["i01", "i05"], k=3)["item_id"].is_unique


def test_towers_read_of_the_packed_content_what_they_were_trained_on(trained_workspace, tmp_path, monkeypatch):
    """With content in 8 bits and whitening in 16; rounded before it is whitened, content would be read less exactly."""
    shutil.copytree(trained_workspace.root, tmp_path / "workspace")
    monkeypatch.setattr(pack_demo, "DATASET", synthetic.NAME)
    monkeypatch.setattr(pipeline, "draw_maps", lambda *given: None)
    pack_demo.pack(Workspace(tmp_path / "workspace"), tmp_path / "demo")
    dataset = synthetic.make_synthetic_dataset()
    for path in Workspace(tmp_path / "demo").run_paths(synthetic.NAME):
        run = Run(path, dataset)
        if run.info.kind == "learn" and run.config.pal.preprocessing == "whiten":
            original = Run(trained_workspace.run(synthetic.NAME, path.name), dataset).recommender
            rows = np.arange(dataset.n_items)
            one, other = run.recommender.prepared(rows), original.prepared(rows)
            raw = original.content
            scale = np.abs(raw).max(axis=0) / 127
            before = original.preprocessing.apply((np.rint(raw / scale) * scale).astype(np.float32))
            found, plain = (np.linalg.norm(read - other) / np.linalg.norm(other) for read in (one, before))
            assert found < 0.04 and found < plain / 2


@pytest.mark.slow
@pytest.mark.parametrize("name", ["learn-a", "learn-b", "learn-c", "without-align"])
def test_the_demos_live_ranking_has_the_stored_metrics(dataset, name):
    run = Run(Workspace(PREBUILT).run(DATASET, name), dataset)
    ranked = rank_vectors(*live_vectors(run), dataset.split, repeat=run.info.repeat_bias)
    live = evaluate({candidates: items for candidates, (items, _) in ranked.items()}, dataset.split).metrics
    both = live.merge(run.metrics, on=["metric", "k", "among", "slice"], suffixes=("", "_stored"))
    both = both[both["metric"].isin(["recall", "ndcg"]) & (both["k"] == 100) & (both["slice"] == "all")]
    assert len(both) == 4
    assert (both["mean"] - both["mean_stored"]).abs().max() <= 0.0005


def live_vectors(run):
    """What the app makes of histories and of items where it embeds them now."""
    one = run.recommender
    return one.embed_histories(one.history), with_prior(one, one.embed_catalogue(np.arange(run.dataset.n_items)))


def with_prior(one, items):
    """Tower (c)'s vectors are the content's: its popularity bias is read from the Run."""
    return one.items if items.shape[1] != one.items.shape[1] else items


def test_another_preset_is_noticed(monkeypatch):
    monkeypatch.setitem(PRESETS, "demo", PRESETS["demo"].with_values(training__epochs=99))
    with pytest.raises(LearnError, match="demo_preset"):
        check_manifest()


def test_the_runs_were_made_from_the_installed_data_and_the_demo_preset(dataset):
    demo = PRESETS["demo"]
    workspace = Workspace(PREBUILT)
    runs = [Run(path) for path in workspace.run_paths(DATASET)]
    assert {run.info.variant for run in runs} == {"a", "b", "c", "without-align", "text+counts", *EVERYWHERE}
    for run in runs:
        assert run.info.dataset_fingerprint == dataset.fingerprint
        if run.info.kind == "learn":
            assert run.config == demo.with_values(pal__item_tower=run.info.variant)
        if has_vectors(run):
            users, items = run_vectors(run, dataset)
            assert users.shape == (len(dataset.user_ids), items.shape[1])
            assert len(items) == dataset.n_items


@pytest.mark.parametrize("name", ["learn-a", "learn-b", "learn-c", "without-align"])
def test_what_was_packed_small_still_gives_the_stored_user_vectors(dataset, name):
    workspace = Workspace(PREBUILT)
    run = Run(workspace.run(DATASET, name))
    history = default_split(dataset).history(Phase.TEST)
    content = stored_content(workspace, dataset, run.info.content_key)
    for user in (0, 700, 1400):
        again = history_vector(run, content[history[user]])
        stored = run.user_vectors[user]
        assert again @ stored / np.linalg.norm(again) / np.linalg.norm(stored) > 0.99
