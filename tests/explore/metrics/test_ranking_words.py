"""The Ranking page's figures name what they draw above it, in words; every measure and set of features has some."""

import re

import pandas as pd
import pytest

from learn.evaluation.better import interval_words, signed
from learn.explore.colours import REST_COLOUR
from learn.explore.figures.ranking import beyond_the_axis, calibration_figure, gains_figure, slices_figure
from learn.explore.metrics import calibration_words, ranking, ranking_words
from learn.ranking.schema import COSINE, FEATURE_SETS, FUSED, METRICS, NONE, RAW, UAUC
from tests.app.ranking_fixtures import make_report


def test_every_measure_and_every_set_of_features_is_explained():
    assert set(ranking.IN_SHORT) == set(METRICS)
    assert set(ranking.FEATURE_WORDS) == set(FEATURE_SETS) - {NONE} and set(ranking.PLAIN_NAMES) == set(FEATURE_SETS)


def test_features_and_slices_stand_beside_their_dots_with_the_figures_at_the_end():
    report = make_report()
    table = ranking.gains(report.rows, UAUC)
    figure = gains_figure(table, "UAUC")
    heads = [one.text for one in figure.layout.annotations if one.text.startswith("<b>")]
    told = [re.sub("<[^>]*>", " ", words.partition("<br>")[2]) for words in heads]
    means = table[table["features"] != NONE].groupby("features")["gain"].mean().sort_values(ascending=False)
    wanted = [ranking.FEATURE_WORDS[name] for name in means.index]
    assert sorted(means.round(9), reverse=True) == list(means.round(9))
    assert [" ".join(words.split()) for words in told] == wanted, "what helps most on top"
    assert [words.partition("</b>")[0][3:] for words in heads] == [ranking.PLAIN_NAMES[name] for name in means.index]
    last = table.iloc[-1]
    ends = f"{signed(last['gain'])} {interval_words(last['gain_low'], last['gain_high'])}"
    assert ends in [one.text for one in figure.layout.annotations]
    assert [(line.x0, line.x1, line.y0, line.y1) for line in figure.layout.shapes if line.type == "line"] == [
        (0, 0, 0, 1)
    ], "one line from the top to the bottom"
    table = ranking.gains_by_slice(report.rows, report.about, UAUC).assign(users=50)
    figure = slices_figure(table, "UAUC")
    heads = [one.text for one in figure.layout.annotations if one.text.startswith("<b>")]
    assert heads[0].startswith("<b>everybody, every item</b><br>") and "900 of them; 50 users" in heads[0]
    assert len(heads) == table["slice"].nunique()
    assert not slices_figure(table.assign(users=29), "UAUC").data[0].x.size


def test_an_interval_far_wider_than_the_others_leaves_the_axis_and_an_unclear_gain_is_hollow():
    ends = [(0.1, 0.3), (0.1, 0.2), (-0.1, 0.4), (-9.0, 9.0)]
    table = pd.DataFrame(
        [
            {
                "slice": str(n),
                "ranker": "dnn",
                "rule": "r",
                "users": 50,
                "gain": 0.15,
                "gain_low": low,
                "gain_high": high,
            }
            for n, (low, high) in enumerate(ends)
        ]
    )
    figure = slices_figure(table, "UAUC")
    assert beyond_the_axis(table) and not beyond_the_axis(table.head(3)) and not beyond_the_axis(table.head(0))
    start, end = figure.layout.xaxis.range
    assert -0.2 < start < -0.1 and 0.4 < end < 0.5
    assert [shape.xanchor for shape in figure.layout.shapes if shape.type == "path"] == [start, end]
    dots = figure.data[2]
    assert dots.error_x.array[3] == pytest.approx(end - 0.15)
    assert [symbol.endswith("-open") for symbol in dots.marker.symbol] == [False, False, True, True]


NAMES = {"x": "X", "y": "Y"}


def gains(*rows, features=FUSED):
    table = pd.DataFrame(rows, columns=["ranker", "mean", "gain", "gain_low", "gain_high"])
    return table.assign(features=features)


