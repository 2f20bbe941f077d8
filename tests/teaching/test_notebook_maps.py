"""Maps in a notebook: every item is drawn once, in its colour and place; linked plots select together."""

import numpy as np
import pytest

from learn.explore.maps.colouring import colouring
from learn.explore.maps.item_maps import ItemMap
from learn.teaching.linked_plots import linked_maps
from learn.teaching.map_figures import Mark, maps_figure

ITEMS = np.delete(np.arange(60), [7, 30])


@pytest.fixture(scope="module")
def maps():
    rng = np.random.default_rng(0)
    planes = rng.normal(size=(2, len(ITEMS), 2)).astype(np.float32)
    trust = np.zeros(len(ITEMS), np.uint8)
    return {name: ItemMap(ITEMS, plane, trust, "pca") for name, plane in zip(("one", "two"), planes, strict=True)}


@pytest.fixture(scope="module")
def groups(catalogue, split):
    return colouring("category", catalogue, ITEMS, split.training_counts())


LABELS = {"one": "First <b>", "two": "Second"}


def test_every_item_is_drawn_once_in_its_groups_colour(maps, groups, catalogue):
    figure = maps_figure(maps, LABELS, groups, catalogue.titles)
    for axis, drawn in (("x", maps["one"]), ("x2", maps["two"])):
        traces = [trace for trace in figure.data if (trace.xaxis or "x") == axis]
        assert len(traces) == len(groups.names)
        found = {(x, y): trace.marker.color for trace in traces for x, y in zip(trace.x, trace.y, strict=True)}
        expected = [groups.colours[code] for code in groups.codes]
        assert found == dict(zip(map(tuple, drawn.plane), expected, strict=True))
    assert figure.layout.annotations[0].text == "First &lt;b&gt;"
    assert sum(bool(trace.showlegend) for trace in figure.data) == len(groups.names)


def test_marks_lie_on_their_items_the_first_on_top(maps, groups, catalogue):
    new = Mark("new", ["new"], places={"one": [0.5, 0.5], "two": [[1.0, 2.0]]})
    figure = maps_figure(maps, LABELS, groups, catalogue.titles, [new, Mark("old", ["a", "b"], np.array([59, 7]))])
    last = figure.data[-1]
    assert last.name == "new" and (last.x[0], last.y[0]) == (1.0, 2.0)
    old = figure.data[-2]
    assert old.x[0] == maps["two"].plane[-1, 0]
    assert np.isnan(old.x[1]), "an item that the sample left out has no place"


def test_what_is_selected_in_one_map_is_selected_in_all(maps, groups, catalogue):
    linked = linked_maps(maps, LABELS, groups, catalogue.titles)
    linked.select([59, 8, 30], "one")
    assert linked.selected("two").tolist() == [8, 59]
    linked.select([], "two")
    assert linked.selected().tolist() == []
