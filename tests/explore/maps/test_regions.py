"""Names of regions, and groups of colours."""

import numpy as np
import pytest

from learn.explore.colours import category_colours
from learn.explore.maps.colouring import COLD_COLOUR, COLOURINGS, RAMP, colouring
from learn.explore.maps.regions import name_levels, name_regions
from tests.explore.maps.test_item_maps import catalogue_of


def test_regions_are_called_by_what_most_of_their_items_are():
    rng = np.random.default_rng(0)
    centres = np.array([[0, 0], [10, 0], [0, 10]])
    kinds = np.repeat([0, 1, 2], 60)
    plane = centres[kinds] + rng.normal(0, 0.4, (180, 2))
    names = np.array(["Tea", "Soap", "Bread"])[kinds]
    names[::9] = "Fruit"
    table = name_regions(plane, np.arange(180), catalogue_of(names))
    assert set(table["text"]) == {"Tea", "Soap", "Bread"} and table["text"].is_unique
    for row in table.to_dict("records"):
        place = centres[["Tea", "Soap", "Bread"].index(row["text"])]
        assert np.hypot(row["x"] - place[0], row["y"] - place[1]) < 1.5
        assert row["category"] == row["text"] and row["share"] > 0.6


def test_a_mixture_has_no_name():
    rng = np.random.default_rng(1)
    names = rng.choice(list("abcdefgh"), 400)
    table = name_regions(rng.normal(0, 0.01, (400, 2)), np.arange(400), catalogue_of(names))
    assert (table["items"] < 40).all()
    assert name_regions(np.zeros((3, 2)), np.arange(3), catalogue_of(["a"] * 3)).empty


@pytest.mark.parametrize("name", COLOURINGS)
def test_every_item_is_in_one_named_coloured_group(name, catalogue, split):
    items = np.arange(5, 60)
    made = colouring(name, catalogue, items, split.training_counts())
    assert len(made.names) == len(made.colours) == len(set(made.names))
    assert len(made.codes) == 55 and sum(made.counts) == 55 and min(made.counts) > 0


def test_groups_say_what_their_items_have(catalogue, split):
    items, counts = np.arange(60), split.training_counts()
    kinds = colouring("category", catalogue, items, counts)
    own = category_colours(catalogue.category_order)
    for item in items:
        assert kinds.names[kinds.codes[item]] == catalogue.categories[item]
        assert kinds.colours[kinds.codes[item]] == own[catalogue.categories[item]]
    cold = colouring("cold or warm", catalogue, items, counts)
    assert [cold.colours[code] == COLD_COLOUR for code in cold.codes] == (counts == 0).tolist()
    price = colouring("price", catalogue, items, counts)
    for item in items:
        words = price.names[price.codes[item]]
        if np.isnan(catalogue.prices[item]):
            assert words == "no price"
        else:
            low, high = (float(part) for part in words.split(" to "))
            assert low <= round(catalogue.prices[item], 2) <= high
    assert price.colours[0] == RAMP[0]


def test_a_name_stands_on_an_item_of_its_own():
    # Two heaps of one category: their middle is empty.
    rng = np.random.default_rng(0)
    plane = np.concatenate([rng.normal([side, 0], 0.1, (20, 2)) for side in (-5, 5)])
    for table in (
        name_regions(plane, np.arange(40), catalogue_of(["Tea"] * 40), grid=1),
        name_levels(plane, np.arange(40), catalogue_of(["Tea"] * 40)),
    ):
        for row in table.to_dict("records"):
            assert np.abs(plane - [row["x"], row["y"]]).sum(axis=1).min() == 0


def test_a_name_stands_only_where_its_category_is_the_commonest():
    # Fish are strewn among many teas, where they are densest; a smaller heap of them lies apart.
    rng = np.random.default_rng(0)
    tea, amid = rng.normal(0, 1, (600, 2)), rng.normal(0, 0.2, (60, 2))
    apart = rng.normal([9, 9], 0.5, (40, 2))
    plane = np.concatenate([tea, rng.normal(0, 0.2, (300, 2)), amid, apart])
    names = ["Tea"] * 900 + ["Fish"] * 100
    for rows, places in ((1000, {"Tea": 0, "Fish": 9}), (960, {"Tea": 0})):
        table = name_levels(plane[:rows], np.arange(rows), catalogue_of(names[:rows]))
        coarse = table[table["level"] == 0]
        assert set(coarse["text"]) == set(places)
        for row in table.to_dict("records"):
            assert np.abs(np.array([row["x"], row["y"]]) - places[row["text"]]).max() < 4
            assert row["category"] == row["text"]


def test_a_category_that_lies_together_nowhere_has_no_name():
    # Salt: a dozen heaps of ten, each amid enough teas that only the heap's own middle is at home.
    rng = np.random.default_rng(0)
    heaps = np.array([[x, y] for x in range(0, 40, 10) for y in range(0, 30, 10)], dtype=float)
    tea = np.concatenate([rng.normal(heap, 1.0, (60, 2)) for heap in heaps])
    salt = np.concatenate([rng.normal(heap, 0.05, (20, 2)) for heap in heaps])
    plane, names = np.concatenate([tea, salt]), ["Tea"] * len(tea) + ["Salt"] * len(salt)
    table = name_levels(plane, np.arange(len(plane)), catalogue_of(names))
    assert table[table["level"] == 0]["text"].tolist() == ["Tea"]


def test_of_no_items_there_are_no_names():
    assert name_levels(np.zeros((0, 2)), np.arange(0), catalogue_of(["Tea"])).empty
