"""A Dataset comes back from disk as it was, or says which command rebuilds it."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from learn.data.dataset import FORMAT_VERSION, Dataset
from learn.data.schema import Interactions, Items
from learn.errors import LearnError
from tests.by_hand import forget_checksums
from tests.data.frames import dataset_of

T = pd.Timestamp("2024-01-01")


@pytest.fixture
def dataset() -> Dataset:
    made = dataset_of([[(2, T), (0, T), (2, T + pd.Timedelta(days=1))], [(1, T)]], 4)
    made.items[Items.TITLE] = ["Café", "חלב", 'a, "b"\tc', "日本"]
    return Dataset("made", made.items, made.interactions, {"kind": "test"}, {"items": 4})


def test_round_trip(dataset, tmp_path):
    dataset.save(tmp_path / "made")
    again = Dataset.load(tmp_path / "made")
    assert again.name == "made"
    assert again.source == {"kind": "test"}
    assert again.report == {"items": 4}
    assert again.items[Items.TITLE].tolist() == dataset.items[Items.TITLE].tolist()
    assert again.item_ids.tolist() == ["i0", "i1", "i2", "i3"]
    assert again.user_ids.tolist() == ["u0", "u1"]
    assert again.interactions[Interactions.TIME].dtype == np.dtype("datetime64[ns]")
    assert again.has_time
    assert np.array_equal(again.sequences.times, dataset.sequences.times)
    assert again.fingerprint == dataset.fingerprint
    assert Dataset(again.name, again.items, again.interactions).fingerprint == dataset.fingerprint, (
        "the stored fingerprint is the one that the read tables have"
    )


def test_sequences_are_item_indices_in_order(dataset):
    sequences = dataset.sequences
    assert len(sequences) == 2
    assert sequences[0].tolist() == [2, 0, 2]
    assert sequences[1].tolist() == [1]
    assert sequences.items.dtype == np.int32
    assert sequences.offsets.tolist() == [0, 3, 4]
    assert sequences.users.tolist() == [0, 0, 0, 1]
    assert sequences.times[0] == T.value
    kept = sequences.keep(np.array([False, True, True, False]))
    assert [kept[0].tolist(), kept[1].tolist()] == [[0, 2], []]
    assert kept.times.tolist() == sequences.times[1:3].tolist()


def test_without_times_the_sequences_have_none():
    made = dataset_of([[(0, None), (1, None)]], 2)
    assert not made.has_time
    assert made.sequences.times is None
    assert made.sequences[0].tolist() == [0, 1]


@pytest.mark.parametrize("change", ["title", "price", "order", "event"])
def test_the_fingerprint_sees_every_change(dataset, change):
    items, events = dataset.items.copy(), dataset.interactions.copy()
    if change == "title":
        items.loc[1, Items.TITLE] = "milk"
    elif change == "price":
        items.loc[1, Items.PRICE] += 0.01
    elif change == "order":
        events[Interactions.ITEM] = events[Interactions.ITEM].iloc[[1, 0, 2, 3]].to_list()
    else:
        events = events.iloc[:-1]
    assert Dataset("made", items, events).fingerprint != dataset.fingerprint


def test_the_fingerprint_does_not_depend_on_name_or_further_columns(dataset):
    items = dataset.items.assign(n_products=3)
    assert Dataset("other", items, dataset.interactions).fingerprint == dataset.fingerprint


def test_saving_again_replaces_the_whole(dataset, tmp_path):
    dataset.save(tmp_path / "d")
    (tmp_path / "d" / "stale").write_text("x")
    dataset.save(tmp_path / "d")
    assert sorted(path.name for path in (tmp_path / "d").iterdir()) == [
        "checksums.json",
        "dataset.json",
        "interactions.parquet",
        "items.parquet",
    ]


def test_a_failed_save_leaves_the_old_one(dataset, tmp_path, monkeypatch):
    dataset.save(tmp_path / "d")
    written = pd.DataFrame.to_parquet

    def full(self, path, **kwargs):
        if path.name == "interactions.parquet":
            raise OSError(28, "No space left on device")
        written(self, path, **kwargs)

    monkeypatch.setattr(pd.DataFrame, "to_parquet", full)
    changed = Dataset("changed", dataset.items, dataset.interactions)
    with pytest.raises(LearnError, match="No space left") as caught:
        changed.save(tmp_path / "d")
    assert "Free some space" in caught.value.remedy
    assert Dataset.load(tmp_path / "d").fingerprint == dataset.fingerprint
    assert Dataset.load(tmp_path / "d").report == {"items": 4}
    assert [path.name for path in tmp_path.iterdir()] == ["d"]


def break_absent(folder):
    (folder / "dataset.json").unlink()


def break_json(folder):
    (folder / "dataset.json").write_text('{"format_version": 1')


def break_parquet(folder):
    path = folder / "items.parquet"
    path.write_bytes(path.read_bytes()[:200])


def break_missing_parquet(folder):
    (folder / "interactions.parquet").unlink()


def break_version(folder):
    forget_checksums(folder)
    about = json.loads((folder / "dataset.json").read_text())
    about["format_version"] = FORMAT_VERSION + 1
    (folder / "dataset.json").write_text(json.dumps(about))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (break_absent, "does not exist"),
        (break_json, "damaged"),
        (break_parquet, "damaged"),
        (break_missing_parquet, "damaged"),
        (break_version, f"has format {FORMAT_VERSION + 1}, this version reads {FORMAT_VERSION}"),
    ],
)
def test_what_is_damaged_or_foreign_names_the_command_that_rebuilds_it(dataset, tmp_path, damage, message):
    dataset.save(tmp_path / "d")
    damage(tmp_path / "d")
    with pytest.raises(LearnError, match=message) as caught:
        Dataset.load(tmp_path / "d")
    assert "learn prepare SOURCE --name d" in caught.value.remedy
    assert str(tmp_path / "d") in caught.value.what


def test_a_copied_folder_is_a_dataset_of_its_own(dataset, tmp_path):
    dataset.save(tmp_path / "made")
    shutil.copytree(tmp_path / "made", tmp_path / "made-old")
    assert Dataset.load(tmp_path / "made-old").name == "made-old"
