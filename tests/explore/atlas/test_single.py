"""The Atlas as one file: pictures of the most bought items, as many as there is room for."""

import dataclasses
import json
import re
from types import SimpleNamespace

import numpy as np
import pytest

from learn.data.thumbnails import Thumbnails
from learn.explore.atlas.single import atlas_file, how_to_read
from tests import synthetic

DRAWN = {
    "version": "v",
    "spaces": [],
    "about": ["All are shown."],
    "initial": {"before": "a", "after": "b", "maps": 2, "colour": "category", "item": 3},
}


@pytest.fixture(scope="module")
def pictured():
    """Every item but the first has a picture, each of 300 bytes."""
    made = synthetic.make_synthetic_dataset()
    dataset = made.with_split(synthetic.synthetic_split(made))
    pictures = [b"", *(bytes([item]) * 300 for item in range(1, synthetic.N_ITEMS))]
    return dataclasses.replace(dataset, pictures=Thumbnails.of(pictures))


def told(file):
    return json.loads(re.search(r'id="drawn">(.*?)</script>', file.decode(), re.S).group(1))


def test_it_holds_the_pictures_of_the_most_bought_items_that_fit(pictured):
    items = np.arange(synthetic.N_ITEMS)
    bare = atlas_file(b"points", DRAWN, dataclasses.replace(pictured, pictures=None), items)
    assert "pictures" not in told(bare)
    most = len(bare) + 6000
    file = atlas_file(b"points", DRAWN, pictured, items, most)
    found = told(file)["pictures"]
    counts = pictured.split.training_counts()
    order = [item for item in np.argsort(-counts, kind="stable") if item]
    assert 0 < len(found) < len(order) and len(file) <= most
    assert list(found) == [str(pictured.item_ids[item]) for item in order[: len(found)]]
    assert found[str(pictured.item_ids[order[0]])] == pictured.pictures.address(int(order[0]))
    assert f"pictures of {len(found)} of the 59 items" in told(file)["about"][-1]
    everything = told(atlas_file(b"points", DRAWN, pictured, items))["pictures"]
    assert len(everything) == 59


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (
            [0.64, 0.764],
            "Flat UMAP map: trust what is near; distances between groups are rough.",
        ),
        ([0.9, 0.9], "distances between groups hold well."),
        ([0.3, 0.9], "distances between groups hardly hold."),
        ([np.nan, 0.7], "are rough"),
        ([np.nan, np.nan], "Flat UMAP map: trust what is near; ignore distances between groups."),
    ],
)
def test_what_may_be_read_of_a_map_is_said_by_how_far_it_holds(known, said):
    names = ["one", "two"]
    maps = {
        name: SimpleNamespace(method="umap", quality=SimpleNamespace(far_groups=value))
        for name, value in zip(names, known, strict=True)
    }
    assert said in how_to_read(maps, [SimpleNamespace(name=name) for name in names])
    for one in maps.values():
        one.quality = None
    assert "ignore distances between groups" in how_to_read(maps, [SimpleNamespace(name=name) for name in names])


def test_of_a_sample_only_what_is_on_the_maps(pictured):
    found = told(atlas_file(b"points", DRAWN, pictured, np.array([0, 5, 9])))["pictures"]
    assert set(found) == {str(pictured.item_ids[item]) for item in (5, 9)}
