"""A dataset that was prepared again with its rows in another order: nothing answers from the Runs of the old one."""

import pytest
from typer.testing import CliRunner

import learn
from learn.cli.commands import app
from learn.data.dataset import Dataset
from learn.data.splits import make_split
from learn.data.stored import open_dataset, save_dataset
from learn.errors import LearnError
from learn.runs.recommender import Recommender
from learn.runs.run import Run
from learn.runs.vectors import run_vectors
from tests import synthetic, trained

NAME = synthetic.NAME


@pytest.fixture(scope="module")
def place(trained_once, tmp_path_factory):
    """A trained workspace whose dataset was replaced by one with the same items, the last one first."""
    place = trained.copy_of(trained_once, tmp_path_factory.mktemp("again") / "workspace")
    old = open_dataset(place, NAME)
    turned = Dataset(NAME, old.items.iloc[::-1].reset_index(drop=True), old.interactions, old.source, old.report)
    save_dataset(place, turned.with_split(make_split(turned, old.split.info)))
    assert open_dataset(place, NAME).fingerprint != old.fingerprint
    return place


def refusal(place, *words) -> str:
    result = CliRunner().invoke(app, [str(word) for word in (*words, "--workspace", place.root)])
    assert isinstance(result.exception, LearnError), f"{words}: {result.output} {result.exception!r}"
    assert "learn train" in result.exception.remedy
    return f"{result.output} {result.exception}"


@pytest.mark.parametrize(
    "words",
    [
        ("recommend", NAME, "--run", "learn-b", "--user", "u0"),
        ("recommend", NAME, "--run", "popularity", "--user", "u0"),
        ("recommend", NAME, "--user", "u0"),
        ("recommend", NAME, "--run", "learn-b", "--history", "i1"),
        ("evaluate", NAME),
        ("evaluate", NAME, "--run", "learn-b"),
        ("map", NAME),
        ("atlas", NAME, "--out", "never.html"),
        ("rank", NAME, "--run", "learn-b"),
    ],
    ids=" ".join,
)
def test_every_command_refuses_and_says_what_to_do(place, words):
    assert f"was made on another version of dataset {NAME}" in refusal(place, *words)


def test_so_does_whatever_opens_a_run_in_python(place):
    dataset = open_dataset(place, NAME)
    run = Run(place.run(NAME, "learn-b"))
    for opens in (
        lambda: learn.open_run(NAME, "learn-b", place).recommend([dataset.user_ids[0]]),
        lambda: learn.open_run(dataset, "learn-b", place),
        lambda: learn.neighbours(run, dataset.item_ids[0]),
        lambda: learn.audience(run, dataset.item_ids[0]),
        lambda: run.embed_items(),
        lambda: Recommender(run, dataset),
        lambda: run_vectors(run, dataset),
    ):
        with pytest.raises(LearnError, match="another version of dataset"):
            opens()


def test_the_list_of_runs_says_which_do_not_fit(place):
    result = CliRunner().invoke(app, ["runs", NAME, "--workspace", str(place.root)])
    assert result.exit_code == 0
    assert "Note: Run learn-b was made on another version of dataset synthetic" in result.output
