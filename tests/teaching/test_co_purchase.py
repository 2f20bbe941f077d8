"""Shared buyers against sets; kinds and chance."""

import numpy as np
import pytest

from learn.explore.maps.neighbours import nearest
from learn.explore.maps.spaces import find_spaces, space_vectors
from learn.runs.run import Run
from learn.teaching.co_purchase import CHANCE, co_purchase_table, shared_buyers
from tests import synthetic


def test_shared_buyers_is_the_cosine_of_sets(dataset):
    buyers = [set(dataset.sequences.users[dataset.sequences.items == item]) for item in range(dataset.n_items)]
    pairs = np.random.default_rng(0).integers(0, dataset.n_items, (200, 2))
    found = shared_buyers(pairs, dataset.sequences, dataset.n_items)
    for (one, other), value in zip(pairs, found, strict=True):
        size = np.sqrt(len(buyers[one]) * len(buyers[other]))
        assert value == pytest.approx(len(buyers[one] & buyers[other]) / size if size else 0)


def test_a_space_that_knows_kinds_keeps_them_together(workspace, dataset, catalogue, split):
    runs = [Run(path) for path in workspace.run_paths(synthetic.NAME)]
    spaces = {space.name: space for space in find_spaces(runs)}
    near = {name: nearest(space_vectors(spaces[name], dataset), 5)[0] for name in ("learn-a", "learn-c")}
    table = co_purchase_table(near, split.train(), catalogue, split.training_counts()).set_index("space")
    assert table.index.tolist() == ["learn-a", "learn-c", CHANCE]
    # learn-a's vectors are the categories with little noise, learn-c's with much.
    assert table.loc["learn-a", "other_kind"] < table.loc["learn-c", "other_kind"] < table.loc[CHANCE, "other_kind"]
    # Users keep to two categories, so items of one kind share more of them.
    assert table.loc[CHANCE, "same_kind_buyers"] > table.loc[CHANCE, "other_kind_buyers"]


def test_without_neighbours_of_another_kind_there_is_no_mean(dataset, catalogue, split):
    kinds = np.arange(dataset.n_items) % len(synthetic.CATEGORIES)
    own = np.array([np.flatnonzero(kinds == kind)[:4] for kind in kinds])
    row = (
        co_purchase_table({"own": own}, split.train(), catalogue, split.training_counts()).set_index("space").loc["own"]
    )
    assert row["other_kind"] == 0 and np.isnan(row["other_kind_buyers"]) and row["same_kind_buyers"] > 0
