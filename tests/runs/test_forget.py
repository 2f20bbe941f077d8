"""A forgotten person is in no file of the workspace; everybody else's answers are as they were."""

import shutil

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from learn.cli.commands import app
from learn.data.stored import open_dataset
from learn.errors import LearnError
from learn.runs.forget import FORGOTTEN, forget_user
from learn.runs.run import Run
from learn.runs.stored import find_runs
from learn.workspace import Workspace
from tests import synthetic, trained

USER = "u07"


@pytest.fixture(scope="module")
def before(trained_once, tmp_path_factory):
    return trained.copy_of(trained_once, tmp_path_factory.mktemp("before") / "workspace")


@pytest.fixture(scope="module")
def after(before, tmp_path_factory):
    workspace = trained.copy_of(before, tmp_path_factory.mktemp("forget") / "workspace")
    (workspace.tuning(synthetic.NAME) / "b-1" / ".training-trial-3" / "last").mkdir(parents=True)
    return workspace, forget_user(workspace, synthetic.NAME, USER)


def test_their_rows_and_name_are_in_no_file(after):
    workspace, found = after
    assert found.events > 0 and found.problems == []
    for path in workspace.root.rglob("*"):
        if path.suffix == ".parquet":
            table = pd.read_parquet(path)
            columns = [name for name in table if not pd.api.types.is_numeric_dtype(table[name].dtype)]
            assert not any((table[name].astype(str) == USER).any() for name in columns), path
        if path.is_file() and "llm" not in path.parts and path.suffix in (".json", ".parquet"):
            assert USER.encode() not in path.read_bytes(), path


def test_the_others_keep_their_vectors_lists_and_answers(before, after):
    workspace, _ = after
    old, new = open_dataset(before, synthetic.NAME), open_dataset(workspace, synthetic.NAME)
    assert list(new.user_ids) == [user for user in old.user_ids if user != USER]
    assert old.split.info == new.split.info
    runs = find_runs(workspace, new)
    assert runs.problems == [] and len(runs.usable) == len(before.run_paths(synthetic.NAME))
    place = list(old.user_ids).index(USER)
    for run in runs.usable:
        then = Run(before.run(synthetic.NAME, run.name), old)
        if (run.path / "user_vectors.safetensors").exists():
            assert np.array_equal(run.user_vectors, np.delete(then.user_vectors, place, axis=0))
        asked = ["u03", "u08"]
        assert run.recommend(asked, k=5).equals(then.recommend(asked, k=5))
        with pytest.raises(LearnError, match=f"no user '{USER}'"):
            run.recommend([USER])
        assert run.info.made[FORGOTTEN] == "1"
        users = then.per_user[then.per_user["user"] != place].reset_index(drop=True)
        moved = users.assign(user=users["user"] - (users["user"] > place))
        assert run.per_user.equals(moved)


def test_what_learned_of_them_is_named(after):
    workspace, found = after
    assert {path.name for path in found.learned} == {"learn-a", "learn-b", "learn-c", "popularity"}
    assert set(found.runs) == set(workspace.run_paths(synthetic.NAME))
    search = workspace.tuning(synthetic.NAME) / "b-1"
    assert search in found.reports and not list(search.iterdir())  # weights of an unfinished trial are gone


def test_interrupted_the_same_command_goes_on(before, tmp_path, monkeypatch):
    workspace = trained.copy_of(before, tmp_path / "workspace")
    monkeypatch.setattr("learn.runs.forget.save_dataset", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        forget_user(workspace, synthetic.NAME, USER)
    monkeypatch.undo()
    found = forget_user(workspace, synthetic.NAME, USER)
    assert found.runs == [] and found.events > 0  # the Runs were done before
    assert {path.name for path in found.learned} == {"learn-a", "learn-b", "learn-c", "popularity"}
    dataset = open_dataset(workspace, synthetic.NAME)
    assert USER not in dataset.user_index and find_runs(workspace, dataset).problems == []


def test_a_damaged_run_is_left_and_named(before, tmp_path):
    workspace = trained.copy_of(before, tmp_path / "workspace")
    (workspace.run(synthetic.NAME, "learn-b") / "recommendations.parquet").write_bytes(b"")
    found = forget_user(workspace, synthetic.NAME, USER)
    assert [problem.what for problem in found.problems if "recommendations.parquet is damaged" in problem.what]
    assert {path.name for path in found.runs} == {"learn-a", "learn-c", "without-align", "popularity"}


def test_the_command_says_what_it_took_and_what_it_cannot(before, tmp_path):
    shutil.copytree(before.root, tmp_path / "workspace")
    (tmp_path / "workspace" / "uploads" / "abc").mkdir(parents=True)
    said = CliRunner().invoke(app, ["forget", synthetic.NAME, USER, "--workspace", str(tmp_path / "workspace")])
    assert said.exit_code == 0 and f"events of '{USER}' out of" in said.output
    assert "may hold them" in said.output and "uploads/abc" in said.output
    assert "Learned with their events" in said.output and "learn train synthetic" in said.output


def test_nobody_of_that_name_and_no_dataset_are_said(before, tmp_path):
    with pytest.raises(LearnError, match="no user 'nobody'"):
        forget_user(before, synthetic.NAME, "nobody")
    with pytest.raises(LearnError, match="holds no dataset 'completejourney'"):
        forget_user(Workspace(tmp_path), "completejourney", "1")
