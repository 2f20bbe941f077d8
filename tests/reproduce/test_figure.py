"""A benchmark's rows as they are drawn: what each is, and the paper's beside those that it has."""

import numpy as np
import pandas as pd
import pytest

from learn.explore.colours import REST_COLOUR, variant_colour
from learn.reproduce.figure import KIND_COLOURS, benchmark_figure, beside_the_paper
from learn.reproduce.results import KIND_WORDS, REFITTED, row_words


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


def heads(figure):
    return [one.text for one in sorted(figure.layout.annotations, key=lambda one: one.y)]


def test_every_row_says_what_it_is_and_what_did_not_run_is_not_drawn(rows):
    figure = benchmark_figure(rows, "recall", 10, "all")
    assert heads(figure) == [
        "<b>EASE 0.5000</b> · simple reference",
        "(b) sequence to item 0.4000 · items one by one",
        "LEARN, text 0.3000",
        "EASE, refitted 0.2000 · simple reference",
    ]
    ease, tower, learn, refitted = figure.data
    assert ease.marker.color == refitted.marker.color == variant_colour("ease") != REST_COLOUR
    assert ease.marker.symbol == refitted.marker.symbol
    assert tower.marker.color == variant_colour("b") and learn.marker.color == KIND_COLOURS["text"]
    assert figure.layout.xaxis.title.text == "Recall@10, all items"


def test_the_papers_stand_in_the_order_measured_here_without_intervals(rows):
    here, there = beside_the_paper(rows, {"learn": 0.9, "ease": 0.2, "peer": 0.3})
    assert heads(here) == ["EASE <b>0.5000</b>", "LEARN, text <b>0.3000</b>"]
    assert heads(there) == ["EASE <b>0.2000</b>", "LEARN <b>0.9000</b>"]  # under the paper's own name
    assert [bar.error_x.visible for bar in here.data] == [True, True]
    assert [bar.error_x.visible for bar in there.data] == [False, False]
    assert beside_the_paper(rows, {"learn": 0.9, "peer": 0.3}) is None
    both = rows.assign(run=rows["run"].replace("b", "learn-dense"))
    here, there = beside_the_paper(both, {"learn": 0.9, "learn-dense": 0.9, "ease": 0.2})
    assert len(here.data) == 3 and heads(there) == ["EASE <b>0.2000</b>", "LEARN <b>0.9000</b>"]  # the paper has one


def test_rows_are_explained_one_by_one_where_they_are_known_and_refitted_ones_together(rows):
    words = row_words(rows)
    assert words["items one by one"] == ["(b) sequence to item"] and words[REFITTED] == ["EASE, refitted"]
    assert words[KIND_WORDS["text"]] == ["LEARN, text"] and words[KIND_WORDS["peer"]] == ["Peer"]
    (ease,) = [what for what, labels in words.items() if labels == ["EASE"]]
    assert "linear map" in ease
