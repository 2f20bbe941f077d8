"""What Why says in words."""

from dataclasses import replace

import numpy as np
import pytest

from learn.explore.figures import attribution as attribution_figures
from learn.explore.figures.item_points import points_figure
from learn.explore.lists import attribution, why_words
from learn.explore.lists.attribution import Attribution
from learn.explore.lists.numbers import adding_up, with_sign
from learn.explore.lists.purchases import Groups, Level
from learn.explore.lists.score_terms import POPULARITY_BIAS, SIMILARITY, TEXTS, RankBreakdown
from learn.explore.lists.why_words import buying_again
from learn.retrieval.repeats import Repeat


@pytest.mark.parametrize(
    ("repeat", "said"),
    [
        (Repeat(1.289), "Whatever they had before gets +1.29 to its score."),
        (Repeat(-2.0, 1.5), "gets −2.00 +1.50 x log(how often) to its score, where every event counts."),
        (
            Repeat(3.0, 1.5, 120.0),
            "+1.50 x log(how often) to its score, where an event counts half after 120 days.",
        ),
    ],
)
def test_both_coefficients_of_buying_again_are_said(repeat, said):
    assert said in buying_again(repeat)


def rank_breakdown(rank, similarity, popularity, rank_by=(1, 1)):
    scores = np.array([0.0, 10.0])
    averages = {SIMILARITY: 5.0, POPULARITY_BIAS: 0.0}
    terms = {SIMILARITY: similarity, POPULARITY_BIAS: popularity}
    return RankBreakdown(
        rank, 100, similarity + popularity, terms, dict(zip(terms, rank_by, strict=True)), scores, averages
    )


def test_the_words_say_places_terms_and_reasons():
    one, other = rank_breakdown(2, 5.5, 3.0, (3, 2)), rank_breakdown(70, 2.0, 0.0, (90, 4))
    groups = Groups(Level.ITEM, ["Tea", "Soap", "Rice"], [np.array([place]) for place in range(3)])
    found = Attribution(groups, np.array([1.5, -2.0, 0.5]), np.array([[1.5, -2.0, 0.5]] * 2), 3)
    assert why_words.answer(one) == (
        "It is at place 2 of 100 products new to them: 70.0 of 100 points (100: the first of the list), "
        "+60.0 by popularity, +10.0 by fit to their "
        "purchases."
    )
    assert why_words.answer(one, shown=True, had=True).startswith(
        "It is at place 2 of 100, mostly because it is popular: 70.0 of 100 points (100: the first of the list), "
        "+60.0 by popularity"
    )
    assert "mostly" not in why_words.answer(rank_breakdown(2, 8.0, 3.0), shown=True), (
        "as much by the one as by the other"
    )
    assert why_words.reasons(found, 0.0) == "“Tea” says most for it (+1.5); “Soap” says most against it (−2.0)."
    labels = {"x": "Ex", "y": "Why"}
    said = why_words.comparison({"x": one, "y": other}, labels)
    assert said == (
        "Ex puts it highest (place 2); Why puts it lowest (place 70). By fit to their purchases alone the places would "
        "be 3 and 90."
    )
    bare = replace(other, terms={SIMILARITY: 5.0}, averages={SIMILARITY: 5.0}, rank_by={SIMILARITY: 70})
    said = why_words.comparison({"x": one, "y": bare}, labels)
    assert said == "Ex puts it highest (place 2); Why, which ignores popularity, puts it lowest (place 70)."
    assert "order of these reasons is firm" in why_words.stability(found)
    assert "nearly the same (rank correlation 1.00; 1: the same order)" in why_words.stability(found)
    shaken = Attribution(groups, found.points, np.array([[1.5, -2.0, 0.5], [-1.0, 3.0, 0.7]]), 3)
    assert "is not firm" in why_words.stability(shaken)
    assert why_words.question("Tea", "7", "Ex", True) == "Why does Ex show “Tea” to user 7?"


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ([1.5, 0.5], "“Tea” says most for it (+1.5)."),
        ([-0.5, -2.0], "No product says much for it; “Soap” says most against it (−2.0)."),
        ([0.01, -0.01], "No product matters by itself."),
    ],
)
def test_what_gives_and_takes_nothing_is_not_named(points, said):
    groups = Groups(Level.ITEM, ["Tea", "Soap"], [np.array([0]), np.array([1])])
    estimate = Attribution(groups, np.array(points), np.zeros((0, 2)), 1)
    assert why_words.reasons(estimate, sum(points)) == said