def test_gains_of_rankers_are_told_with_their_size():
    table = gains(("x", 1.2, 0.2, 0.1, 0.3), ("y", 2.3, 0.3, 0.2, 0.4))
    assert ranking_words.ranking_gain(table, NAMES) == (
        "LEARN's vectors, adapted to purchases, make both rankers clearly better: +0.200 for X (1.000 → 1.200) "
        "and +0.300 for Y "
        "(2.000 → 2.300)."
    )
    assert ranking_words.ranking_gain(table, NAMES, less_is_better=True) == (
        "LEARN's vectors, adapted to purchases, make both rankers clearly worse: +0.200 for X (1.000 → 1.200) "
        "and +0.300 for Y (2.000 "
        "→ 2.300)."
    )
    table["gain_low"] = [-0.1, 0.2]
    assert (
        ranking_words.ranking_gain(table, NAMES)
        == "LEARN's vectors, adapted to purchases, make Y clearly better: +0.300 for Y (2.000 → 2.300)."
    )
    table["gain_low"] = -0.1
    assert "make no ranker clearly better: +0.200 for X (" in ranking_words.ranking_gain(table, NAMES)
    assert ranking_words.other_features(table, NAMES) == "" == ranking_words.ranking_gain(table.head(0), NAMES)
    little = table.assign(gain_low=0.0001, gain=[0.0028, 0.0032], mean=[0.892, 0.8911])
    assert ranking_words.ranking_gain(little, NAMES, unit="UAUC") == (
        "LEARN's vectors, adapted to purchases, make both rankers slightly but clearly better: UAUC +0.003 for "
        "X (0.889 → 0.892) and "
        "Y (0.888 → 0.891)."
    )
    assert ranking_words.beyond_the_gain(little, NAMES, unit="UAUC") == (
        "Of 1,000 pairs of an item that a user bought and one left, about 3 more come in the right order."
    )
    mixed = table.assign(gain=[0.2, -0.3], gain_low=[0.1, -0.4], gain_high=[0.3, -0.2])
    assert ranking_words.ranking_gain(mixed, NAMES) == (
        "LEARN's vectors, adapted to purchases, make X clearly better: +0.200 for X (1.000 → 1.200); and Y "
        "clearly worse: "
        "\N{MINUS SIGN}0.300 for Y (2.600 → 2.300)."
    )


def test_how_much_one_number_brings_is_told_where_it_brings_something_to_all_that_gain():
    fused = gains(("x", 1.2, 0.2, 0.1, 0.3), ("y", 2.4, 0.4, 0.2, 0.5))
    cosine = gains(("x", 1.18, 0.18, 0.1, 0.3), ("y", 2.4, 0.4, 0.1, 0.3), features=COSINE)
    said = ranking_words.ranking_gain(pd.concat([fused, cosine]), NAMES)
    assert said == (
        "LEARN's vectors, adapted to purchases, make both rankers clearly better: +0.200 for X (1.000 → 1.200) "
        "and +0.400 for Y "
        "(2.000 → 2.400)."
    )
    beyond = ranking_words.beyond_the_gain(pd.concat([fused, cosine]), NAMES)
    assert beyond == "One similarity score brings nearly all of it."
    some = cosine.assign(gain=[0.11, 0.39])
    assert ranking_words.beyond_the_gain(pd.concat([fused, some]), NAMES).endswith("brings most of it.")
    none = cosine.assign(gain_low=[-0.1, 0.1])
    assert ranking_words.beyond_the_gain(pd.concat([fused, none]), NAMES) == ""


def test_the_form_that_helps_most_rankers_is_told_first_and_the_papers_after_it():
    fused = gains(("x", 1.2, 0.2, 0.1, 0.3), ("y", 2.4, 0.4, -0.2, 0.5))
    cosine = gains(("x", 1.18, 0.18, 0.1, 0.3), ("y", 2.4, 0.4, 0.1, 0.3), features=COSINE)
    said = ranking_words.ranking_gain(pd.concat([fused, cosine]), NAMES)
    assert said.startswith("LEARN's vectors, as one similarity score, make both rankers")
    beyond = ranking_words.beyond_the_gain(pd.concat([fused, cosine]), NAMES)
    assert beyond == "Adapted to purchases, as in the paper, LEARN's vectors clearly help only X."
    harmed = fused.assign(gain_low=[-0.3, -0.4], gain_high=[0.1, -0.1])
    harmed["gain"] = [-0.1, -0.2]
    beyond = ranking_words.beyond_the_gain(pd.concat([harmed, cosine]), NAMES)
    assert beyond.endswith("LEARN's vectors clearly help neither ranker and harm Y.")
    nothing = pd.concat([fused, cosine]).assign(gain_low=-1.0)
    assert ranking_words.ranking_gain(nothing, NAMES).startswith(
        "LEARN's vectors, adapted to purchases, make no ranker clearly"
    )


