"""The Overview page: what it shows, and what it says when something is missing or broken."""

import json
import shutil
from dataclasses import asdict

import pytest

from app.shared.text import plain
from learn.data.dataset import Dataset
from learn.data.notes import ORDER, ROWS, Note
from learn.data.splits import leave_one_out
from learn.evaluation.protocol import default_k
from learn.explore.metrics.kinds import best_of_kinds, counts_or_text
from learn.explore.metrics.result import results_of
from learn.files import write_json
from learn.runs.run import Run
from tests import synthetic
from tests.app.conftest import texts
from tests.by_hand import forget_checksums


def test_shows_the_dataset_and_its_runs(workspace, open_page):
    page = open_page("overview")
    tiles = {tile.label: tile.value for tile in page.metric}
    assert tiles["Users"] == "40" and tiles["Items"] == "60"
    assert tiles["Never-bought items"] == str(synthetic.N_COLD)
    table = page.dataframe[0].value
    labels = ["(a) sequence to sequence", "(b) sequence to item", "(c) no item PAL", "Popularity"]
    assert sorted(table["label"]) == labels
    best_first = table.filter(like="recall@").iloc[:, 0]
    assert best_first.is_monotonic_decreasing and best_first.nunique() > 1
    assert not page.error and not page.warning
    assert "**Dataset**: synthetic, 40 users, 60 items, hash " in texts(page)


def test_it_begins_with_who_leads_and_explains_the_names(trained_workspace, open_page):
    page = open_page("overview")
    runs = [Run(path) for path in trained_workspace.run_paths(synthetic.NAME)]
    results = results_of(runs, default_k(runs[0].dataset.n_items))
    assert results
    for result in results:
        assert plain(result.leads) in texts(page) and plain(result.references) in texts(page)
    found = best_of_kinds(runs, default_k(runs[0].dataset.n_items))
    shown = texts(page).replace("\\", "")
    assert found and counts_or_text(found) in shown
    assert all(one.title in shown for one in found)
    heads = [element.value for element in page.header]
    assert heads[0].startswith("What came out on synthetic: ") and heads[1] == "How do the LEARN variants differ?"
    assert heads[2:] == ["Every recommender, by name", "The data"]


def test_the_three_ways_in_come_first_and_what_may_improve_is_said_once(trained_workspace, open_page, monkeypatch):
    warning = "2 of the 3 trained variants may do better."
    monkeypatch.setattr("learn.explore.metrics.conclusions.trained_may_improve", lambda table: warning)
    page = open_page("overview")
    order = [str(getattr(element, "value", "")) for element in page.main]
    cards = [
        next(n for n, words in enumerate(order) if title in words)
        for title in ("One product, seen two ways", "One person", "One product that does not exist")
    ]
    came_out = next(n for n, words in enumerate(order) if words.startswith("What came out on synthetic: "))
    assert cards == sorted(cards) and cards[-1] < came_out < order.index("How do the LEARN variants differ?")
    assert texts(page).replace("\\", "").count(warning) == 1


def test_where_no_bar_shows_trained_text_what_may_improve_is_said_beside_the_names(
    trained_workspace, open_page, monkeypatch
):
    warning = "The trained variant may do better."
    monkeypatch.setattr("learn.explore.metrics.conclusions.trained_may_improve", lambda table: warning)
    monkeypatch.setattr("app.panels.result.best_of_kinds", lambda runs, k: [])
    assert texts(open_page("overview")).replace("\\", "").count(warning) == 1


def test_the_table_follows_the_chosen_metric_set_and_slice(workspace, open_page):
    page = open_page("overview")
    page.selectbox(key="at_choice").select("5").run()
    page.selectbox(key="part_choice").select("user:others").run()
    own = Run(workspace.run(synthetic.NAME, "learn-a")).metrics
    wanted = own.query("metric == 'ndcg' and k == 5 and among == 'new' and slice == 'user:others'")["mean"].item()
    table = page.dataframe[0].value.set_index("label")
    assert table.loc["(a) sequence to sequence", "ndcg@5"] == wanted


def test_the_link_of_a_view_opens_that_view(workspace, open_page):
    page = open_page("overview", dataset=synthetic.NAME, metric="ndcg", at="5", among="all")
    assert [page.selectbox(key=f"{key}_choice").value for key in ("metric", "at", "among")] == ["ndcg", "5", "all"]


def test_an_unknown_dataset_in_the_link_is_named(workspace, open_page):
    page = open_page("overview", dataset="nowhere")
    assert "nowhere" in page.warning[0].value and page.selectbox(key="dataset_choice").value == synthetic.NAME


