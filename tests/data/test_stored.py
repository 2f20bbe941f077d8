"""Datasets of a workspace: each comes back with the split that it was kept with."""

import json
import os
from dataclasses import replace

import pytest

from learn.data import completejourney
from learn.data.completejourney import NAME as SHIPPED
from learn.data.completejourney import SOLD
from learn.data.item_cold import hold_out_items
from learn.data.splits import leave_one_out, split_by_time
from learn.data.stored import dataset_names, keep_dataset, open_dataset, save_dataset
from learn.errors import LearnError
from learn.workspace import Workspace
from tests import synthetic


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr("learn.workspace.PREBUILT", tmp_path / "no-demo")
    return Workspace(tmp_path / "workspace")


@pytest.mark.parametrize(
    "cut",
    [
        leave_one_out,
        lambda data: split_by_time(data, "2024-03-20", 9),
        lambda data: hold_out_items(leave_one_out(data), data.name),
    ],
)
def test_the_split_comes_back(place, cut):
    made = synthetic.make_synthetic_dataset()
    made = made.with_split(cut(made), {"tested_users": 3})
    save_dataset(place, made)
    opened = open_dataset(place, made.name)
    assert opened.split.info == made.split.info and (opened.split.codes == made.split.codes).all()
    assert opened.fingerprint == made.fingerprint and opened.report["tested_users"] == 3


def test_a_dataset_without_a_split_is_not_kept(place):
    with pytest.raises(LearnError, match="has no split yet"):
        save_dataset(place, replace(synthetic.make_synthetic_dataset(), cut=None))
    assert not place.root.exists()


def test_keeping_replaces_what_differs_and_leaves_what_is_equal(place):
    made = synthetic.make_synthetic_dataset()
    made = made.with_split(leave_one_out(made))
    about = place.dataset(made.name) / "dataset.json"
    keep_dataset(place, made)
    os.utime(about, ns=(1, 1))
    keep_dataset(place, made)
    assert about.stat().st_mtime_ns == 1
    keep_dataset(place, made.with_split(split_by_time(made)))
    assert open_dataset(place, made.name).split.info.kind == "by_time" and about.stat().st_mtime_ns != 1
    about.write_text("{", encoding="utf-8")  # damaged: written anew
    keep_dataset(place, made)
    assert open_dataset(place, made.name).split.info.kind == "leave_one_out"


def test_names_are_the_newest_first_and_the_prebuilt_demo_last(place, tmp_path, monkeypatch):
    for age, name in enumerate(("b", "a", "c")):
        folder = place.dataset(name)
        folder.mkdir(parents=True)
        (folder / "dataset.json").write_text("{}", encoding="utf-8")
        os.utime(folder / "dataset.json", ns=(10 - age, 10 - age))
    assert dataset_names(place) == ["b", "a", "c"]
    run = tmp_path / "demo" / "runs" / "completejourney" / "learn-b"
    run.mkdir(parents=True)
    (run / "run.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr("learn.workspace.PREBUILT", tmp_path / "demo")
    assert dataset_names(place) == ["b", "a", "c", "completejourney"]


@pytest.mark.parametrize(
    ("manifest", "sold_only"), [({}, True), ({"source": SOLD}, True), ({"source": SHIPPED}, False)]
)
def test_the_prebuilt_demo_has_the_rows_that_it_was_made_from(place, tmp_path, monkeypatch, manifest, sold_only):
    run = tmp_path / "demo" / "runs" / SHIPPED / "learn-b"
    run.mkdir(parents=True)
    (run / "run.json").write_text("{}", encoding="utf-8")
    (tmp_path / "demo" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    monkeypatch.setattr("learn.workspace.PREBUILT", tmp_path / "demo")
    asked = []
    tiny = synthetic.make_synthetic_dataset()
    monkeypatch.setattr(completejourney, "load_completejourney", lambda sold_only: asked.append(sold_only) or tiny)
    assert open_dataset(place, SHIPPED).name == SHIPPED
    assert asked == [sold_only]


def test_what_is_not_there_is_said_with_what_is(place):
    with pytest.raises(LearnError, match=r"no dataset 'completejourney'.*none yet"):
        open_dataset(place, "completejourney")