@pytest.mark.parametrize(
    ("whole", "said"),
    [
        (36.1, "Which purchases bring it: +36.1 points"),
        (-3.0, "Which purchases hold it back: −3.0 points"),
        (0.01, "Which purchases speak for it, and which against"),
    ],
)
def test_the_heading_says_what_all_purchases_give(whole, said):
    assert why_words.heading(whole) == said


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
    one = attribution.sum_up(found, 2.4)
    assert one.n_others == 5 and one.others == pytest.approx(1.0) and one.whole == 2.4
    assert sum(one.shown) + one.others == pytest.approx(one.whole)
    assert why_words.reasons(found, 2.4).endswith("; “Kind 1” says most against it (−2.0).")
    assert why_words.reasons(found, 3.0).endswith("; spread thinly: +1.6 by 5 other kinds.")
    assert "spread thinly" not in why_words.reasons(found, 0.5)
    assert why_words.adding(found) == (
        "Shapley values, so the bars add up. Bars to the left speak against it. In brackets: how many products they "
        "bought."
    )
    figure = attribution_figures.reasons_figure({"x": found}, "x", {"x": "Ex"}, {}, 2.4)
    rows = list(figure.layout.yaxis.ticktext)[10:]
    assert rows == ["5 other kinds", "<b>all purchases together</b>"]
    assert [one.text for one in figure.layout.annotations][-2:] == ["+1.0", "<b>+2.4</b>"]


def test_it_is_said_that_no_kind_decides_where_the_largest_gives_less_than_a_quarter():
    groups = Groups(Level.KIND, [f"Kind {place}" for place in range(14)], [np.array([place]) for place in range(14)])

    def said(*points, whole):
        return why_words.reasons(Attribution(groups, np.array(points), np.array([points]), 1), whole)

    even = [2.0, *[1.8] * 12, -1.0]
    assert said(*even, whole=22.6).startswith("No single kind decides: the largest, “Kind 0”, gives 2.0 of 22.6")
    assert said(*even, whole=8.0).startswith("“Kind 0” says most for it (+2.0)")
    assert said(*even[:13], -7.0, whole=16.6).startswith("“Kind 0” says most for it"), "one against it decides more"
    assert "left" not in why_words.adding(Attribution(groups, np.ones(14), np.ones((1, 14)), 1))


def test_a_few_reasons_are_rounded_so_that_they_add_up():
    points = np.array([1.04, -2.04, 0.54])
    groups = Groups(Level.ITEM, ["Tea", "Soap", "Rice"], [np.array([place]) for place in range(3)])
    one = attribution.sum_up(Attribution(groups, points, points[None], 1), float(points.sum()))
    assert one.n_others == 0 and sum(one.shown) == pytest.approx(one.whole) == -0.5
    assert why_words.adding(Attribution(groups, points, np.zeros((0, 3)), 1)).startswith("The bars add up.")
    sampled = why_words.adding(Attribution(groups, points, np.stack([points, points]), 1))
    assert sampled.startswith("Shapley values, sampled, so the bars add up.")


def test_a_sum_is_marked_at_its_place_and_its_sides_are_named():
    points = {"x": {SIMILARITY: 7.0, POPULARITY_BIAS: -3.2}}
    figure = attribution_figures.terms_figure(points, {"x": "place 17"}, {"x": "Ex"}, {}, "points", ("behind", "ahead"))
    mark = next(trace for trace in figure.data if trace.type == "scatter")
    assert list(mark.x) == [pytest.approx(3.8)] and list(mark.y) == [0]
    told = {note.text: note.x for note in figure.layout.annotations}
    assert told["← behind"] == told["ahead →"] == 0


