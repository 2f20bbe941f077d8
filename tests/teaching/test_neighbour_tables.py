"""Neighbours as people read them."""

import numpy as np

from learn.teaching.neighbour_tables import item_table, neighbour_table, new_item_table
from tests import synthetic


def test_neighbours_of_another_name_once_each(dataset, catalogue):
    angles = np.linspace(0, 1, dataset.n_items)
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    table = neighbour_table({"arc": vectors, "mirror": vectors * [1, -1]}, [30], catalogue, k=2)
    assert list(table.columns) == ["arc", "mirror"] and table.index.names == ["item", "nearest"]
    named = {text.partition(" ")[2] for text in table["arc"]}
    assert named == {catalogue.titles[29], catalogue.titles[31]}
    assert table["arc"].tolist() == table["mirror"].tolist()


def test_what_differs_after_the_comma_only_is_left_out(dataset, catalogue):
    from dataclasses import replace

    titles = catalogue.titles.copy()
    titles[:4] = ["Tea, 1 oz", "Tea, 2 oz", "Bread, 1 oz", "Bread, 2 oz"]
    angles = np.concatenate([[0, 0.01, 0.02, 0.03], np.linspace(1, 2, dataset.n_items - 4)])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    table = neighbour_table({"arc": vectors}, [0], replace(catalogue, titles=titles), k=2)
    first, second = table["arc"]
    assert first == "1.000 Bread, 1 oz" and not second.partition(" ")[2].startswith(("Tea", "Bread"))


def test_a_new_item_finds_the_item_that_it_equals(dataset, catalogue):
    vectors = np.random.default_rng(0).normal(size=(dataset.n_items, 5))
    table = new_item_table(vectors, {"twin of 7": vectors[7] * 3, "twin of 9": vectors[9]}, catalogue, k=3)
    assert table.iloc[0].tolist() == [f"1.000 {catalogue.titles[7]}", f"1.000 {catalogue.titles[9]}"]
    assert table.index.tolist() == [1, 2, 3]


def test_items_keep_their_order_and_lose_empty_columns(dataset):
    table = item_table(dataset, [9, 3])
    assert table["title"].tolist() == dataset.items["title"][[9, 3]].tolist()
    assert "attributes" not in table and len(synthetic.HOSTILE_TITLES) < 9
