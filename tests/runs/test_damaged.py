"""What is damaged, gone or replaced meanwhile is said with its file and a command; what is sound stays usable."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from learn.cex.store import ContentStore
from learn.cli.commands import app
from learn.data.stored import open_dataset
from learn.errors import LearnError
from learn.files import read_unchanged, write_json
from learn.runs.run import Run
from learn.runs.stored import finished_run
from learn.tensor_files import DamagedTensors, load_tensors, save_tensors
from tests import synthetic, trained

NAME = synthetic.NAME
OVERVIEW = Path(__file__).resolve().parents[2] / "app" / "views" / "overview.py"


@pytest.fixture
def workspace(trained_once, tmp_path):
    return trained.copy_of(trained_once, tmp_path / "workspace")


def flip(path):
    data = bytearray(path.read_bytes())
    data[-2] ^= 64
    path.write_bytes(data)


def ask(*words, workspace):
    return CliRunner().invoke(app, [*words, "--workspace", str(workspace.root)])


def test_a_damaged_run_stops_neither_a_list_nor_an_evaluation(workspace):
    flip(workspace.run(NAME, "learn-b") / "user_vectors.safetensors")
    (workspace.run(NAME, "learn-a") / "run.json").unlink()
    listed = ask("runs", NAME, workspace=workspace)
    assert listed.exit_code == 0 and "learn-c" in listed.output and "popularity" in listed.output
    assert "Damaged: " in listed.output and "user_vectors.safetensors is damaged" in listed.output
    assert "learn train synthetic --tower b" in listed.output and "run.json does not exist" in listed.output
    judged = ask("evaluate", NAME, workspace=workspace)
    assert judged.exit_code == 0 and "run.json does not exist" in judged.output
    asked = ask("recommend", NAME, "--run", "learn-b", "--user", "u01", workspace=workspace)
    assert isinstance(asked.exception, LearnError) and "user_vectors.safetensors" in asked.exception.what


def test_a_page_opens_beside_a_damaged_run_and_names_it(workspace, monkeypatch):
    (workspace.run(NAME, "learn-b") / "metrics.json").write_text("null")
    (workspace.run(NAME, "learn-a") / "run.json").unlink()
    monkeypatch.setenv("LEARN_WORKSPACE", str(workspace.root))
    page = AppTest.from_file(str(OVERVIEW), default_timeout=300)
    page.query_params["dataset"] = NAME
    page.run()
    assert not page.exception
    said = " ".join(box.value for box in page.error)
    assert "metrics.json" in said and "learn-a" in said and "learn train" in said


@pytest.mark.parametrize(
    "file", ["config.json", "user_vectors.safetensors", "curves.json", "preprocessing.safetensors"]
)
def test_a_file_that_is_gone_is_not_taken_for_one_that_never_was(workspace, file):
    (workspace.run(NAME, "learn-b") / file).unlink()
    with pytest.raises(LearnError, match=f"{file} does not exist any more") as caught:
        Run(workspace.run(NAME, "learn-b"))
    assert "learn train synthetic --tower b" in caught.value.remedy


@pytest.mark.parametrize("holds", ["[]", "null", "3", '"text"'])
def test_other_json_is_refused_wherever_it_is_read(workspace, holds):
    dataset = open_dataset(workspace, NAME)
    for file in ("run.json", "config.json", "slices.json"):
        folder = workspace.run(NAME, "learn-b")
        kept = (folder / file).read_bytes()
        (folder / "checksums.json").unlink(missing_ok=True)
        (folder / file).write_text(holds)
        with pytest.raises(LearnError, match=f"{file} is damaged: it holds") as caught:
            run = Run(folder, dataset)
            _ = run.config, run.slices
        assert "learn train synthetic" in caught.value.remedy
        (folder / file).write_bytes(kept)


def test_a_dataset_whose_dataset_json_is_gone_is_refused_and_not_taken_for_another(workspace):
    (workspace.dataset(NAME) / "dataset.json").unlink()
    with pytest.raises(LearnError, match=r"dataset\.json does not exist"):
        open_dataset(workspace, NAME)


def test_a_split_that_is_gone_is_not_made_up(workspace):
    (workspace.dataset(NAME) / "split.json").unlink()
    with pytest.raises(LearnError, match=r"split\.json does not exist any more"):
        open_dataset(workspace, NAME)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_refused_in_every_file_of_arrays(tmp_path, value):
    save_tensors(tmp_path / "a.safetensors", {"vectors": np.array([[1.0, value]], np.float16)})
    with pytest.raises(DamagedTensors, match="vectors holds numbers that are not finite"):
        load_tensors(tmp_path / "a.safetensors")


def test_a_run_that_was_made_again_meanwhile_is_not_read_on(workspace):
    """Old settings with new vectors would be an answer that neither version gives."""
    run = Run(workspace.run(NAME, "learn-b"))
    other = workspace.run(NAME, "copy")
    shutil.copytree(run.path, other)
    write_json(other / "run.json", run.info.model_copy(update={"seed": 9}).model_dump(mode="json"))
    shutil.rmtree(run.path)
    other.rename(run.path)
    for read in (lambda: run.user_vectors, lambda: run.recommendations, lambda: run.config, lambda: run.metrics):
        with pytest.raises(LearnError, match="was made again while it was open"):
            read()
    with pytest.raises(LearnError, match="was made again while it was open"):
        run.stored_info()
    assert Run(run.path).info.seed == 9


def test_what_is_replaced_while_it_is_read_is_read_again(tmp_path):
    places = [tmp_path / name for name in ("thing", "new")]
    for place in places:
        place.mkdir()
        (place / "a.txt").write_text(place.name)
    read = []

    def reading():
        read.append((places[0] / "a.txt").read_text())
        if len(read) == 1:
            places[0].rename(tmp_path / "old")
            places[1].rename(places[0])
        return read[-1]

    assert read_unchanged(places[0], reading) == "new" and read == ["thing", "new"]


def test_a_finished_run_is_kept_only_while_it_is_whole(workspace):
    dataset, folder = open_dataset(workspace, NAME), workspace.run(NAME, "popularity")
    assert finished_run(folder, dataset, dataset.split, None, None) is not None
    flip(folder / "per_user.parquet")
    with pytest.warns(UserWarning, match=r"per_user\.parquet is damaged.*made again"):
        assert finished_run(folder, dataset, dataset.split, None, None) is None


def test_a_shard_of_another_store_is_not_read(workspace, tmp_path):
    (store,) = workspace.content(NAME).glob("[!.]*")
    other = store.with_name("0" * 16)
    shutil.copytree(store, other)
    with pytest.warns(UserWarning, match=f"belongs to the store {store.name}"):
        assert ContentStore(other).load()[0] == {}
