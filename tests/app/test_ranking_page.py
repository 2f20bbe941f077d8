"""The Ranking page: the numbers are the report's, and nothing to show says what to type."""

import pytest

from learn.explore.metrics import ranking
from learn.ranking.report import read_report
from learn.ranking.schema import FEATURE_SETS, REVENUE, UAUC
from tests.app.conftest import texts
from tests.app.ranking_fixtures import with_ranking


@pytest.fixture
def report(workspace):
    """The rows as a reader of the file has them."""
    with_ranking(workspace)
    return read_report(workspace.ranking("synthetic")).rows


def test_without_a_report_it_says_which_command_to_run(workspace, open_page):
    page = open_page("ranking")
    assert page.code[0].value == "learn rank completejourney" and not page.dataframe


def test_shows_the_gains_of_the_report(report, open_page):
    page = open_page("ranking")
    table = page.dataframe[0].value
    wanted = ranking.gains(report, UAUC)
    assert wanted["features"].tolist() == [*FEATURE_SETS, *FEATURE_SETS]
    assert table["UAUC"].tolist() == [f"{value:.4f}" for value in wanted["mean"]]
    assert f"{wanted['gain'].iloc[1]:+.4f}" in table["Gain over no LEARN"].iloc[1]
    assert all(sentence[:40] in texts(page).replace("\\", "") for sentence in ranking.verdict(report, UAUC))
    assert "3 unknown user" in texts(page) and not page.error


def test_the_link_chooses_the_measure(report, open_page):
    page = open_page("ranking", judged=REVENUE)
    assert "not an A/B test" in texts(page) and "revenue per user" in page.dataframe[0].value.columns
    assert open_page("ranking", judged="luck").selectbox(key="judged_choice").value == UAUC


def test_a_damaged_report_says_what_to_do(report, workspace, open_page):
    (workspace.ranking("synthetic") / "ranking.json").write_text("[", encoding="utf-8")
    page = open_page("ranking")
    assert "is damaged" in page.error[0].value and "learn rank" in page.error[0].value
