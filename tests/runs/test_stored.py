"""Which Runs fit a dataset, and what is said of those that do not."""

import json
import shutil

import pytest

from learn.data.splits import leave_one_out
from learn.data.stored import open_dataset
from learn.errors import LearnError
from learn.runs.stored import check_comparable, find_runs, open_run, run_paths
from learn.workspace import Workspace
from tests import synthetic


@pytest.fixture
def place(workspace, tmp_path, monkeypatch):
    """A copy of the synthetic workspace; the prebuilt demo is out of the way."""
    monkeypatch.setattr("learn.workspace.PREBUILT", tmp_path / "no-demo")
    shutil.copytree(workspace.root, tmp_path / "copy")
    return Workspace(tmp_path / "copy")


def change(place, name, **values):
    path = place.run(synthetic.NAME, name) / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | values), encoding="utf-8")


def test_runs_that_do_not_fit_are_problems_with_what_to_do(place):
    dataset = open_dataset(place, synthetic.NAME)
    change(place, "learn-a", dataset_fingerprint="0" * 16)
    change(place, "learn-b", split=leave_one_out(dataset).describe())
    (place.run(dataset.name, "learn-c") / "metrics.json").write_text("[", encoding="utf-8")
    found = find_runs(place, dataset)
    assert found.names == ["popularity"] and found.named("popularity").info.kind == "reference"
    said = [str(problem) for problem in found.problems]
    assert len(said) == 3
    assert "learn-a was made on another version of dataset synthetic" in said[0]
    assert "learn-b was made with another split (leave one out) than the one shown (target from 2024-" in said[1]
    assert "metrics.json is damaged" in said[2]
    assert all("learn train" in problem.remedy for problem in found.problems)


def test_the_datasets_split_decides_not_the_first_run(place):
    dataset = open_dataset(place, synthetic.NAME)
    assert find_runs(place, dataset).names == ["learn-a", "learn-b", "learn-c", "popularity"]
    other = dataset.with_split(leave_one_out(dataset))
    assert find_runs(place, other).names == [] and len(find_runs(place, other).problems) == 4


def test_a_run_of_the_workspace_replaces_a_prebuilt_one(place, tmp_path, monkeypatch):
    shutil.copytree(place.root, tmp_path / "demo")
    shutil.rmtree(place.run(synthetic.NAME, "learn-b"))
    monkeypatch.setattr("learn.workspace.PREBUILT", tmp_path / "demo")
    homes = {name: path.parents[2].name for name, path in run_paths(place, synthetic.NAME).items()}
    assert homes == {"learn-a": "copy", "learn-b": "demo", "learn-c": "copy", "popularity": "copy"}


def test_runs_of_different_data_are_not_compared(place):
    runs = [open_run(place, synthetic.NAME, name) for name in ("learn-a", "learn-b")]
    check_comparable(*runs)
    change(place, "learn-b", dataset_fingerprint="0" * 16)
    with pytest.raises(LearnError, match="different versions of the dataset"):
        check_comparable(runs[0], open_run(place, synthetic.NAME, "learn-b"))
    change(place, "learn-b", dataset="another")
    with pytest.raises(LearnError, match="different datasets"):
        check_comparable(runs[0], open_run(place, synthetic.NAME, "learn-b"))


def test_copies_are_runs_of_their_own_and_what_is_half_written_is_none(place):
    runs = place.runs(synthetic.NAME)
    for copy in ("learn-b-old", "learn-b copy", ".partial-00000000.1.1-abc"):
        shutil.copytree(runs / "learn-b", runs / copy)
    found = find_runs(place, open_dataset(place, synthetic.NAME))
    assert found.names == ["learn-a", "learn-b", "learn-c", "popularity", "learn-b-old"] and not found.problems
    assert found.named("learn-b-old").info.name == "learn-b-old"
    shutil.copytree(place.datasets / synthetic.NAME, place.datasets / "shop copy")
    shutil.copytree(place.datasets / synthetic.NAME, place.datasets / "shop2")
    assert place.dataset_names() == ["shop2", synthetic.NAME]
    assert open_dataset(place, "shop2").name == "shop2"


def test_a_run_points_nowhere_else(place):
    change(place, "learn-c", content_key="../../../elsewhere")
    with pytest.raises(LearnError, match="content_key"):
        open_run(place, synthetic.NAME, "learn-c")
