"""A benchmark's rows as they are drawn: what each is, and the paper's beside those that it has."""

import numpy as np
import pandas as pd
import pytest

from learn.explore.colours import REST_COLOUR, variant_colour
from learn.reproduce.figure import KIND_COLOURS, benchmark_figure, beside_the_paper
from learn.reproduce.results import EARLIER, KIND_WORDS, REFITTED, in_brackets, in_words, row_words


@pytest.fixture
def rows():
    table = pd.DataFrame(
        {
            "run": ["ease", "b", "learn", "ease-refit", "peer"],
            "label": ["EASE", "(b) sequence to item", "LEARN, text", "EASE, refitted", "Peer"],
            "kind": ["reference", "text", "text", "reference", "peer"],
            "mean": [0.5, 0.4, 0.3, 0.2, np.nan],
        }
    )
    return table.assign(
        metric="recall", k=10, among="all", slice="all", low=table["mean"] - 0.1, high=table["mean"] + 0.1, n_users=50
    )


def words(figure):
    """What stands in the figure, from the top down, line by line."""
    lines = {}
    for one in figure.layout.annotations:
        lines.setdefault(-1 if one.yref == "paper" else one.y, []).append(one.text)
    return [line for _, line in sorted(lines.items())]


def test_rows_stand_in_groups_with_their_figures_and_what_did_not_run_is_not_drawn(rows):
    figure = benchmark_figure(rows, "recall", 10, "all")
    assert words(figure) == [
        ["<b>Simple references</b>"],
        ["<b>0.5000</b>", "<b>EASE</b>"],
        ["0.2000", "EASE, refitted"],
        ["<b>LEARN</b>"],
        ["0.4000", "(b) sequence to item"],
        ["0.3000", "LEARN, text"],
    ]
    ease, refitted, tower, learn, _ = figure.data
    assert ease.marker.color == refitted.marker.color == variant_colour("ease") != REST_COLOUR
    assert ease.marker.symbol == refitted.marker.symbol
    assert tower.marker.color == variant_colour("b") and learn.marker.color == KIND_COLOURS["text"]
    assert figure.layout.xaxis.title.text == "Recall@10, all items"
    assert figure.layout.xaxis.range == figure.layout.xaxis2.range and figure.layout.xaxis.range[1] > 0.6
    alone = benchmark_figure(rows.assign(kind="text"), "recall", 10, "all")
    assert next(line[-1] for line in words(alone)) == "<b>EASE</b>", "one group has no name"
    assert not benchmark_figure(rows.assign(mean=np.nan), "recall", 10, "all").layout.annotations


def test_rows_of_an_earlier_run_are_hollow(rows):
    earlier = rows.assign(why=[None, EARLIER, None, "noted", None])
    symbols = [dot.marker.symbol for dot in benchmark_figure(earlier, "recall", 10, "all").data[:4]]
    assert [str(symbol).endswith("-open") for symbol in symbols] == [False, False, True, False]
    figure = beside_the_paper(earlier.assign(dataset="shop"), {"b": 0.9, "ease": 0.2})
    assert [bar.marker.color == "rgba(0, 0, 0, 0)" for bar in figure.data] == [False, True, False, False]


def test_a_method_and_the_papers_stand_in_one_line_on_one_scale(rows):
    rows = rows.assign(dataset="shop")
    figure = beside_the_paper(rows, {"learn": 0.9, "ease": 0.2, "peer": 0.3})
    assert words(figure) == [
        ["<b>Here: shop (50 users)</b>", "<b>In the paper</b>"],
        ["0.5000", "0.2000", "EASE"],
        ["0.3000", "0.9000", "LEARN (our objective)"],
    ]
    assert [bar.error_x.visible for bar in figure.data] == [True, True, False, False]
    assert figure.layout.xaxis.range == figure.layout.xaxis2.range
    assert beside_the_paper(rows, {"learn": 0.9, "peer": 0.3}) is None
    both = rows.assign(run=rows["run"].replace("b", "learn-dense"))
    figure = beside_the_paper(both, {"learn": 0.9, "learn-dense": 0.9, "ease": 0.2})
    assert words(figure)[2:] == [  # the paper has one LEARN: that which is trained as its own stands beside it
        ["0.4000", "0.9000", "LEARN (the paper's objective)"],
        ["0.3000", "–", "LEARN (our objective)"],
    ]


def test_rows_are_explained_one_by_one_where_they_are_known_and_refitted_ones_together(rows):
    words = row_words(rows)
    assert words["items one by one"] == ["(b) sequence to item"] and words[REFITTED] == ["EASE, refitted"]
    assert words[KIND_WORDS["text"]] == ["LEARN, text"] and words[KIND_WORDS["peer"]] == ["Peer"]
    (ease,) = [what for what, labels in words.items() if labels == ["EASE"]]
    assert "linear map" in ease


def test_names_have_brackets_for_commas_and_quotes_where_one_is_left():
    assert in_brackets("LEARN, text, refitted") == "LEARN (text, refitted)"
    assert in_brackets("EASE") == "EASE" and in_brackets("(b), trained here") == "(b), trained here"
    assert in_words("LEARN (text, refitted)") == "LEARN (text, refitted)"
    assert in_words("(b), trained here") == "\u201c(b), trained here\u201d"
