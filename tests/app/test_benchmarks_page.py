"""The Benchmarks page: the numbers are the file's, and nothing to show says what to type."""

import pytest

from learn.evaluation.better import CLEAR, chance_words
from learn.reproduce import results
from learn.reproduce.paper import paper_values, same_order
from learn.reproduce.report import publish
from learn.reproduce.results import one_metric
from learn.reproduce.summary import summarise
from tests.app.conftest import texts
from tests.reproduce.test_summary import fake_run, summary, table  # noqa: F401  (fixtures)


def test_without_a_benchmark_it_says_which_command_to_run(workspace, open_page):
    page = open_page("benchmarks")
    assert page.code[0].value == "learn benchmark table4" and not page.dataframe


def test_shows_the_table_of_the_chosen_metric(workspace, open_page, summary):  # noqa: F811
    publish(summary, workspace.root.parent / "benchmarks" / "table4.json")
    page = open_page("benchmarks", measure="ndcg", length="50")
    shown = page.dataframe[0].value.set_index("Run")
    wanted = one_metric(summary, "ndcg", 50, "all").set_index("label")["mean"]
    assert shown.loc["Ours", "ndcg@50"] == pytest.approx(wanted["Ours"], abs=1e-6)
    assert shown.loc["Base", "Difference to the reference row"] == "the reference"
    assert page.selectbox(key="on_choice").value == "shop" and not page.error
    row = one_metric(summary, "ndcg", 50, "all").set_index("label").loc["Ours"]
    sure = chance_words(row["difference_low"], row["difference_high"])
    side = "better" if row["difference"] > 0 else "worse"
    assert shown.loc["Ours", "Verdict"] == (f"clearly {side}" if sure == CLEAR else sure)
    assert ":material/database: Shop, 4 users]" in texts(page), "beside the title"
    assert "shop: 4 users are measured; " in texts(page).replace("\\", "")
    assert "**Dataset**: shop" in texts(page) and "k = 50" in texts(page)


def test_shows_a_slice_of_the_targets(workspace, open_page, summary):  # noqa: F811
    publish(summary, workspace.root.parent / "benchmarks" / "table6.json")
    page = open_page("benchmarks", length="50", targets="item:cold-start")
    shown = page.dataframe[0].value.set_index("Run")
    assert shown.loc["Ours", "recall@50"] == pytest.approx(0.5) and not page.error


def test_a_peer_that_could_not_run_says_why(workspace, open_page, table):  # noqa: F811
    rows = summarise(table, {"base": [fake_run([1, 0, 0, 0])]}, {"ours": "there is no environment"})
    publish(rows, workspace.root.parent / "benchmarks" / "table3.json")
    page = open_page("benchmarks")
    assert page.dataframe[0].value["Run"].tolist() == ["Base"]
    assert "**Ours**: did not run here: there is no environment" in texts(page)


def test_the_papers_rows_stand_beside_ours_and_every_row_is_explained(workspace, open_page, table):  # noqa: F811
    names = {"base": "without-align", "ours": "c"}
    rows = summarise(table, {name: [fake_run([1, 0, 0, 0])] for name in names})
    rows = rows.assign(run=rows["run"].map(names), kind="text")
    publish(rows, workspace.root.parent / "benchmarks" / "table4.json")
    page = open_page("benchmarks")  # opens where the paper has numbers
    assert page.selectbox(key="length_choice").value == "10"
    shown = texts(page).replace("\\", "")
    assert "Recall@10 beside the paper's: compare the order" in shown
    assert "of Amazon Scientific" in page.subheader[0].help
    assert "*Recall@10*: share of a user's later items that the list holds" in shown
    assert same_order(one_metric(rows, "recall", 10, "all"), paper_values("table4", "recall", 10)) in shown
    assert "*Base*: the language model alone" in shown and "*Ours*: items as their text describes them" in shown
    assert "beside the paper's" not in texts(open_page("benchmarks", measure="recall", length="50"))


@pytest.mark.parametrize("name", ["table4", "table6"])
def test_what_is_lighter_is_said_once_beside_the_first_picture_that_has_it(workspace, open_page, table, name):  # noqa: F811
    names = {"base": "without-align", "ours": "c"}
    rows = summarise(table, {name: [fake_run([1, 0, 0, 0])] for name in names})
    rows = rows.assign(run=rows["run"].map(names), kind="text")
    publish(rows.assign(why=results.EARLIER), workspace.root.parent / "benchmarks" / f"{name}.json")
    page = open_page("benchmarks")
    assert texts(page).replace("\\", "").count("* Lighter: measured in an earlier run") == 1
    kinds = ["plotly_chart" if one.type == "plotly_chart" else str(getattr(one, "value", "")) for one in page.main]
    after = kinds[kinds.index("plotly_chart") + 1 :]
    assert "Lighter" in after[0] and not page.error


def test_refitted_rows_are_folded_away_until_they_are_asked_for(workspace, open_page, table):  # noqa: F811
    names = {"base": "ease", "ours": "ease-refit"}
    rows = summarise(table, {name: [fake_run([1, 0, 0, 0])] for name in names})
    publish(rows.assign(run=rows["run"].map(names)), workspace.root.parent / "benchmarks" / "table3.json")
    page = open_page("benchmarks")
    assert page.dataframe[0].value["Run"].tolist() == ["Base"]
    assert "Add 1 row that learned from the validation part, too" in page.toggle[0].label
    page = open_page("benchmarks", refitted="true")
    assert sorted(page.dataframe[0].value["Run"]) == ["Base", "Ours"] and not page.error


def test_counts_text_and_both_are_shown_for_each_dataset_and_never_bought_items(workspace, open_page, table):  # noqa: F811
    names = {"base": "b", "ours": "text-counts"}
    rows = summarise(table, {name: [fake_run([1, 0, 0, 0])] for name in names})
    rows = rows.assign(run=rows["run"].map(names), kind="text+counts")
    for dataset in ("completejourney", "completejourney-sold"):
        publish(rows.assign(dataset=dataset), workspace.root.parent / "benchmarks" / "completejourney.json")
    page = open_page("benchmarks", on="completejourney-sold", targets="item:cold-start")
    assert page.selectbox(key="on_choice").options == [
        f"{one}: {results.DATASETS[one]}" for one in ("completejourney", "completejourney-sold")
    ]
    assert "Where people buy again" in page.selectbox(key="table_choice").options[0]
    assert "Never-bought items" in page.selectbox(key="targets_choice").options
    assert sorted(page.dataframe[0].value["Run"]) == ["Base", "Ours"] and not page.error


def test_an_unknown_benchmark_in_the_link_is_named(workspace, open_page, summary):  # noqa: F811
    publish(summary, workspace.root.parent / "benchmarks" / "table4.json")
    assert "nothing" in texts(open_page("benchmarks", table="nothing"))


def test_a_damaged_file_says_what_to_do(workspace, open_page):
    folder = workspace.root.parent / "benchmarks"
    folder.mkdir()
    (folder / "table4.json").write_text("[", encoding="utf-8")
    page = open_page("benchmarks")
    assert "is damaged" in page.error[0].value and "learn benchmark" in page.error[0].value
