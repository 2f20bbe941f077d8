"""RecFormer's folders: texts by id, indices, a sequence in three files; their own split and what goes wrong."""

from __future__ import annotations

import json

import pytest

from learn.data.schema import Interactions, Items
from learn.data.sources import load_source
from learn.data.split import Phase
from learn.data.splits import choose_split
from learn.errors import LearnError

FOLDER = {
    "meta_data.json": {
        "B1": {"title": "Red kettle", "brand": "Ostra", "category": "Home Kitchen"},
        "B2": {"title": "Oak board", "brand": "", "category": "Home"},
        "B3": {"title": "Tea", "brand": "Miller", "category": "Food"},
        "B9": {"title": "Never seen", "brand": "", "category": ""},
    },
    "smap.json": {"B2": 0, "B1": 1, "B3": 2},
    "umap.json": {"AX": 0, "AY": 1},
    "train.json": {"0": [1, 2], "1": [2]},
    "val.json": {"0": [0], "1": [1]},
    "test.json": {"0": [2], "1": [0]},
}


@pytest.fixture
def folder(tmp_path):
    def write(**changes):
        place = tmp_path / "Scientific"
        place.mkdir(exist_ok=True)
        for name, content in FOLDER.items():
            content = changes.get(name.split(".")[0], content)
            if content is not None:
                (place / name).write_text(content if isinstance(content, str) else json.dumps(content))
        return place

    return write


def test_texts_and_sequences_are_the_folders(folder):
    made = load_source("recformer", path=folder())
    assert made.name == "scientific" and not made.has_time
    assert made.items[Items.ID].tolist() == ["B2", "B1", "B3"]
    first = made.items.set_index(Items.ID).loc["B1"]
    assert (first[Items.TITLE], first[Items.BRAND], first[Items.CATEGORY]) == ("Red kettle", "Ostra", "Home Kitchen")
    pairs = made.interactions[[Interactions.USER, Interactions.ITEM]].to_numpy().tolist()
    assert pairs == [["AX", "B1"], ["AX", "B3"], ["AX", "B2"], ["AX", "B3"], ["AY", "B3"], ["AY", "B1"], ["AY", "B2"]]


def test_its_own_split_is_kept(folder):
    made = load_source("recformer", path=folder())
    split = choose_split(made)
    ids = made.items[Items.ID].to_numpy()
    assert ids[split.target(Phase.VALIDATION).items].tolist() == ["B2", "B1"]
    assert ids[split.target(Phase.TEST).items].tolist() == ["B3", "B2"]
    assert any("Its own split is leave-one-out" in note["text"] for note in made.report["notes"])


def test_another_split_is_said(folder):
    made = load_source("recformer", path=folder(val={"0": [0]}, test={"0": [2, 1], "1": [0]}))
    told = [note for note in made.report["notes"] if "not leave-one-out for 2 of 2 users" in note["text"]]
    assert len(told) == 1


def test_without_umap_users_keep_their_numbers(folder):
    made = load_source("recformer", path=folder(umap=None))
    assert list(made.user_ids) == ["0", "1"]


def test_a_mapping_and_a_name(folder):
    made = load_source("recformer", path=folder(), name="mine", mapping=["keywords=category"])
    assert made.name == "mine" and made.items[Items.KEYWORDS].tolist() == ["Home", "Home Kitchen", "Food"]


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"smap": None}, r"smap\.json does not exist"),
        ({"train": "{"}, r"train\.json is not JSON"),
        ({"val": []}, r"val\.json is empty"),
        ({"val": [1]}, r"val\.json is list, not a JSON object"),
        ({"test": {"0": 2}}, r"test\.json: user '0' has 2, not a list"),
        ({"test": {"0": [7]}}, r"test\.json: user '0' has the item 7, which is no index"),
        ({"smap": {"B1": 1, "B2": 1}}, "'B1' and 'B2' have the same index 1"),
        ({"smap": {"B1": "x"}}, "has the index 'x', not a whole number"),
        ({"meta_data": {"B1": "Red kettle"}}, "'B1' is 'Red kettle', not an object"),
        ({"meta_data": {"X": {"title": "y"}}}, r"No item of .*smap\.json is described"),
        ({"umap": {"AX": 0}}, r"User '1' of .* has no entry in umap\.json"),
    ],
)
def test_a_folder_that_is_not_whole_is_refused(folder, changes, what):
    with pytest.raises(LearnError, match=what):
        load_source("recformer", path=folder(**changes))


def test_an_absent_folder_is_named(tmp_path):
    with pytest.raises(LearnError, match="none is no folder"):
        load_source("recformer", path=tmp_path / "none")
