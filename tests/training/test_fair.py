"""Every tower is trained under what it can learn from: one that reads its context not on whole sequences."""

import numpy as np
import pytest

from learn.config import for_tower, preset
from learn.data.splits import leave_one_out
from learn.data.stored import save_dataset
from learn.item_towers import ITEM_TOWERS
from learn.pipeline import configuration, towers_named, train_variants
from learn.progress import make_progress
from learn.workspace import Workspace
from tests.training.test_train import tiny_content, tiny_dataset

WHOLE = {"sampling.sequence": "whole", "objective.kind": "next_item"}


@pytest.mark.parametrize(("told", "setup"), [((), "dense all-action, cut"), (tuple(WHOLE), "next item, whole")])
def test_the_sequence_towers_run_says_how_it_was_trained(tmp_path, told, setup):
    dataset = tiny_dataset()
    dataset = dataset.with_split(leave_one_out(dataset))
    workspace = Workspace(tmp_path)
    save_dataset(workspace, dataset)
    np.savez(tmp_path / "vectors.npz", ids=dataset.item_ids.astype(str), vectors=tiny_content())
    changes = WHOLE | {"training.epochs": 1, "training.batch_size": 40}
    config = configuration(dataset, "tiny", changes, vectors=tmp_path / "vectors.npz")
    towers = [*towers_named("a"), *towers_named("b")]
    a, b = train_variants(workspace, dataset, config, towers, told=told, progress=make_progress(silent=True))
    assert a.config.training_setup == f"{setup} sequence" and b.config.training_setup == "next item, whole sequence"
    changed = {"sampling", "objective", "pal"} if not told else {"pal"}
    one, other = (run.config.model_dump() for run in (a, b))
    assert {section for section in one if one[section] != other[section]} == changed


def test_preset_short_trains_the_sequence_tower_on_cut_sequences():
    short = preset("short")
    a, b, c = (for_tower(short, ITEM_TOWERS[code]) for code in "abc")
    assert a.training_setup == "dense all-action, cut sequence" and a.pal.item_tower == "a"
    assert b.training_setup == c.training_setup == short.training_setup == "next item, whole sequence"
    told = for_tower(short, ITEM_TOWERS["a"], {"sampling.sequence": "whole"})
    assert told == short.with_values(pal__item_tower="a")
    kept = for_tower(short, ITEM_TOWERS["a"], ["objective.kind"])
    assert kept.training_setup == "next item, cut sequence"
    assert for_tower(preset("demo"), ITEM_TOWERS["a"]) == preset("demo").with_values(pal__item_tower="a")
