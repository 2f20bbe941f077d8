"""The Ranking page's figures name what they draw above it, in words; every measure and set of features has some."""

from learn.explore.figures.ranking import gains_figure, slices_figure
from learn.explore.metrics import ranking
from learn.ranking.schema import FEATURE_SETS, METRICS, NONE, UAUC
from tests.app.ranking_fixtures import make_report


def test_every_measure_and_every_set_of_features_is_explained():
    assert set(ranking.IN_SHORT) == set(METRICS)
    assert set(ranking.FEATURE_WORDS) == set(FEATURE_SETS) - {NONE}


def test_features_and_slices_stand_above_their_dots():
    report = make_report()
    figure = gains_figure(ranking.gains(report.rows, UAUC), "UAUC")
    texts = [one.text for one in figure.layout.annotations]
    assert [words.partition(": ")[2] for words in texts] == list(ranking.FEATURE_WORDS.values())
    lines = [(shape.x0, shape.x1) for shape in figure.layout.shapes]
    assert lines == [(0, 0)] * len(texts)  # where there is no gain
    table = ranking.gains_by_slice(report.rows, report.about, UAUC).assign(users=50)
    texts = [one.text for one in slices_figure(table, "UAUC").layout.annotations]
    assert texts[0].startswith("<b>everybody, every item</b>: 50 users, ") and len(texts) == table["slice"].nunique()
    assert not slices_figure(table.assign(users=29), "UAUC").layout.annotations
