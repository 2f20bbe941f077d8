"""Stored maps: made once, found again, made anew when what they show changed; honest samples."""

import numpy as np
import pandas as pd
import pytest

from learn.errors import LearnError
from learn.explore.catalogue import Catalogue
from learn.explore.maps import item_maps
from learn.explore.maps.item_maps import make_maps, mapped_items, place_users, read_maps
from learn.explore.maps.spaces import find_spaces, space_vectors
from learn.files import write_json
from learn.runs.run import Run
from learn.workspace import Workspace
from tests import synthetic
from tests.exact import exact_scores


def catalogue_of(categories):
    n = len(categories)
    blank = np.full(n, "", dtype=object)
    return Catalogue(blank, np.asarray(categories, dtype=object), blank, blank, blank, np.full(n, np.nan), ("x",))


@pytest.fixture
def place(tmp_path):
    return synthetic.make_synthetic_workspace(tmp_path / "workspace")


@pytest.fixture
def spaces(place):
    return find_spaces([Run(path) for path in place.run_paths(synthetic.NAME)])


EVERYTHING = np.arange(synthetic.N_ITEMS)


def made(spaces, dataset, workspace, **more):
    return make_maps(spaces, spaces[0], dataset, EVERYTHING, workspace, method="pca", **more)


def test_maps_are_stored_in_the_runs_and_found_again(spaces, dataset, place):
    drawn = made(spaces, dataset, place)
    assert all((space.run.path / "map.safetensors").exists() for space in spaces)
    again = read_maps(spaces, spaces[0], EVERYTHING, dataset.n_items, place)
    assert list(again) == ["learn-a", "learn-b", "learn-c"]
    for name, found in again.items():
        np.testing.assert_array_equal(found.plane, drawn[name].plane)
        np.testing.assert_array_equal(found.trust, drawn[name].trust)
        assert found.method == "pca" and found.trust.max() <= item_maps.K
        assert repr(found.quality) == repr(drawn[name].quality) and 0 < found.quality.kept <= 1
        assert repr(found.moves) == repr(drawn[name].moves)  # NaN: no groups


def test_what_is_there_is_not_computed_again(spaces, dataset, place, monkeypatch):
    made(spaces, dataset, place)
    monkeypatch.setattr(item_maps, "_draw", lambda *arguments: pytest.fail("computed again"))
    assert len(made(spaces, dataset, place)) == 3


def test_a_run_made_anew_gets_a_new_map_and_the_others_keep_theirs(spaces, dataset, place):
    made(spaces, dataset, place)
    run = spaces[1].run
    write_json(run.path / "run.json", run.info.model_copy(update={"train_seconds": 5.0}).model_dump(mode="json"))
    spaces = find_spaces([Run(space.run.path) for space in spaces])  # one that was open already would say so
    left = read_maps(spaces, spaces[0], EVERYTHING, dataset.n_items, place)
    assert list(left) == ["learn-a", "learn-c"]
    # What all are aligned to was made anew: none of them fits any more.
    first = spaces[0].run
    write_json(first.path / "run.json", first.info.model_copy(update={"train_seconds": 5.0}).model_dump(mode="json"))
    spaces = find_spaces([Run(space.run.path) for space in spaces])
    assert read_maps(spaces, spaces[0], EVERYTHING, dataset.n_items, place) == {}


def test_maps_of_runs_elsewhere_go_into_the_workspace(spaces, dataset, tmp_path):
    mine = Workspace(tmp_path / "mine")
    made(spaces, dataset, mine)
    assert not (spaces[0].run.path / "map.safetensors").exists()
    assert sorted(path.name for path in mine.maps(synthetic.NAME).iterdir()) == [
        f"learn-{tower}.safetensors" for tower in "abc"
    ]
    assert len(read_maps(spaces, spaces[0], EVERYTHING, dataset.n_items, mine)) == 3


def test_a_damaged_map_is_drawn_again(spaces, dataset, place):
    made(spaces, dataset, place)
    path = spaces[2].run.path / "map.safetensors"
    path.write_bytes(path.read_bytes()[:50])
    assert "learn-c" not in read_maps(spaces, spaces[0], EVERYTHING, dataset.n_items, place)
    assert "learn-c" in made(spaces, dataset, place)


