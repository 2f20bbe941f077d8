"""A Run whose PAL is the LLM's own layers: small on disk, resumable, and usable by itself."""

import numpy as np
import pytest
import torch

from learn.config import BUNDLED
from learn.data.splits import Phase, leave_one_out
from learn.errors import LearnError
from learn.pal.infer import item_vectors
from learn.runs.towers import load_towers
from learn.workspace import Workspace
from tests.fake_llm import make_tiny_llm
from tests.oracle import history_vector
from tests.training.test_train import (
    AFTER_EVERY_STEP,
    N_ITEMS,
    Interrupting,
    recall,
    run_training,
    tiny_content,
    tiny_dataset,
)


@pytest.fixture
def settings(llm_folder):
    return {
        "cex__llm": str(llm_folder),
        "pal__backbone": "llm-lora",
        "pal__backbone_layers": 1,
        "pal__lora_rank": 2,
        "pal__dropout": 0.3,
        "training__learning_rate": 0.01,
    }


@pytest.mark.parametrize("tower", ["a", "b", "c"])
def test_it_learns_and_the_run_holds_what_was_trained_only(tmp_path, settings, tower):
    run = run_training(tmp_path / "x", **settings, pal__item_tower=tower)
    assert recall(run) > 2 * 10 / N_ITEMS
    weights = run.tensors("weights")
    assert sum(value.size for name, value in weights.items() if "_extra_state" not in name) == (
        run.info.trainable_parameters
    )
    assert not any("base_layer" in name or "embed" in name for name in weights)


def test_the_run_comes_back_to_the_same_vectors(tmp_path, settings):
    run = run_training(tmp_path / "x", **settings)
    towers, preprocessing = load_towers(run)
    items = item_vectors(towers, torch.as_tensor(preprocessing.apply(tiny_content())))
    assert items == pytest.approx(run.own_item_vectors, abs=0.02)  # stored as float16
    history = leave_one_out(tiny_dataset()).history(Phase.TEST)[3]
    assert history_vector(run, tiny_content()[history]) == pytest.approx(run.user_vectors[3], abs=0.02)


@pytest.mark.parametrize("steps", [1, 7])
def test_interrupted_training_goes_on_to_the_same_bits(tmp_path, settings, steps):
    whole = run_training(tmp_path / "whole", **settings)
    with pytest.raises(KeyboardInterrupt):
        run_training(tmp_path / "cut", Interrupting(steps), **settings, **AFTER_EVERY_STEP)
    resumed = run_training(tmp_path / "cut", **settings, **AFTER_EVERY_STEP)
    assert np.array_equal(whole.own_item_vectors, resumed.own_item_vectors)
    assert np.array_equal(whole.user_vectors, resumed.user_vectors)
    assert whole.curves.loss.tolist() == resumed.curves.loss.tolist()


def test_a_run_whose_llm_has_changed_is_refused(tmp_path, settings):
    llm = make_tiny_llm(tmp_path / "llm")
    run = run_training(tmp_path / "x", **(settings | {"cex__llm": str(llm)}))
    make_tiny_llm(llm, seed=1)
    with pytest.raises(LearnError, match="not those that the adapters were trained on"):
        history_vector(run, tiny_content()[:3])


def test_a_run_finds_the_models_of_its_workspace(tmp_path, monkeypatch):
    home = Workspace(tmp_path / "home")
    assert Workspace.holding(home.run("runs", "x")) == home
    assert Workspace.holding(home.benchmark("table7", "shop") / "x") == home
    monkeypatch.setenv("LEARN_WORKSPACE", str(tmp_path / "default"))
    assert Workspace.holding(tmp_path / "elsewhere" / "x") == Workspace(tmp_path / "elsewhere")


@pytest.mark.slow
def test_the_bundled_llm_gives_its_layers(tmp_path, settings):
    home = Workspace(tmp_path)
    run = run_training(home.run("tiny", "x"), **(settings | {"cex__llm": BUNDLED}))
    assert list(home.models.iterdir()) and (run.path / "weights.safetensors").stat().st_size < 2_000_000
    assert recall(run) > 2 * 10 / N_ITEMS
