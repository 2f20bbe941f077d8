"""The Ranking page: the numbers are the report's, and nothing to show says what to type."""

import pytest

from learn.explore import ranking
from learn.ranking.report import Report, write_report
from learn.ranking.schema import REVENUE, UAUC
from tests.app.conftest import texts
from tests.ranking.test_results import rows, world  # noqa: F401  (fixtures)

ABOUT = {
    "run": "learn-b",
    "label": "(b) <script>alert(1)</script>",
    "dataset": "synthetic",
    "cut": "2024-04-05T00:00:00",
    "parts": {name: {"impressions": 9, "converted": 0.2, "users": 3, "visits": 4} for name in ("train", "test")},
    "left_out": {"unknown user": 3, "repeated": 0},
    "slices": [
        {"slice": "all", "rule": "every impression", "share_of_impressions": 1.0},
        {"slice": "item:cold-start", "rule": "0 training interactions", "share_of_impressions": 0.3},
        {"slice": "user:others", "rule": "6 history events or more", "share_of_impressions": 0.6},
    ],
    "calibration": {
        f"lightgbm, {name}": {"predicted": [0.1, 0.5], "observed": [0.2, 0.4], "impressions": [5, 5]}
        for name in ("none", "fused")
    },
    "features": {"ordinary": ["price", "place"], "fused": ["match 1"]},
    "top_n": 4,
}


@pytest.fixture
def report(workspace, rows):  # noqa: F811
    write_report(workspace.ranking("synthetic"), Report(rows, ABOUT))
    return rows


def test_without_a_report_it_says_which_command_to_run(workspace, open_page):
    page = open_page("ranking")
    assert page.code[0].value == "learn rank completejourney" and not page.dataframe


def test_shows_the_gains_of_the_report(report, open_page):
    page = open_page("ranking")
    table = page.dataframe[0].value
    wanted = ranking.gains(report, UAUC)
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
