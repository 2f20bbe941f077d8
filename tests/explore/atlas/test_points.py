"""The Atlas's message: what the browser reads equals what the library says."""

import numpy as np
import pytest

from learn.explore.atlas.pack import pack_points, smallest_codes
from learn.explore.atlas.points import AtlasMap, colouring_names, on_canvas, pack_atlas, points_version
from learn.explore.catalogue import read_catalogue
from learn.explore.colours import category_colours
from learn.explore.maps import moved
from learn.explore.maps.layout import ItemMap
from learn.explore.maps.regions import name_levels
from tests import synthetic
from tests.app.maps_fixtures import unpack


@pytest.fixture(scope="module")
def packed():
    rng = np.random.default_rng(0)
    dataset = synthetic.make_synthetic_dataset()
    catalogue, n = read_catalogue(dataset), synthetic.N_ITEMS
    shown = []
    for name in ("one", "two"):
        near = np.array([rng.permutation(np.delete(np.arange(n), i))[:10] for i in range(n)])
        found = ItemMap(np.arange(n), rng.normal(size=(n, 2)).astype("f4"), rng.integers(0, 11, n).astype("u1"), "pca")
        shown.append(AtlasMap(name, found, near))
    counts = synthetic.synthetic_split(dataset).training_counts()
    message = pack_atlas(shown, catalogue, dataset.item_ids, counts, "version")
    return shown, catalogue, counts, dataset, unpack(message)


def test_the_message_comes_back_as_it_went():
    arrays = {"a": np.arange(3, dtype=np.uint8), "b": np.array([1.5, np.nan], np.float32), "c": np.uint16([7])}
    titles = np.array(["two\nlines", "🍎 חלב", ""], dtype=object)
    header, found = unpack(pack_points({"x": "ü"}, arrays, titles))
    assert header["x"] == "ü"
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
    assert found["titles"].tobytes().decode().split("\n") == ["two lines", "🍎 חלב", ""]


def test_codes_take_the_smallest_type_that_holds_them():
    assert [smallest_codes(np.array([top])).dtype.name for top in (255, 256, 65536)] == ["uint8", "uint16", "uint32"]


def test_places_and_neighbours_are_those_of_the_maps(packed):
    shown, catalogue, counts, dataset, (header, arrays) = packed
    titles = arrays["titles"].tobytes().decode().split("\n")
    assert titles == [" ".join(title.split()) for title in catalogue.titles]
    assert arrays["ids"].tobytes().decode().split("\n") == dataset.item_ids.tolist()
    np.testing.assert_array_equal(arrays["popularity"], counts)
    for one in shown:
        np.testing.assert_array_equal(arrays[f"near:{one.name}"].reshape(-1, 10), one.near)
        np.testing.assert_array_equal(arrays[f"trust:{one.name}"], one.found.trust)
        xy = arrays[f"xy:{one.name}"].reshape(-1, 2).astype(float)
        for axis in (0, 1):
            assert np.corrcoef(xy[:, axis], one.found.plane[:, axis])[0, 1] > 0.99999
    names = np.array(header["categories"], dtype=object)[arrays["category"]]
    np.testing.assert_array_equal(names, catalogue.categories)


def test_a_name_comes_with_the_colour_of_its_category():
    dataset = synthetic.make_synthetic_dataset()
    catalogue = read_catalogue(dataset)
    own = [catalogue.category_order.index(name) for name in catalogue.categories]
    plane = np.random.default_rng(0).normal(0, 0.1, (60, 2)) + 9 * np.array(own)[:, None]
    found = ItemMap(np.arange(60), plane.astype("f4"), np.zeros(60, "u1"), "pca")
    message = pack_atlas([AtlasMap("one", found)], catalogue, dataset.item_ids, np.ones(60), "version")
    rows = unpack(message)[0]["regions"]["one"]
    colours = category_colours(catalogue.category_order)
    named = {text: colour for _, _, text, level, colour in rows if level == 0}
    assert named == {name: colours[name] for name in catalogue.category_order}


def test_maps_share_one_frame():
    near, far = (ItemMap(np.arange(2), np.float32([[0, 0], [size, size]]), np.zeros(2, "u1"), "pca") for size in (1, 4))
    places = on_canvas([near, far], near.plane)
    np.testing.assert_allclose(places[1] - places[0], 65535 / 4)


def test_the_story_is_the_librarys(packed):
    shown, catalogue, counts, _, (header, _) = packed
    table = moved.moved_items(shown[0].near, shown[1].near, np.arange(60), catalogue, counts)
    example = moved.find_example(shown[0].near, shown[1].near, table, catalogue)
    assert example is not None
    told = header["examples"]["one\ntwo"]
    assert (told["point"], told["before"], told["after"]) == (example.row, example.before, example.after)


def test_other_points_have_another_version(packed):
    shown = packed[0]
    assert points_version(shown, "x") != points_version(shown[:1], "x") != points_version(shown[:1], "y")


def test_every_colouring_has_a_name_of_its_own():
    assert len(set(colouring_names())) == len(colouring_names()) >= 8


def test_names_stand_at_three_levels():
    catalogue = read_catalogue(synthetic.make_synthetic_dataset())
    rng = np.random.default_rng(1)
    centres = {name: rng.normal(0, 9, 2) for name in set(catalogue.categories)}
    plane = np.array([centres[name] + rng.normal(0, 0.1, 2) for name in catalogue.categories])
    table = name_levels(plane, np.arange(60), catalogue)
    coarse = table[table["level"] == 0]
    assert set(coarse["text"]) == set(catalogue.categories)
    for row in coarse.itertuples():
        assert np.linalg.norm(centres[row.text] - [row.x, row.y]) < 3
    assert {1, 2} <= set(table["level"])