def test_whether_the_papers_answer_is_ours():
    table = gains(("x", 1.2, 0.2, 0.1, 0.3), ("y", 2.3, 0.3, 0.2, 0.4))
    assert ranking_words.the_paper(table, False, "P") == (
        "As in the paper (P, Tables 8 and 9; industrial data), every ranker gains with adapted vectors."
    )
    assert ranking_words.the_paper(table, True, "P").endswith(
        "rankers gain with adapted vectors; here no ranker does so clearly."
    )
    table["gain_low"] = [-0.1, 0.2]
    assert ranking_words.the_paper(table, False, "P").endswith("; here 1 of 2 rankers does so clearly.")


def test_what_one_cosine_gives_and_raw_vectors_do_not_is_told():
    fused = gains(("x", 1.2, 0.2, 0.1, 0.3), ("y", 2.3, 0.4, 0.2, 0.5))
    cosine = gains(("x", 1.18, 0.18, 0.1, 0.3), ("y", 2.2, 0.4, 0.1, 0.3), features=COSINE)
    raw = gains(("x", 1.1, 0.1, -0.1, 0.3), ("y", 2.2, 0.2, 0.1, 0.3), features=RAW)
    assert ranking_words.other_features(pd.concat([fused, cosine, raw]), NAMES) == (
        "Of the gain of the adapted vectors one similarity score gives 90% for X and 100% for Y. Raw vectors clearly "
        "help Y, not X."
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
        "With adapted vectors both rankers clearly gain for users with a short history; only Y clearly gains for "
        "users with a long history; no clear gain for never-bought items."
    )
    table["gain_low"] = [0.05, 0.02, 0.1, -0.1, 0.02, -0.1, -0.1, 0.8]
    assert ranking_words.ranking_slices(table, NAMES).startswith(
        "With adapted vectors both rankers clearly gain for users with a short history (just clear for X); only Y "
        "clearly gains for users with a long history (just clear); no clear gain"
    )
    table["gain_low"] = [0.05, 0.1, 0.1, -0.1, 0.1, -0.1, -0.1, 0.8]
    worse = ranking_words.ranking_slices(table, NAMES, less_is_better=True)
    assert worse.startswith(
        "With adapted vectors no clear gain for never-bought items; X and Y became clearly worse for users with "
        "a short "
    )
    none = table[table["slice"] == "item:cold-start"]
    assert (
        ranking_words.ranking_slices(none, NAMES)
        == "With adapted vectors in no part of users or items is the gain clear."
    )
    assert ranking_words.ranking_slices(table.head(1), NAMES) == ""


def test_what_is_nearly_all_below_0_is_possibly_a_loss():
    table = parts(
        ("user:others", "x", 0.3, 0.01, 0.5, 50),
        ("item:long-tail", "x", 0.3, 0.1, 0.5, 50),
        ("item:others", "x", 0.3, 0.1, 0.5, 50),
        ("item:cold-start", "x", -0.0187, -0.0383, 0.0006, 40),
    )
    assert ranking_words.ranking_slices(table, NAMES) == (
        "With adapted vectors X clearly gains for users with a long history (just clear), seldom-bought and "
        "often-bought items; possibly a loss for never-bought items (X)."
    )
    assert ranking_words.by_chance(table) == "", "four comparisons"
    assert ranking_words.by_chance(pd.concat([table, table])) == "8 comparisons: one may be clear by chance."
    worse = table.tail(1).assign(gain=0.0187, gain_low=-0.0006, gain_high=0.0383)
    assert ranking_words.ranking_slices(worse, NAMES, True).endswith("possibly a loss for never-bought items (X).")
    assert ranking_words.ranking_slices(worse, NAMES).endswith("in no part of users or items is the gain clear.")


