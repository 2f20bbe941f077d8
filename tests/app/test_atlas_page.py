"""The Atlas page: what the browser is given equals what learn/explore says; links; what cannot be shown says so."""

import json

import numpy as np
import pytest

from app.components import maps as maps_component
from app.shared import map_cache
from learn.data.stored import open_dataset
from learn.explore.atlas.single import make_atlas
from learn.explore.maps.neighbours import nearest
from learn.explore.maps.spaces import find_spaces, space_vectors
from learn.runs.run import Run
from tests import synthetic
from tests.app.conftest import texts
from tests.app.maps_fixtures import unpack, with_maps


@pytest.fixture
def panes(monkeypatch):
    """Every call of the component: the points' message, and what is drawn of it."""

    class Panes:
        def mount(self, key, data, **callbacks):
            if key == maps_component.KEY:
                self.drawn = data
                json.dumps(data)
            elif key == f"{maps_component.KEY}_found":
                self.found, self.ask = data["answer"], callbacks["on_meaning_change"]
            else:
                self.message = data
                self.header, self.arrays = unpack(data)

    made = Panes()
    monkeypatch.setattr(maps_component, "_mount", made.mount)
    return made


@pytest.fixture
def maps(workspace):
    return with_maps(workspace)


def parts(workspace):
    dataset = open_dataset(workspace, synthetic.NAME)
    return dataset, find_spaces([Run(path) for path in workspace.run_paths(synthetic.NAME)])


def test_every_space_comes_with_its_exact_neighbours(workspace, maps, open_page, panes):
    page = open_page("atlas")
    assert [space["name"] for space in panes.drawn["spaces"]] == ["learn-a", "learn-b", "learn-c"]
    dataset, spaces = parts(workspace)
    for space in spaces:
        expected = nearest(space_vectors(space, dataset), 10)[0]
        np.testing.assert_array_equal(panes.arrays[f"near:{space.name}"].reshape(-1, 10), expected)
    assert panes.header["n"] == 60 and panes.drawn["initial"]["item"] == -1
    assert panes.drawn["about"][0] == "All 60 items are shown." and synthetic.SCRIPT_TITLE not in texts(page)


def test_what_the_query_asks_for_is_what_is_shown_first(workspace, maps, open_page, panes):
    open_page("atlas", item="i12", spaces=["learn-c", "learn-a"], colour="price", people="true")
    asked = {"before": "learn-c", "after": "learn-a", "maps": 2, "colour": "price", "people": True, "item": 12}
    assert panes.drawn["initial"] == asked
    open_page("atlas", before="learn-b", after="learn-c")
    assert (panes.drawn["initial"]["before"], panes.drawn["initial"]["after"]) == ("learn-b", "learn-c")


def test_what_is_not_here_is_named(workspace, maps, open_page, panes):
    page = open_page("atlas", item="**nothing**", spaces=["learn-b", "learn-z"], colour="foo", before="", user="nobody")
    said = texts(page)
    for unknown in ("nothing", "learn-z", "foo", "nobody", "has no value"):
        assert unknown in said
    assert panes.drawn["initial"]["before"] == "learn-b" and panes.drawn["initial"]["item"] == -1
    assert panes.drawn["person"] is None


def test_a_person_comes_with_the_lists_of_recommendations(workspace, maps, open_page, panes):
    open_page("atlas", user="u07")
    dataset, spaces = parts(workspace)
    index = int(dataset.user_index.get_indexer(["u07"])[0])
    from learn.runs.recommender import Recommender

    person = panes.drawn["person"]
    for space, found in zip(spaces, person["lists"], strict=True):
        assert found["points"] == Recommender(space.run, dataset).for_user(index, 10).items.tolist()
    assert len(set(person["history"])) == len(person["history"]) == person["bought"] > 0
    assert panes.drawn["hrefs"]["why"].endswith("user=u07&item=")


def test_the_button_gives_the_same_bytes_as_the_command(workspace, maps, open_page, panes):
    from learn.explore.atlas.single import atlas_file

    open_page("atlas")
    dataset, spaces = parts(workspace)
    assert atlas_file(panes.message, panes.drawn, dataset, np.arange(60)) == make_atlas(dataset, spaces, maps)


def test_a_sample_of_a_large_catalogue_says_so(workspace, open_page, panes, monkeypatch):
    from learn.explore.maps.item_maps import make_maps, mapped_items

    monkeypatch.setattr(
        map_cache, "mapped_items", lambda *arguments, **more: mapped_items(*arguments, limit=24, **more)
    )
    monkeypatch.setattr(
        map_cache, "make_maps", lambda *arguments, **more: make_maps(*arguments, **{**more, "method": "pca"})
    )
    open_page("atlas")
    assert panes.header["n"] == 24 and panes.drawn["about"][0].startswith("Shown are 24 of 60 items: a random sample")


@pytest.mark.parametrize("name", ["maps", "moved"])
def test_the_old_addresses_lead_to_it(name):
    from pathlib import Path

    root = Path(maps_component.__file__).resolve().parents[1]
    assert 'st.switch_page("views/atlas.py"' in (root / "views" / f"{name}.py").read_text(encoding="utf-8")
    assert f'"views/{name}.py"' in (root / "main.py").read_text(encoding="utf-8")


def test_runs_without_vectors_say_which_command_to_run(workspace, open_page, panes):
    import shutil

    for tower in "abc":
        shutil.rmtree(workspace.run(synthetic.NAME, f"learn-{tower}"))
    assert open_page("atlas").code[0].value == "learn train synthetic"


def test_an_empty_workspace_says_which_command_to_run(empty_workspace, open_page, panes):
    assert open_page("atlas").code[0].value == "learn demo"
