"""The grid of towers and training setups: what each setup makes of a sequence, against what it is defined to be."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from learn.config import preset
from learn.reproduce.results import one_metric, read_benchmark
from learn.reproduce.tables import plan
from learn.teaching.objective_grid import grid_of, last_losses, setup_examples, setups_figure, training_setups
from learn.workspace import PREBUILT

PLAN = plan("towers-x-objectives", preset("short"))


def test_every_tower_meets_every_training_setup_once():
    grid = grid_of(PLAN)
    assert len(grid) == 12 and not grid.duplicated(["tower", "training_setup"]).any()
    assert set(grid["tower"]) == {"a", "b", "c"} and grid["training_setup"].nunique() == 4


@pytest.mark.parametrize("seed", range(5))
def test_setups_are_what_they_are_called(seed):
    table = setup_examples(PLAN, np.arange(100, 112), seed).set_index("training_setup")
    dense, one = table.loc["dense all-action, cut sequence"], table.loc["next item, cut sequence"]
    assert dense["history"] + dense["target"] == 12 and dense["pairs"] == dense["history"] * dense["target"]
    assert one["pairs"] == one["target"] == 1
    dense, one = table.loc["dense all-action, whole sequence"], table.loc["next item, whole sequence"]
    assert dense["history"] == dense["target"] == one["history"] == one["pairs"] == 11
    assert dense["pairs"] == 11 * 12 / 2  # every position with every later item
    assert table["read_by_both"].tolist() == pytest.approx([0, 10 / 11, 0, 10 / 11])


def test_the_published_table_stands_in_the_grid():
    rows = read_benchmark(PREBUILT.parent / "benchmarks" / "towers-x-objectives.json", "scientific")
    table = training_setups(PLAN, rows, "ndcg", 10, "new")
    assert table["run"].tolist() == [row.name for row in PLAN.rows]
    known = one_metric(rows, "ndcg", 10, "new").set_index("run")["mean"]
    assert table["mean"].tolist() == known[table["run"]].tolist()
    figure = setups_figure(table, "mean", "NDCG@10")
    assert [trace.name for trace in figure.data] == ["(a)", "(b)", "(c)"]
    assert sorted(y for trace in figure.data for y in trace.y) == sorted(known)


def test_losses_are_means_of_the_last_epochs():
    runs = {"b-next-item-whole": [SimpleNamespace(curves=pd.DataFrame({"loss": [9.0, last]})) for last in (2.0, 4.0)]}
    losses = last_losses(PLAN, runs).set_index("run")["loss"]
    assert losses["b-next-item-whole"] == 3 and losses.isna().sum() == 11
