"""The Ranking page: the numbers are the report's, and nothing to show says what to type."""

import numpy as np
import pytest

from learn.evaluation.better import signed
from learn.explore.metrics import ranking, ranking_words
from learn.ranking.report import NAMES, read_report
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
    digits = ranking.digits_that_add_up(wanted)
    assert table["UAUC"].tolist() == [f"{value:.{digits}f}" for value in wanted["mean"]]
    assert signed(wanted["gain"].iloc[1], digits) in table["Gain over no LEARN"].iloc[1]
    shown = table["UAUC"].astype(float).to_numpy()
    gains = [float(cell.split()[0].replace("\N{MINUS SIGN}", "-")) for cell in table["Gain over no LEARN"].iloc[1:3]]
    assert np.allclose(shown[0] + gains, shown[1:3], atol=10.0 ** -(digits + 1))
    assert "**Run**: " in texts(page) and "**Interval**: " in texts(page)
    assert all(sentence[:40] in texts(page).replace("\\", "") for sentence in ranking.verdict(report, UAUC))
    said = texts(page).replace("\\", "")
    assert f"**{ranking_words.ranking_gain(wanted, NAMES, unit='UAUC')}**" in said
    beyond = ranking_words.beyond_the_gain(wanted, NAMES, unit="UAUC")
    assert f"\n{beyond}\n" in said and f"**{beyond}" not in said
    assert "3 unknown user" in texts(page) and not page.error


def test_the_picture_and_what_it_says_stand_before_how_it_is_read(report, open_page):
    page = open_page("ranking")
    order = [str(getattr(one, "value", "")) for one in page.main if one.type in ("markdown", "caption")]
    says = next(place for place, words in enumerate(order) if ":material/arrow_forward:" in words)
    reads = next(place for place, words in enumerate(order) if words.startswith("- Right of the line"))
    assert says < reads and "n the paper ([Jia et al., AAAI 2025]" in order[reads]
    explained = "UAUC: for each user, how often what was bought is ranked above what was left"
    told = [place for place, words in enumerate(order) if explained in words.replace("\\", "")]
    assert len(told) == 1 and told[0] < says
    assert "*Impression*: an item that somebody was shown" in page.subheader[0].help
    charts = [one.type for one in page.main].index("plotly_chart")
    assert charts < [str(getattr(one, "value", "")) for one in page.main].index(order[reads])


def test_the_link_chooses_the_measure(report, open_page):
    page = open_page("ranking", judged=REVENUE)
    assert "not an A/B test" in texts(page) and "revenue per user" in page.dataframe[0].value.columns
    assert open_page("ranking", judged="luck").selectbox(key="judged_choice").value == UAUC


def test_a_damaged_report_says_what_to_do(report, workspace, open_page):
    (workspace.ranking("synthetic") / "ranking.json").write_text("[", encoding="utf-8")
    page = open_page("ranking")
    assert "is damaged" in page.error[0].value and "learn rank" in page.error[0].value
