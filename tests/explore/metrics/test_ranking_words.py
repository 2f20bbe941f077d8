"""The Ranking page's figures name what they draw above it, in words; every measure and set of features has some."""

import pandas as pd

from learn.explore.figures.ranking import gains_figure, slices_figure
from learn.explore.metrics import ranking, ranking_words
from learn.ranking.schema import COSINE, FEATURE_SETS, FUSED, METRICS, NONE, RAW, UAUC
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


NAMES = {"x": "X", "y": "Y"}


def gains(*rows, features=FUSED):
    table = pd.DataFrame(rows, columns=["ranker", "mean", "gain", "gain_low", "gain_high"])
    return table.assign(features=features)


def test_gains_of_rankers_are_told_with_their_size():
    table = gains(("x", 1.2, 0.2, 0.1, 0.3), ("y", 2.3, 0.3, 0.2, 0.4))
    assert ranking_words.ranking_gain(table, NAMES) == (
        "With LEARN's vectors, fused, both rankers became clearly better: X (+0.2000, +20.0%) and Y (+0.3000, +15.0%)."
    )
    assert ranking_words.ranking_gain(table, NAMES, less_is_better=True) == (
        "With LEARN's vectors, fused, X (+0.2000, +20.0%) and Y (+0.3000, +15.0%) became clearly worse."
    )
    table["gain_low"] = [-0.1, 0.2]
    said = "With LEARN's vectors, fused, Y (+0.3000, +15.0%) became clearly better."
    assert ranking_words.ranking_gain(table, NAMES) == said
    table["gain_low"] = -0.1
    assert "no ranker became clearly better: X" in ranking_words.ranking_gain(table, NAMES)
    assert ranking_words.other_features(table, NAMES) == "" == ranking_words.ranking_gain(table.head(0), NAMES)
    little = table.assign(gain_low=[0.0001, 0.0001], gain=[0.001, 0.002])
    assert "both rankers became clearly better, by little: X" in ranking_words.ranking_gain(little, NAMES)


def test_what_one_cosine_gives_and_raw_vectors_do_not_is_told():
    fused = gains(("x", 1.2, 0.2, 0.1, 0.3), ("y", 2.3, 0.4, 0.2, 0.5))
    cosine = gains(("x", 1.18, 0.18, 0.1, 0.3), ("y", 2.2, 0.4, 0.1, 0.3), features=COSINE)
    raw = gains(("x", 1.1, 0.1, -0.1, 0.3), ("y", 2.2, 0.2, 0.1, 0.3), features=RAW)
    assert ranking_words.other_features(pd.concat([fused, cosine, raw]), NAMES) == (
        "Of that gain their cosine alone, one number, gives 90% for X and 100% for Y. Raw vectors are no clear gain "
        "for X."
    )
    assert ranking_words.other_features(pd.concat([fused, raw.tail(1)]), NAMES) == ""


def parts(*rows):
    return pd.DataFrame(rows, columns=["slice", "ranker", "gain", "gain_low", "gain_high", "users"])


def test_who_gains_is_told_for_every_ranker():
    table = parts(
        ("all", "x", 0.1, 0.05, 0.2, 99),
        ("user:long-tail", "x", 0.3, 0.1, 0.5, 50),
        ("user:long-tail", "y", 0.3, 0.1, 0.5, 50),
        ("user:others", "x", 0.3, -0.1, 0.5, 50),
        ("user:others", "y", 0.3, 0.1, 0.5, 50),
        ("item:cold-start", "x", 0.4, -0.1, 0.9, 40),
        ("item:cold-start", "y", 0.4, -0.1, 0.9, 40),
        ("user:cold-start", "y", 0.9, 0.8, 1.0, 29),
    )
    assert ranking_words.ranking_slices(table, NAMES) == (
        "Both rankers clearly gain for long-tail users; only Y for other users; no clear gain for cold-start items "
        "(3 of 6 gains are clear, by chance alone 0.3)."
    )
    worse = ranking_words.ranking_slices(table, NAMES, less_is_better=True)
    assert worse.startswith("No clear gain for cold-start items; X and Y became clearly worse for long-tail users; Y ")
    none = table[table["slice"] == "item:cold-start"]
    assert ranking_words.ranking_slices(none, NAMES) == "In no part of users or items is the gain clear."
    assert ranking_words.ranking_slices(table.head(1), NAMES) == ""


def curve(ranker, features, *points):
    table = pd.DataFrame(points, columns=["predicted", "observed", "impressions"])
    return table.assign(ranker=ranker, features=features)


def test_whether_learn_brings_probabilities_nearer_is_told():
    before = curve("x", NONE, (0.1, 0.2, 1), (0.5, 0.6, 3))
    same, near = curve("x", FUSED, (0.1, 0.2, 2)), curve("x", FUSED, (0.16, 0.2, 2))
    assert ranking_words.calibration(pd.concat([before, same]), NAMES) == (
        "LEARN hardly changes the probabilities: X's are too low, on average by 0.100 without LEARN and 0.100 with it."
    )
    said = ranking_words.calibration(pd.concat([before, near]), NAMES)
    assert said.startswith("With LEARN probabilities are nearer to what happened for X: ")
    both = curve("y", NONE, (0.5, 0.4, 1)), curve("y", FUSED, (0.6, 0.4, 1), (0.2, 0.4, 1))
    said = ranking_words.calibration(pd.concat([before, near, *both]), NAMES)
    assert "nearer to what happened for X and further from what happened for Y: " in said
    assert "Y's are off on both sides, on average by 0.100 without LEARN and 0.200 with it" in said
    assert ranking_words.calibration(before, NAMES) == ""