def test_a_workspace_that_refuses_is_an_error_for_the_command_only(spaces, dataset, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(LearnError, match="Cannot write"):
        made(spaces, dataset, Workspace(blocked))
    assert len(made(spaces, dataset, Workspace(blocked), must_store=False)) == 3
    assert blocked.is_file()


def test_components_of_all_spaces_are_aligned_to_the_first(spaces, dataset, place):
    drawn = made(spaces, dataset, place)
    first = drawn["learn-a"].plane
    for name in ("learn-b", "learn-c"):
        # Procrustes: no rotation or mirror image of the map lies closer to the first.
        cross = drawn[name].plane.T @ first
        np.testing.assert_allclose(cross, cross.T, atol=1e-2)
        assert np.linalg.eigvalsh((cross + cross.T) / 2).min() > -1e-2


def test_a_run_that_comes_later_is_drawn_beside_the_maps_that_are_there(spaces, dataset, place, monkeypatch):
    """The others stay where they are, byte for byte; the new one begins on their base and is tied to them."""
    pair = make_maps(spaces[:2], spaces[0], dataset, EVERYTHING, place)
    files = [(space.run.path / "map.safetensors").read_bytes() for space in spaces[:2]]
    monkeypatch.setattr(item_maps, "joint_base", lambda *arguments: pytest.fail("the base is kept"))
    three = make_maps(spaces, spaces[0], dataset, EVERYTHING, place)
    assert [(space.run.path / "map.safetensors").read_bytes() for space in spaces[:2]] == files
    for name, found in pair.items():
        np.testing.assert_array_equal(three[name].plane, found.plane)
    assert list(three["learn-c"].moves) == ["learn-a", "learn-b"] and list(pair["learn-b"].moves) == ["learn-a"]
    assert three["learn-c"].method == "umap" and np.isfinite(three["learn-c"].plane).all()
    assert len(read_maps(spaces, spaces[0], EVERYTHING, dataset.n_items, place)) == 3


def test_maps_on_another_base_do_not_fit(spaces, dataset, place):
    make_maps(spaces, spaces[0], dataset, EVERYTHING, place)
    # The first space's map is drawn anew, alone: on a base of its own.
    (spaces[0].run.path / "map.safetensors").unlink()
    make_maps(spaces[:1], spaces[0], dataset, EVERYTHING, place)
    assert list(read_maps(spaces, spaces[0], EVERYTHING, dataset.n_items, place)) == ["learn-a"]


def test_an_unknown_method_is_named(spaces, dataset, place):
    with pytest.raises(LearnError, match="There is no map 'tsne'"):
        make_maps(spaces, spaces[0], dataset, EVERYTHING, place, method="tsne")


@pytest.mark.parametrize(("n", "limit"), [(100_000, 100_000), (1_000_000, 100_000), (5000, 50)])
def test_a_large_catalogue_is_sampled_by_category_and_warmth(n, limit):
    rng = np.random.default_rng(n)
    categories = rng.choice(["big", "middle", "small"], n, p=[0.7, 0.29, 0.01])
    cold = rng.random(n) < 0.1
    items = mapped_items(catalogue_of(categories), cold, limit)
    assert len(items) == limit and (np.diff(items) > 0).all()
    shares = pd.crosstab(categories, cold, normalize="all")
    found = pd.crosstab(categories[items], cold[items], normalize="all")
    assert (found.to_numpy() > 0).all() and abs(found - shares).to_numpy().max() <= 2 / limit + 1e-9
    np.testing.assert_array_equal(items, mapped_items(catalogue_of(categories), cold, limit))


def test_a_sample_is_not_the_whole(spaces, dataset, place):
    sample = np.arange(0, 60, 2)
    make_maps(spaces, spaces[0], dataset, sample, place, method="pca")
    assert read_maps(spaces, spaces[0], EVERYTHING, dataset.n_items, place) == {}
    assert read_maps(spaces, spaces[0], sample, dataset.n_items, place)["learn-b"].plane.shape == (30, 2)


def test_people_stand_amid_their_nearest_items(spaces, dataset, place):
    plane = made(spaces, dataset, place)["learn-a"].plane
    items = space_vectors(spaces[0], dataset)
    users = items[[4, 7]] + 0.01
    users = np.vstack([users, np.zeros((1, users.shape[1]), dtype="f4")])
    places = place_users(plane, items, users, k=3)
    for user in (0, 1):
        best = np.argsort(-exact_scores(users[user], items), kind="stable")[:3]
        np.testing.assert_allclose(places[user], plane[best].mean(axis=0), rtol=1e-5)
    assert np.isnan(places[2]).all()
