"""The Maps page: what the panes are given equals what learn/explore says; links; what cannot be shown says so."""

import base64
import json

import numpy as np
import pytest

from app.components import maps as maps_component
from app.components.maps import pack_points, unpack_mask
from app.shared import map_cache
from learn.data.dataset import Dataset
from learn.explore.catalogue import read_catalogue
from learn.explore.maps.neighbours import nearest
from learn.explore.maps.spaces import find_spaces, space_vectors
from learn.runs.run import Run
from tests import synthetic
from tests.app.conftest import texts
from tests.app.maps_fixtures import unpack, with_maps


@pytest.fixture
def panes(monkeypatch):
    """Every call of the component: (points message, what is drawn); ``answer`` is what it tells the page."""

    class Panes:
        answer = None

        def mount(self, key, data, **callbacks):
            if key == maps_component.KEY:
                self.drawn = data
                json.dumps(data)
                return self.answer
            self.header, self.arrays = unpack(data)

    made = Panes()
    monkeypatch.setattr(maps_component, "_mount", made.mount)
    return made


@pytest.fixture
def maps(workspace):
    return with_maps(workspace)


def test_the_message_comes_back_as_it_went():
    arrays = {"a": np.arange(3, dtype=np.uint8), "b": np.array([1.5, np.nan], np.float32), "c": np.uint16([7])}
    titles = np.array(["two\nlines", "🍎 חלב", ""], dtype=object)
    header, found = unpack(pack_points({"x": "ü"}, arrays, titles))
    assert header["x"] == "ü"
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
    assert found["titles"].tobytes().decode().split("\n") == ["two lines", "🍎 חלב", ""]


def test_panes_show_every_item_where_its_map_has_it(workspace, maps, open_page, panes):
    page = open_page("maps")
    assert [space["name"] for space in panes.drawn["spaces"]] == ["learn-a", "learn-b", "learn-c"]
    catalogue = read_catalogue(Dataset.load(workspace.dataset(synthetic.NAME)))
    titles = panes.arrays["titles"].tobytes().decode().split("\n")
    assert titles == [" ".join(title.split()) for title in catalogue.titles] and panes.header["n"] == 60
    for name, drawn in maps.items():
        xy = panes.arrays[f"xy:{name}"].reshape(-1, 2).astype(float)
        for axis in (0, 1):  # the same map up to scale and place
            assert np.corrcoef(xy[:, axis], drawn.plane[:, axis])[0, 1] > 0.99999
        np.testing.assert_array_equal(panes.arrays[f"trust:{name}"], drawn.trust)
    assert panes.drawn["selected"] == -1 and panes.drawn["links"] == {}
    assert "Showing all 60 items" in texts(page) and synthetic.SCRIPT_TITLE not in texts(page)


def test_a_linked_item_gets_its_exact_neighbours_in_every_space(workspace, maps, open_page, panes):
    page = open_page("maps", item="i12", spaces=["learn-a", "learn-c"], colour="price")
    assert panes.drawn["colour"] == "price" and panes.drawn["selected"] == 12
    dataset = Dataset.load(workspace.dataset(synthetic.NAME))
    spaces = find_spaces([Run(path) for path in workspace.run_paths(synthetic.NAME)])
    for space, shown in zip([spaces[0], spaces[2]], page.dataframe, strict=True):
        expected = nearest(space_vectors(space, dataset), 10)[0][12].tolist()
        link = panes.drawn["links"][space.name]
        assert link["to"] == expected
        assert link["far"].count(False) == maps[space.name].trust[12]
        assert link["note"].startswith(f"{maps[space.name].trust[12]} of its 10 true neighbours are near it")
        assert shown.value["item"].tolist() == read_catalogue(dataset).titles[expected].tolist()
    assert "Nearest to" in texts(page)


def test_unknown_items_and_spaces_in_a_link_are_named(workspace, maps, open_page, panes):
    page = open_page("maps", item="**nothing**", spaces=["learn-b", "learn-z"])
    assert "\\*\\*nothing" in texts(page) and "learn-z" in texts(page)
    assert panes.drawn["selected"] == -1 and [space["name"] for space in panes.drawn["spaces"]] == ["learn-b"]


def test_a_lasso_is_listed_the_most_bought_first(workspace, maps, open_page, panes):
    open_page("maps")
    mask = np.zeros(60, dtype=bool)
    mask[[3, 20, 41, 59]] = True
    text = base64.b64encode(np.packbits(mask).tobytes()).decode()
    np.testing.assert_array_equal(unpack_mask(text, 60), mask)
    panes.answer = {"lasso": {"version": panes.header["version"], "mask": text}}
    page = open_page("maps")
    assert "4 selected items" in texts(page)
    shown = page.dataframe[0].value
    dataset = Dataset.load(workspace.dataset(synthetic.NAME))
    counts = synthetic.synthetic_split(dataset).training_counts()
    assert set(shown["item"]) == set(read_catalogue(dataset).titles[mask])
    assert shown["times in training"].tolist() == sorted(counts[mask].tolist(), reverse=True)
    panes.answer = {"lasso": {"version": "of other points", "mask": text}}
    assert not open_page("maps").dataframe


def test_people_are_placed_on_request(workspace, maps, open_page, panes):
    open_page("maps")
    assert not [name for name in panes.arrays if name.startswith("users:")]
    open_page("maps", people="true")
    assert panes.arrays["users:learn-b"].shape == (80,) and panes.header["users"]


def test_more_items_than_the_limit_are_sampled_and_the_page_says_so(workspace, open_page, panes, monkeypatch):
    from learn.explore.maps.item_maps import mapped_items

    monkeypatch.setattr(map_cache, "mapped_items", lambda *arguments: mapped_items(*arguments, limit=24))
    monkeypatch.setattr(
        map_cache, "make_maps", lambda *arguments, **more: make_pca(*arguments, **{**more, "method": "pca"})
    )
    page = open_page("maps", item="i12")
    assert "Showing 24 of 60 items: a random sample" in texts(page) and panes.header["n"] == 24
    link = panes.drawn["links"]["learn-a"]
    assert len(link["to"]) < 10 and "not among the items shown" in link["note"]
    assert len(page.dataframe[0].value) == 10  # the table has them all


def make_pca(*arguments, **more):
    from learn.explore.maps.item_maps import make_maps

    return make_maps(*arguments, **more)


def test_maps_that_are_missing_are_drawn_once(workspace, open_page, panes, monkeypatch):
    calls = []
    monkeypatch.setattr(
        map_cache,
        "make_maps",
        lambda *arguments, **more: calls.append(1) or make_pca(*arguments, **{**more, "method": "pca"}),
    )
    open_page("maps")
    open_page("maps")
    assert calls == [1] and "PCA" in texts(open_page("maps"))


def test_runs_without_vectors_say_which_command_to_run(workspace, open_page, panes):
    import shutil

    for tower in "abc":
        shutil.rmtree(workspace.run(synthetic.NAME, f"learn-{tower}"))
    assert open_page("maps").code[0].value == "learn train synthetic"


def test_an_empty_workspace_says_which_command_to_run(empty_workspace, open_page, panes):
    assert open_page("maps").code[0].value == "learn demo"
