"""What Why says in words."""

from dataclasses import replace

import numpy as np
import pytest

from learn.explore.figures import attribution as attribution_figures
from learn.explore.lists import attribution, why_words
from learn.explore.lists.attribution import Attribution
from learn.explore.lists.numbers import adding_up, with_sign
from learn.explore.lists.purchases import Groups, Level
from learn.explore.lists.score_terms import POPULARITY_BIAS, SIMILARITY, RankBreakdown
from learn.explore.lists.why_words import buying_again
from learn.retrieval.repeats import Repeat


@pytest.mark.parametrize(
    ("repeat", "said"),
    [
        (Repeat(1.289), "Whatever the person had before gets +1.29 to its score."),
        (Repeat(-2.0, 1.5), "gets −2.00 +1.50 x log(how often) to its score, where every event counts."),
        (
            Repeat(3.0, 1.5, 120.0),
            "+1.50 x log(how often) to its score, where an event counts half after 120 days.",
        ),
    ],
)
def test_both_coefficients_of_buying_again_are_said(repeat, said):
    assert said in buying_again(repeat)


def rank_breakdown(rank, similarity, popularity):
    scores = np.array([0.0, 10.0])
    averages = {SIMILARITY: 5.0, POPULARITY_BIAS: 0.0}
    terms = {SIMILARITY: similarity, POPULARITY_BIAS: popularity}
    return RankBreakdown(rank, 100, similarity + popularity, terms, dict.fromkeys(terms, 1), scores, averages)


def test_the_words_say_places_terms_and_reasons():
    one, other = rank_breakdown(2, 5.5, 3.0), rank_breakdown(70, 2.0, 0.0)
    groups = Groups(Level.ITEM, ["Tea", "Soap", "Rice"], [np.array([place]) for place in range(3)])
    found = Attribution(groups, np.array([1.5, -2.0, 0.5]), np.array([[1.5, -2.0, 0.5]] * 2), 3)
    assert why_words.answer(one).startswith(
        "It is at place 2 of 100, with 70.0 points (an average product: 0, the first: 100): +60.0 by popularity, "
        "+10.0 by fit"
    )
    assert why_words.reasons(found, 0.0) == (
        "Their purchases give it 0 points together; alone, “Tea” gives most (+1.5), “Soap” takes most (−2.0)."
    )
    labels = {"x": "Ex", "y": "Why"}
    said = why_words.comparison({"x": one, "y": other}, labels)
    assert (
        said.startswith("Ex puts it highest, at place 2; Why lowest, at place 70.")
        and "Mostly by fit to their purchases: +10.0 of the points under Ex, −60.0 of those under Why." in said
    )
    bare = replace(other, terms={POPULARITY_BIAS: -9.0}, averages={POPULARITY_BIAS: 0.0})
    said = why_words.comparison({"x": rank_breakdown(2, 9.0, -9.0), "y": bare}, labels)
    assert "+80.0 of the points under Ex, no part of the score under Why." in said
    assert "order of these reasons is firm" in why_words.stability(found)
    assert "the same order (rank correlation 1.00; 1: the same order)" in why_words.stability(found)
    shaken = Attribution(groups, found.points, np.array([[1.5, -2.0, 0.5], [-1.0, 3.0, 0.7]]), 3)
    assert "is not firm" in why_words.stability(shaken)
    assert why_words.question("Tea", "7", "Ex", True) == "Why does Ex show “Tea” to person 7?"


@pytest.mark.parametrize(
    ("points", "alone"),
    [
        ([1.5, 0.5], "“Tea” gives most (+1.5)."),
        ([0.04, -2.0], "none gives anything, “Soap” takes most (−2.0)."),
        ([0.01, -0.01], "none of them gives or takes anything."),
    ],
)
def test_what_gives_and_takes_nothing_is_not_named(points, alone):
    groups = Groups(Level.ITEM, ["Tea", "Soap"], [np.array([0]), np.array([1])])
    estimate = Attribution(groups, np.array(points), np.zeros((0, 2)), 1)
    assert why_words.reasons(estimate, -3.0) == f"Their purchases give it −3.0 points together; alone, {alone}"


@pytest.mark.parametrize(
    ("points", "whole", "said"),
    [
        ([1.0, -1.5], 41.1, "Nearly all of the +41.1 points of their purchases is what several products say together "
         "(+41.6). No single product matters much: from +1.0 to −1.5."),
        ([9.0, 1.0], 30.0, "Most of the +30.0 points of their purchases is what several products say together (+20.0). "
         "Alone, “Tea” gives most (+9.0)."),
        ([1.0, -9.0], 20.0, "Their purchases give it +20.0 points: what several products say together (+28.0), and "
         "−8.0 of each alone. Alone, “Soap” takes most (−9.0)."),
        ([0.0, -0.5], -20.0, "Nearly all of the −20.0 points of their purchases is what several products say together "
         "(−19.5). No single product matters much: from 0 to −0.5."),
        ([0.01, 0.01], 20.0, "Nearly all of the +20.0 points of their purchases is what several products say together "
         "(+20.0). No single product gives or takes anything."),
    ],
)  # fmt: skip
def test_what_several_say_together_is_said_first_where_it_is_most(points, whole, said):
    groups = Groups(Level.ITEM, ["Tea", "Soap"], [np.array([0]), np.array([1])])
    found = Attribution(groups, np.array(points), np.array([points]), 1)
    assert why_words.reasons(found, whole) == said