def test_a_dot_near_the_axis_widens_it_and_one_far_off_keeps_its_line():
    rows = [
        ("a", 0.004, 0.003, 0.005),
        ("b", 0.003, 0.002, 0.004),
        ("c", -0.004, -0.03, 0.02),
        ("e", 0.002, 0.001, 0.003),
        ("d", -9.0, -19.0, 1.0),
    ]
    table = pd.DataFrame(rows, columns=["slice", "gain", "gain_low", "gain_high"])
    figure = slices_figure(table.assign(ranker="dnn", rule="r", users=50), "UAUC")
    start, end = figure.layout.xaxis.range
    assert start < -0.004 and end < 0.02
    dots = figure.data[2]
    assert dots.x[2] == -0.004 and pd.isna(dots.x[4])
    lines = [shape for shape in figure.layout.shapes if shape.type == "line" and shape.y0 == shape.y1]
    assert [(line.x0, line.x1) for line in lines] == [(start, end)]


def test_that_every_group_gains_more_than_all_together_is_explained_where_it_is_so():
    table = parts(
        ("all", "x", 0.1, 0, 1, 99),
        ("item:long-tail", "x", 0.3, 0.1, 1, 50),
        ("item:others", "x", 0.2, 0.1, 1, 50),
        ("item:cold-start", "x", 0.0, 0, 1, 29),
        ("user:others", "x", 0.3, 0, 1, 50),
    )
    assert ranking_words.within_groups(table, UAUC).startswith("Groups of items can gain more than all items together")
    assert ranking_words.within_groups(table, "log_loss") == ""
    assert ranking_words.within_groups(table.assign(gain=[0.25, 0.3, 0.2, 0, 0.3]), UAUC) == ""


def test_the_bands_of_probabilities_hold_what_was_observed():
    curves = ranking.calibration_curves(make_report().about)
    assert ((curves["low"] < curves["observed"]) & (curves["observed"] < curves["high"])).all()
    bands = [one for one in calibration_figure(curves).data if one.fill == "toself"]
    drawn = [one for one in calibration_figure(curves).data if one.fill != "toself"]
    assert {one.marker.symbol for one in drawn if one.line.color == REST_COLOUR} == {"circle-open"}, "as in the legend"
    axis = calibration_figure(curves).layout.xaxis
    assert len(axis.ticktext) == len(axis.tickvals) == len(drawn[0].x), "every group has its figure"
    assert len(bands) == 4 and max(bands[0].y) == pytest.approx((curves["high"] - curves["predicted"])[:2].max())


def curve(ranker, features, *points):
    table = pd.DataFrame(points, columns=["predicted", "observed", "impressions"])
    return table.assign(ranker=ranker, features=features)


def test_whether_learn_brings_probabilities_nearer_is_told():
    before = curve("x", NONE, (0.1, 0.2, 1), (0.5, 0.6, 3))
    same, near = curve("x", FUSED, (0.1, 0.2, 2)), curve("x", FUSED, (0.16, 0.2, 2))
    assert calibration_words.calibration(pd.concat([before, same]), NAMES) == (
        "On average LEARN hardly changes how far off the probabilities are (mean gap between predicted "
        "and observed: X 0.100 → 0.100)."
    )
    assert calibration_words.furthest_off(pd.concat([before, same]), NAMES) == (
        "With LEARN, probabilities of X are too low, most (10 points) where 10% are predicted."
    )
    said = calibration_words.calibration(pd.concat([before, near]), NAMES)
    assert said == (
        "With LEARN probabilities are on average nearer to what happened for X (mean gap between predicted and "
        "observed: X 0.100 → 0.040)."
    )
    both = curve("y", NONE, (0.5, 0.4, 1)), curve("y", FUSED, (0.6, 0.4, 1), (0.2, 0.4, 1))
    said = calibration_words.calibration(pd.concat([before, near, *both]), NAMES)
    assert (
        "nearer to what happened for X and further from what happened for Y (mean gap "
        "between predicted and observed: X 0.100 → 0.040, Y 0.100 → 0.200)." in said
    )
    off = calibration_words.furthest_off(pd.concat([before, near, *both]), NAMES)
    assert "; those of Y are too low up to 20% and too high above, most (20 points) where " in off
    assert calibration_words.calibration(before, NAMES) == "" == calibration_words.furthest_off(before, NAMES)
