"""Interactions of many rows are read with ids as categories: the same answers, and the same files again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from learn.data import compact, event_facts
from learn.data.changes import add_events
from learn.data.compact import is_compact, user_blocks
from learn.data.dataset import Dataset
from learn.data.event_facts import count_events
from learn.data.schema import Interactions
from learn.data.stored import open_dataset, save_dataset
from learn.runs.forget import forget_user
from learn.workspace import Workspace
from tests.synthetic import make_synthetic_dataset


@pytest.fixture
def both(tmp_path, monkeypatch):
    """The synthetic dataset as it is read, and compact; text seven rows at a time."""
    workspace = Workspace(tmp_path)
    save_dataset(workspace, make_synthetic_dataset())
    plain = open_dataset(workspace, "synthetic")
    monkeypatch.setattr(compact, "COMPACT_FROM", 0)
    monkeypatch.setattr(compact, "BLOCK", 7)
    made = open_dataset(workspace, "synthetic")
    assert is_compact(made.interactions) and not is_compact(plain.interactions)
    return plain, made, workspace


def test_the_answers_are_the_same(both):
    plain, made, _ = both
    assert made.user_ids.tolist() == plain.user_ids.tolist()
    for name in ("items", "offsets", "times"):
        assert np.array_equal(getattr(made.sequences, name), getattr(plain.sequences, name))
    assert made.sequences.items.dtype == np.int32
    assert np.array_equal(made.split.codes, plain.split.codes)
    assert Dataset(made.name, made.items, made.interactions).fingerprint == plain.fingerprint
    assert made.has_time and not made.newer.any()
    texts = made.before_test().astype({Interactions.USER: "str", Interactions.ITEM: "str"})
    pd.testing.assert_frame_equal(texts, plain.before_test(), check_dtype=False)


def test_a_row_is_a_few_numbers(both):
    _, made, _ = both
    ids = [made.interactions[column].cat.codes.dtype.itemsize for column in (Interactions.USER, Interactions.ITEM)]
    assert max(ids) <= 4
    assert made.interactions[Interactions.POSITION].dtype == np.int32


def test_it_is_stored_as_it_was(both, tmp_path):
    plain, made, workspace = both
    made.save(tmp_path / "again")
    stored = pd.read_parquet(tmp_path / "again" / "interactions.parquet")
    pd.testing.assert_frame_equal(stored, plain.interactions)
    about = (tmp_path / "again" / "dataset.json").read_text(encoding="utf-8")
    assert about == (workspace.dataset("synthetic") / "dataset.json").read_text(encoding="utf-8")


def test_facts_are_counted_in_blocks_of_whole_users(both, monkeypatch):
    plain, made, _ = both
    whole = count_events(plain.interactions)
    assert [block[Interactions.USER].nunique() for block in user_blocks(made.interactions, 10_000)] == [40]
    blocks = list(user_blocks(made.interactions, 30))
    assert len(blocks) > 10 and sum(map(len, blocks)) == len(made.interactions)
    assert sum(block[Interactions.USER].astype("str").nunique() for block in blocks) == 40
    monkeypatch.setattr(event_facts, "user_blocks", lambda frame: user_blocks(frame, 30))
    for counted in (count_events(made.interactions), count_events(plain.interactions)):
        assert counted.lengths.tolist() == whole.lengths.tolist()
        rest = [{**vars(one), "lengths": None} for one in (counted, whole)]
        assert rest[0] == rest[1]


def test_events_are_added_and_people_forgotten(both, tmp_path):
    plain, made, workspace = both
    newer = pd.DataFrame({"user_id": ["u00", "new"], "item_id": ["i01", "i02"], "timestamp": ["2024-06-01"] * 2})
    newer.to_csv(tmp_path / "newer.csv", index=False)
    changed = [add_events(one, tmp_path / "newer.csv").dataset for one in (made, plain)]
    assert changed[0].fingerprint == changed[1].fingerprint
    assert changed[0].user_ids.tolist() == changed[1].user_ids.tolist()
    assert forget_user(workspace, "synthetic", "u03").events == int((plain.interactions["user_id"] == "u03").sum())
    left = open_dataset(workspace, "synthetic")
    assert "u03" not in left.user_ids and len(left.user_ids) == 39
    rest = plain.interactions[plain.interactions["user_id"] != "u03"].reset_index(drop=True)
    assert left.fingerprint == Dataset("synthetic", plain.items, rest).fingerprint
