"""Names are safe as folder names, and the workspace lists only what is whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from learn.errors import LearnError
from learn.item_towers import ITEM_TOWERS
from learn.runs.baselines import EVERYWHERE
from learn.runs.blend import RUN_NAME
from learn.workspace import DEFAULT, ENVIRONMENT_VARIABLE, Workspace, checked_name, first_runs


@pytest.mark.parametrize("name", ["a", "learn-a", "Scientific_5", "amazon.2018", "x" * 80])
def test_good_names(name):
    assert checked_name(name, "Run") == name


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../up", "a/b", "a\\b", ".hidden", "-rf", "a b", "a\n", "x" * 81, "naïve", "nul\0", "/root"],
)
def test_names_that_leave_the_workspace_or_break_elsewhere_are_refused(name):
    for make in (Workspace(Path("w")).dataset, Workspace(Path("w")).content, Workspace(Path("w")).runs):
        with pytest.raises(LearnError, match="cannot be a folder's name") as caught:
            make(name)
        assert repr(name) in caught.value.what
        assert "letters" in caught.value.remedy


def test_where_it_is(monkeypatch):
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)
    assert Workspace.at().root == DEFAULT
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "elsewhere")
    assert Workspace.at().root == Path("elsewhere")
    assert Workspace.at("given").root == Path("given")
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "")
    assert Workspace.at().root == DEFAULT


def test_it_lists_only_whole_things_and_creates_nothing(tmp_path):
    workspace = Workspace(tmp_path / "w")
    assert workspace.dataset_names() == []
    assert workspace.run_paths("d") == []
    assert not workspace.root.exists()
    for name in ("b", "a", "unfinished"):
        workspace.dataset(name).mkdir(parents=True)
        if name != "unfinished":
            (workspace.dataset(name) / "dataset.json").write_text("{}")
    assert workspace.dataset_names() == ["a", "b"]


def test_other_runs_come_in_the_order_in_which_they_were_made(tmp_path):
    workspace = Workspace(tmp_path)
    for age, name in enumerate(["late", "early", "middle"]):
        folder = workspace.run("d", name)
        folder.mkdir(parents=True)
        (folder / "run.json").write_text("{}")
        os.utime(folder / "run.json", (0, {"early": 1, "middle": 2, "late": 3}[name]))
        assert len(workspace.run_paths("d")) == age + 1
    workspace.run("d", "unfinished").mkdir()
    assert [path.name for path in workspace.run_paths("d")] == ["early", "middle", "late"]


def test_what_a_training_makes_comes_first_whenever_its_files_were_written(tmp_path):
    workspace = Workspace(tmp_path)
    for age, name in enumerate(["mine", *reversed(first_runs())]):
        run = workspace.run("d", name)
        run.mkdir(parents=True)
        (run / "run.json").touch()
        os.utime(run / "run.json", (age, age))
    assert [path.name for path in workspace.run_paths("d")] == [*first_runs(), "mine"]
    assert set(first_runs()) == {*(tower.run_name for tower in ITEM_TOWERS.entries), *EVERYWHERE, "slit", RUN_NAME}