def test_a_category_that_outweighs_every_kind_is_named_and_drawn_above():
    single = Attribution(
        Groups(Level.KIND, ["Tea", "Soap", "Rice"], [np.array([0, 1]), np.array([2]), np.array([3])]),
        np.array([1.5, -2.0, 0.5]), np.array([[1.5, -2.0, 0.5]] * 2), 2,
    )  # fmt: skip
    names = ["Food", "Care", "Drinks", "Small", "Shaken"]
    members = [np.array([0, 3]), np.array([2]), np.array([0, 2]), np.array([1, 3]), np.array([0, 2, 3])]
    by_cut = np.array([[12.0, -2.5, -6.0, 1.0, 9.0], [13.0, -2.5, -5.0, 1.0, -1.0]])
    wider = Attribution(Groups(Level.CATEGORY, names, members), by_cut.mean(axis=0), by_cut, 2)
    kept = attribution.carrying(wider, single, 3)
    assert kept.groups.names == ["Food", "Drinks"], "not what is a kind itself, is small, or turns with the cut"
    assert why_words.reasons(single, 40.0, kept).endswith(" All of “Food” together (2 products) gives +12.5.")
    figure = attribution_figures.reasons_figure({"x": single}, "x", {"x": "Ex"}, {}, 40.0, wider=kept)
    assert list(figure.layout.yaxis.ticktext) == [
        "all of Food (2)", "all of Drinks (2)", "Tea (2)", "Rice", "Soap", "what several kinds say together",
        "<b>all purchases together</b>",
    ]  # fmt: skip
    bars = {row: value for bar in figure.data for row, value in zip(bar.y, bar.x, strict=True)}
    assert [round(bars[row], 1) for row in range(7)] == [12.5, -5.5, 1.5, 0.5, -2.0, 40.0, 40.0]
    none = attribution.carrying(wider, Attribution(single.groups, np.full(3, 50.0), np.full((2, 3), 50.0), 2), 3)
    assert not len(none.points) and "All of" not in why_words.reasons(single, 40.0, none)


def test_parts_of_points_add_up_as_they_are_told():
    rng = np.random.default_rng(0)
    for _ in range(200):
        values = rng.normal(0, 30, rng.integers(1, 5))
        told = adding_up(values)
        assert sum(told) == pytest.approx(round(float(values.sum()), 1), abs=1e-9)
        np.testing.assert_allclose(told, values, atol=0.1)
    assert adding_up([41.44, 38.44]) == [41.5, 38.4] and with_sign(41.5) == "+41.5" and with_sign(-0.04) == "0"


def test_the_reasons_add_up_to_what_all_purchases_give():
    points = np.array([1.5, -2.0, 0.5, *np.full(12, 0.2)])
    groups = Groups(Level.KIND, [f"Kind {place}" for place in range(15)], [np.array([place]) for place in range(15)])
    found = Attribution(groups, points, points[None], 1)
    one = attribution.sum_up(found, 41.4)
    assert one.n_others == 5 and one.others == pytest.approx(1.0) and one.whole == 41.4
    assert sum(one.shown) + one.others + one.shared == pytest.approx(41.4)
    assert why_words.adding(found, one) == "A bar: how many points the product loses without that kind."
    exact = attribution.sum_up(found, float(points.sum()))
    assert exact.shared == 0 and sum(exact.shown) + exact.others == pytest.approx(exact.whole)
    assert why_words.adding(found, exact) == ""
    estimate = Attribution(groups, points, np.zeros((0, 15)), 1)
    assert why_words.adding(estimate, one) == ""
    figure = attribution_figures.reasons_figure({"x": found}, "x", {"x": "Ex"}, {}, 41.4)
    rows = list(figure.layout.yaxis.ticktext)[10:]
    assert rows == ["5 other kinds, each alone", "what several kinds say together", "<b>all purchases together</b>"]
    assert [one.text for one in figure.layout.annotations][-3:] == ["+1.0", "+39.0", "<b>+41.4</b>"]
    figure = attribution_figures.reasons_figure({"x": estimate}, "x", {"x": "Ex"}, {}, 41.4)
    assert len(figure.layout.yaxis.ticktext) == 10, "an estimate adds up to nothing"


def test_a_kind_is_named_with_how_many_products_it_has():
    groups = Groups(Level.KIND, ["Frozen meat and meat dinners of all sorts", "Tea"], [np.arange(11), np.array([11])])
    assert groups.told(0) == "Frozen meat and meat dinners of all sorts (11)" and groups.told(1) == "Tea"
    found = Attribution(groups, np.array([1.0, -1.0]), np.array([[1.0, -1.0]]), 1)
    figure = attribution_figures.reasons_figure({"x": found}, "x", {"x": "Ex"}, {}, 0.0)
    assert list(figure.layout.yaxis.ticktext)[:2] == ["Frozen meat and meat dinners… (11)", "Tea"]


def test_a_dot_beyond_the_axis_is_an_arrow_at_its_end():
    groups = Groups(Level.ITEM, ["Tea", "Soap", "Rice"], [np.array([place]) for place in range(3)])
    one, other = (
        Attribution(groups, np.array(points), np.array([points]), 1) for points in ([1.5, -2.0, 0.5], [0.3, -2.5, 40.0])
    )
    found, labels = {"x": one, "y": other}, {"x": "Ex", "y": "Why"}
    figure = attribution_figures.reasons_figure(found, "x", labels, {}, 0.0, beside=True)
    low, high = figure.layout.xaxis.range
    dots = next(trace for trace in figure.data if trace.type == "scatter")
    assert low < -2.5 and high < 40 and list(dots.marker.symbol) == ["circle", "triangle-right", "circle"]
    assert dots.x[0] == 0.3 and dots.x[1] < high and list(dots.text) == [0.3, 40.0, -2.5]
    assert [note.text for note in figure.layout.annotations if note.x > 1.5] == ["+40.0"]