def test_only_a_bar_far_longer_than_all_others_is_cut_off_with_its_sum():
    def drawn(*sums):
        points = {str(place): {SIMILARITY: value} for place, value in enumerate(sums)}
        labels = {name: name for name in points}
        return attribution_figures.terms_figure(points, labels, labels, {}, "points", ("behind", "ahead"))

    figure = drawn(-10.0, -3.8, -5.5, -80.2)
    low = figure.layout.xaxis.range[0]
    assert low > -20 and figure.layout.annotations[0].text == "← −80.2"
    assert low < min(figure.data[0].x) < -10 and list(figure.data[0].customdata)[-1] == -80.2
    marks = next(trace for trace in figure.data if trace.type == "scatter")
    assert list(marks.y) == [0, 1, 2], "no mark where the sum is not drawn"
    assert drawn(86.1, 72.7, 70.5, 18.2).layout.xaxis.range[1] > 86.1, "a short bar is far from the others, too"


def test_one_group_that_would_be_left_over_is_drawn():
    points = np.arange(1.0, 12.0)
    groups = Groups(
        Level.CATEGORY, [f"Group {place}" for place in range(11)], [np.array([place]) for place in range(11)]
    )
    assert len(Attribution(groups, points, points[None], 1).order) == 11


def test_a_kind_is_named_with_how_many_products_it_has():
    groups = Groups(Level.KIND, ["Frozen meat and meat dinners of all sorts", "Tea"], [np.arange(11), np.array([11])])
    assert groups.told(0) == "Frozen meat and meat dinners of all sorts (11)" and groups.told(1) == "Tea (1)"
    found = Attribution(groups, np.array([1.0, -1.0]), np.array([[1.0, -1.0]]), 1)
    figure = attribution_figures.reasons_figure({"x": found}, "x", {"x": "Ex"}, {}, 0.0)
    assert list(figure.layout.yaxis.ticktext)[:2] == ["Frozen meat and meat dinners… (11)", "Tea (1)"]


def test_the_largest_part_of_what_says_most_is_named():
    groups = Groups(Level.CATEGORY, ["Produce", "Fuel"], [np.arange(3), np.array([3])])
    kinds = Groups(Level.KIND, ["Apples", "Bananas", "Fuel"], [np.array([0]), np.array([1, 2]), np.array([3])])

    def said(*points):
        finer = Attribution(kinds, np.array(points), np.array([points]), 1)
        return why_words.reasons(attribution.summed(finer, groups), sum(points), finer)

    assert said(2.0, 6.0, 1.0) == "“Produce” says most for it (+8.0), above all “Bananas” (+6.0)."
    assert said(2.0, 1.0, 6.0) == "“Fuel” says most for it (+6.0)."


def test_bars_are_as_long_as_points_with_a_line_at_the_first_of_the_list():
    points = {"x": {SIMILARITY: 30.0, POPULARITY_BIAS: 10.0}, "y": {SIMILARITY: 5.0, POPULARITY_BIAS: -5.0}}
    labels = {"x": "Ex", "y": "Why"}
    figure = points_figure(points, {"x": 5, "y": 1447}, labels, {}, ("against it", "for it"))
    assert [list(trace.x) for trace in figure.data[:2]] == [[30.0, 5.0], [10.0, -5.0]]
    told = [(note.text, note.x) for note in figure.layout.annotations]
    heads = [(text, x) for text, x in told if "#" in text]
    assert [x for _, x in heads] == [-5, -5] and "<b>#5</b></span>  Ex" in heads[0][0] and "#1,447" in heads[1][0]
    assert [text for text, _ in told if "popularity" in text] == [
        "40.0 = 30.0 fit to their purchases + 10.0 popularity",
        "0.0 = 5.0 fit to their purchases − 5.0 popularity",
    ]
    assert ("first of its list", 100) in told and figure.layout.shapes[0].x0 == 100
    low, high = figure.layout.xaxis.range
    assert low < -5 and high > 100 and "← against it" in dict(told) and not figure.layout.showlegend


def test_of_one_term_the_points_are_told_once_and_of_three_a_legend_names_them():
    labels, places = {"x": "Ex"}, {"x": 1}

    def told(**terms):
        figure = points_figure({"x": terms}, places, labels, {}, ("against it", "for it"))
        return [note.text for note in figure.layout.annotations][1], figure.layout.showlegend

    assert told(**{SIMILARITY: 5.0}) == ("5.0 fit to their purchases", False)
    assert told(**{SIMILARITY: 0.0}) == ("0.0 fit to their purchases", False)
    three = {SIMILARITY: -5.0, TEXTS: 9.0, POPULARITY_BIAS: 1.0}
    assert told(**three) == ("5.0 = −5.0 + 9.0 + 1.0", True)


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