def test_an_empty_workspace_says_which_command_to_run(empty_workspace, open_page):
    page = open_page("overview")
    assert page.code[0].value == "learn demo" and "learn prepare" in page.code[1].value
    assert not page.metric


def test_a_dataset_without_runs_says_how_to_train(workspace, open_page):
    shutil.rmtree(workspace.runs(synthetic.NAME))
    page = open_page("overview")
    assert "learn train synthetic" in texts(page) and len(page.metric) == 5


def test_a_damaged_run_is_reported_and_the_others_are_shown(workspace, open_page):
    (workspace.run(synthetic.NAME, "learn-b") / "metrics.json").write_text("[{", encoding="utf-8")
    page = open_page("overview")
    assert "metrics" in page.error[0].value and "What to do" in page.error[0].value
    assert len(page.dataframe[0].value) == 3


@pytest.mark.parametrize("name", ["overview", "compare"])
def test_where_every_users_values_cannot_be_read_that_is_said(workspace, open_page, name):
    (workspace.run(synthetic.NAME, "learn-b") / "per_user.parquet").write_bytes(b"no parquet")
    assert "per_user.parquet" in open_page(name).error[0].value.replace("\\", "")


def test_a_damaged_dataset_is_an_error_box_with_the_command(workspace, open_page):
    (workspace.dataset(synthetic.NAME) / "items.parquet").write_bytes(b"no parquet")
    page = open_page("overview")
    assert "is damaged" in page.error[0].value and "learn prepare" in page.error[0].value


def test_a_run_of_another_version_of_the_dataset_is_left_out(workspace, open_page):
    folder = workspace.dataset(synthetic.NAME)
    dataset = Dataset.load(folder)
    items = dataset.items.assign(title="changed")
    Dataset(dataset.name, items, dataset.interactions, dataset.source, dataset.report).save(folder)
    page = open_page("overview")
    assert len(page.error) == 4 and "another version of dataset" in page.error[0].value


@pytest.fixture
def two_splits(workspace):
    """The workspace with one Run more, of another split; returns the dataset and that split."""
    dataset = Dataset.load(workspace.dataset(synthetic.NAME))
    split = leave_one_out(dataset)
    vectors = synthetic._vectors(dataset, split, 0.3, 9)
    synthetic.write_run(workspace, dataset, split, "other", "Other", "b", vectors)
    return dataset, split


def test_a_run_of_another_split_is_not_compared_with_the_others(workspace, two_splits, open_page):
    page = open_page("overview")
    assert len(page.error) == 1 and "Run other was made with another split \\(leave one out\\)" in page.error[0].value
    assert "Other" not in page.dataframe[0].value["label"].tolist() and len(page.dataframe[0].value) == 4


def test_the_split_stored_with_the_dataset_decides(workspace, two_splits, open_page):
    dataset, split = two_splits
    write_json(workspace.dataset(dataset.name) / "split.json", asdict(split.info))
    page = open_page("overview")
    assert page.dataframe[0].value["label"].tolist() == ["Other"] and len(page.error) == 4
    shutil.rmtree(workspace.runs(dataset.name))
    page = open_page("overview")
    tested = f"{(split.target('test').lengths > 0).sum()} of them did something after the cut"
    assert next(tile for tile in page.metric if tile.label == "Users").help == tested


@pytest.mark.parametrize("name", ["overview", "compare"])
def test_a_list_that_says_little_is_said_to(workspace, open_page, monkeypatch, name):
    page = open_page(name)
    assert "say little" not in texts(page)
    short = page.selectbox(key="at_choice").options[0]
    monkeypatch.setattr("learn.evaluation.metrics.says_little", lambda k, n: f"lists of {k} of {n} say little")
    page.selectbox(key="at_choice").select(short).run()
    assert f"lists of {short} of 60 say little" in texts(page)


def test_warnings_of_the_report_stand_in_one_box_and_the_worst_first(workspace, open_page):
    about = workspace.dataset(synthetic.NAME) / "dataset.json"
    stored = json.loads(about.read_text())
    notes = [Note("Rows were skipped.", ROWS, "Mend them."), Note("The order is guessed.", ORDER), Note("A comma.")]
    stored["report"]["notes"] = [note.to_json() for note in notes]
    forget_checksums(about.parent)
    about.write_text(json.dumps(stored))
    page = open_page("overview")
    assert len(page.warning) == 1
    assert page.warning[0].value.split("\n\n")[1].split("\n")[:2] == [
        "- The order is guessed.",
        "- Rows were skipped. Mend them.",
    ]
    assert "the order of events and rows may be wrong" in page.warning[0].value
    assert "A comma." in texts(page)
