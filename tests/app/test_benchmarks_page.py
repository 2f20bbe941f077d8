"""The Benchmarks page: the numbers are the file's, and nothing to show says what to type."""

import pytest

from learn.benchmark.report import publish
from tests.app.conftest import texts
from tests.benchmark.test_summary import summary, table  # noqa: F401  (fixtures)


def test_without_a_benchmark_it_says_which_command_to_run(workspace, open_page):
    page = open_page("benchmarks")
    assert page.code[0].value == "learn benchmark table4" and not page.dataframe


def test_shows_the_table_of_the_chosen_metric(workspace, open_page, summary):  # noqa: F811
    publish(summary, workspace.root.parent / "benchmarks" / "table4.json")
    page = open_page("benchmarks", measure="ndcg", length="50")
    shown = page.dataframe[0].value.set_index("Run")
    wanted = summary[(summary["metric"] == "ndcg") & (summary["k"] == 50)].set_index("label")["mean"]
    assert shown.loc["Ours", "ndcg@50"] == pytest.approx(wanted["Ours"], abs=1e-6)
    assert shown.loc["Base", "Difference to the reference row"] == "the reference"
    assert page.selectbox(key="on").value == "shop" and not page.error


def test_an_unknown_benchmark_in_the_link_is_named(workspace, open_page, summary):  # noqa: F811
    publish(summary, workspace.root.parent / "benchmarks" / "table4.json")
    assert "nothing" in texts(open_page("benchmarks", table="nothing"))


def test_a_damaged_file_says_what_to_do(workspace, open_page):
    folder = workspace.root.parent / "benchmarks"
    folder.mkdir()
    (folder / "table4.json").write_text("[", encoding="utf-8")
    page = open_page("benchmarks")
    assert "is damaged" in page.error[0].value and "learn benchmark" in page.error[0].value
