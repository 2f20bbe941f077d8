"""The Compare page: its numbers are those of learn.explore.metrics.compare."""

import html
import re
import shutil

import pandas as pd
import pytest

from learn.data.dataset import Dataset
from learn.evaluation.better import FEW_USERS, chance_words, interval_words, signed
from learn.explore.metrics import compare
from learn.explore.metrics.overview import collect_metrics, compare_runs
from learn.explore.metrics.slice_words import slice_words
from learn.runs.run import Run
from tests import synthetic
from tests.app.conftest import texts


@pytest.fixture
def runs(trained_workspace):
    return {path.name: Run(path) for path in trained_workspace.run_paths(synthetic.NAME)}


def test_a_duel_of_the_link_is_the_functions(trained_workspace, open_page, runs, mounted_by_key):
    page = open_page("compare", one="learn-b", other="popularity", metric="ndcg", at="10", among="new")
    found = compare.paired_comparison(runs["learn-b"], runs["popularity"], 10, "new")
    shown = texts(page).replace("\\", "")
    both = f"Both find as much for {found.tied:,} of {len(found.users):,} users"
    assert f"{both}; (b) sequence to item finds more for {found.won:,}, Popularity for {found.lost:,}." in shown
    bar = next(box.proto.body for box in page.get("html") if "both as much" in box.proto.body)
    for count, words in (
        (found.won, "(b) sequence to item finds"),
        (found.tied, "both as"),
        (found.lost, "Popularity"),
    ):
        assert f"width: {count / len(found.users):.1%};" in bar and words in bar and f": {count:,} users (" in bar
    mean, low, high = found.difference
    assert f"{signed(mean)} {interval_words(low, high)}: {chance_words(low, high)}" in shown
    dataset = Dataset.load(trained_workspace.dataset(synthetic.NAME))
    left, right = (
        re.findall("<div>(.*?)</div>", html.unescape(box.proto.body))
        for box in page.get("html")
        if "side by side" in box.proto.body
    )
    best = found.users[found.users["difference"] > 0].head(6)
    for line, row in zip(left, best.to_dict("records"), strict=True):
        user = dataset.user_ids[row["user"]]
        assert line.startswith(f"User {user}: {row['a']} against {row['b']} of {row['n_targets']} later items · <a ")
        assert "runs=learn-b&runs=popularity" in line and f"user={user}" in line
    assert len(right) == min(6, found.lost) and "runs=popularity&runs=learn-b" in right[0]
    rows = pd.concat([best, found.users[found.users["difference"] < 0].head(6)])
    most = rows[["a", "b"]].max(axis=None)
    shown = "".join(box.proto.body for box in page.get("html") if "side by side" in box.proto.body)
    drawn = sorted(re.findall(r"min-width: 1px; width: ([\d.]+)%", shown), key=float)
    wanted = sorted((f"{found / most:.1%}"[:-1] for found in rows[["a", "b"]].to_numpy().ravel()), key=float)
    assert drawn == wanted, "both sides are of one scale"


def test_the_duel_opens_with_a_trained_tower_against_what_has_none(trained_workspace, open_page, runs, mounted_by_key):
    page = open_page("compare", metric="recall", at="10", among="new")
    best_first = compare_runs(collect_metrics(list(runs.values())), "recall", 10, "new", "all")["run"]
    one, other = compare.worth_a_duel([runs[name] for name in best_first])
    assert (page.selectbox(key="one_choice").value, page.selectbox(key="other_choice").value) == (one.name, other.name)
    assert one.name.startswith("learn-") and not other.name.startswith("learn-")


def test_words_are_folded_away_below_the_first_conclusion(trained_workspace, open_page, mounted_by_key):
    page = open_page("compare", metric="recall", at="10", among="new")
    words = next(box for box in page.expander if box.label == "What the words mean")
    told = "\n".join(element.value for element in words.markdown).replace("\\", "")
    assert told.startswith("- *Recall@10*: share of a user's later items")
    assert "- (c): items as their text" in told
    assert "share of a user's later items" not in "\n".join(element.value for element in page.caption)


def test_the_numbers_of_variety_are_the_functions(trained_workspace, open_page, runs, mounted_by_key):
    page = open_page("compare", at="10", among="all")
    table = page.dataframe[0].value.set_index("Run")
    dataset = Dataset.load(trained_workspace.dataset(synthetic.NAME))
    lists = {name: compare.stored_matrix(run, dataset, "all") for name, run in runs.items()}
    shown = {item for row in lists["popularity"][:, :10] for item in row if item >= 0}
    assert table.loc["Popularity", "coverage"] == pytest.approx(len(shown) / dataset.n_items)
    assert len(table) == 5 and not page.error


def test_a_slice_each_is_drawn_and_those_of_few_users_are_left_out(trained_workspace, open_page, runs, mounted_by_key):
    table = compare.by_slice(collect_metrics(list(runs.values())), "recall", 10, "new")
    people = table.groupby("slice")["n_users"].max()
    page = open_page("compare", metric="recall", at="10", among="new")
    shown = texts(page)
    for name, n in people.items():
        heading = f"**{slice_words(name)}**\n"
        assert (heading in shown.replace("\\", "")) == (n >= FEW_USERS), name
    assert (people < FEW_USERS).any() and (people >= FEW_USERS).any()
    assert "PAL" in shown and "no item PAL" in shown  # the label's word is explained


@pytest.mark.parametrize(
    ("asked", "count"), [({}, 5), ({"runs": ["learn-a", "learn-b", "nobody"]}, 2), ({"runs": [""]}, 0)]
)
def test_the_menu_says_how_many_variants_are_chosen(trained_workspace, open_page, mounted_by_key, asked, count):
    page = open_page("compare", **asked)
    assert next(box.proto.popover.label for box in page.get("popover")) == f"{count} of 5"
    assert len(page.multiselect(key="runs_choice").value) == count


def test_one_run_has_nothing_to_be_compared_with(trained_workspace, open_page, mounted_by_key):
    page = open_page("compare", runs=["learn-a"])
    assert "Choose a second recommender" in texts(page) and not mounted_by_key


def test_a_run_against_itself_is_refused(trained_workspace, open_page, mounted_by_key):
    assert "two different recommenders" in texts(open_page("compare", one="learn-a", other="learn-a"))


def test_runs_without_a_record_of_every_user_say_which_command_writes_it(workspace, open_page, mounted_by_key):
    page = open_page("compare")
    assert len(page.error) == 4 and "learn evaluate" in texts(page)


def test_no_runs_say_how_to_train(workspace, open_page):
    shutil.rmtree(workspace.runs(synthetic.NAME))
    assert "learn train synthetic" in texts(open_page("compare"))


def test_an_empty_workspace_says_which_command_to_run(empty_workspace, open_page):
    assert open_page("compare").code[0].value == "learn demo"
