"""`learn tune` writes what `learn train --config` takes, says how it went, keeps the best when it is interrupted."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from learn.cli.commands import app
from learn.config import preset, read_config
from learn.data.splits import leave_one_out
from learn.data.stored import open_dataset, save_dataset
from learn.errors import LearnError
from learn.pipeline import configuration
from learn.runs.stored import open_run
from learn.tuning import search
from learn.tuning.trials import State, Trial, best_trial, counted, read_trials, trials_table
from learn.workspace import Workspace
from tests.training.test_train import tiny_content, tiny_dataset

TINY = ("--preset", "tiny", "--set", "training.epochs=2", "--set", "training.batch_size=20")


@pytest.fixture
def shop(tmp_path):
    dataset = tiny_dataset()
    save_dataset(Workspace(tmp_path), dataset.with_split(leave_one_out(dataset)))
    np.savez(tmp_path / "vectors.npz", ids=dataset.item_ids.astype(str), vectors=tiny_content())
    return tmp_path


def run(shop, *words, expect=0):
    result = CliRunner().invoke(app, [*words, "--workspace", str(shop)])
    assert result.exit_code == expect, (result.output, result.exception)
    return result.output


def tune(shop, *words, expect=0):
    vectors = ("--vectors", str(shop / "vectors.npz"))
    return run(shop, "tune", "tiny", *TINY, *vectors, "--search", "pal.dropout", *words, expect=expect)


def test_a_run_is_trained_with_what_was_found(shop):
    said = tune(shop, "--trials", "2", "--out", str(shop / "best.json"))
    assert "2 trials: 2 whole" in said and "Best on validation, by NDCG@10 among items new to the user" in said
    assert f"Next: learn train tiny --tower b --config {shop / 'best.json'}" in said
    run(shop, "train", "tiny", "--tower", "b", "--config", str(shop / "best.json"))
    made = open_run(Workspace(shop), "tiny", "learn-b")
    (folder,) = Workspace(shop).tuning("tiny").glob("b-*")
    best = best_trial(read_trials(folder))
    assert (
        made.config == read_config(folder / "config.json") and made.config.pal.dropout == best.settings["pal.dropout"]
    )
    assert made.config.training.epochs == 2 and made.curves["validation"].max() == pytest.approx(best.best, rel=1e-9)


def test_interrupted_it_says_the_best_and_ends_as_other_commands_do(shop, monkeypatch):
    whole = search._Search._try

    def once(self, both, clock):
        if both[0].number:
            raise KeyboardInterrupt
        whole(self, both, clock)

    monkeypatch.setattr(search._Search, "_try", once)
    said = tune(shop, expect=130)
    assert "trial 0" in said and "Stopped. The same command goes on from here." in said
    assert "2 trials: 1 stopped, 1 whole" in said


def test_without_time_nothing_is_written_and_more_is_asked_for(shop):
    said = tune(shop, "--minutes", "0.000001")
    assert "None came to a validation yet" in said and "Wrote" not in said


def test_one_tower_at_a_time(shop):
    result = CliRunner().invoke(app, ["tune", "tiny", "--tower", "all", "--workspace", str(shop)])
    assert isinstance(result.exception, LearnError) and "one item tower" in result.exception.what


def test_a_file_and_a_preset_are_one_too_many(shop):
    dataset = open_dataset(Workspace(shop), "tiny")
    file = shop / "config.json"
    file.write_text(json.dumps(preset("tiny").model_dump(mode="json")))
    assert configuration(dataset, settings=["training.epochs=7"], file=file).training.epochs == 7
    with pytest.raises(LearnError, match="Both preset demo and"):
        configuration(dataset, "demo", file=file)
    file.write_text('{"pal": {"hiden_size": 3}}')
    with pytest.raises(LearnError, match=r"did you mean pal\.hidden_size"):
        configuration(dataset, file=file)
    with pytest.raises(LearnError, match="does not exist"):
        configuration(dataset, file=shop / "nowhere.json")


def test_the_table_has_the_best_first_and_those_without_a_score_last():
    trials = [
        Trial(0, {"a.b": 1}, State.WHOLE, [(1, 0.1), (2, 0.3), (3, 0.2)], 60.2),
        Trial(1, {"a.b": 2}, State.REFUSED, why="no"),
        Trial(2, {"a.b": 3}, State.PRUNED, [(1, 0.4)], 20.0),
        Trial(3, {"a.b": 4}, State.WHOLE, [(1, 0.4), (2, 0.1)], 40.0),
    ]
    table = trials_table(trials)
    assert table["trial"].tolist() == [2, 3, 0, 1] and table["a.b"].tolist() == [3, 4, 1, 2]
    assert table["epoch"].fillna(0).tolist() == [1, 1, 2, 0] and table["epochs"].tolist() == [1, 2, 3, 0]
    assert best_trial(trials).number == 2
    assert counted(trials) == "4 trials: 2 whole, 1 pruned, 1 refused" and counted([]) == "0 trials: none yet"
