"""A benchmark's rows as they are drawn: what each is, and the paper's beside those that it has."""

import numpy as np
import pandas as pd
import pytest

from learn.explore.metrics.result import BOTH, COUNTS, LEARNED, UNTRAINED
from learn.item_towers import ITEM_TOWERS
from learn.reproduce.figure import LIGHTER, ROW_COLOURS, benchmark_figure, beside_the_paper
from learn.reproduce.results import (
    DATASETS,
    EARLIER,
    KIND_WORDS,
    OTHER_LIBRARY,
    REFITTED,
    RESULTS,
    dataset_words,
    in_brackets,
    in_words,
    kind_of,
    page_label,
    row_words,
)


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


def test_rows_stand_by_their_figures_with_a_colour_for_each_kind_and_what_did_not_run_is_not_drawn(rows):
    figure = benchmark_figure(rows, "recall", 10, "all")
    assert words(figure) == [
        ["<b>EASE</b>", "<b>0.5000</b>"],
        ["(b) sequence to item", "0.4000"],
        ["LEARN, text", "0.3000"],
        ["EASE, refitted", "0.2000"],
    ]
    ease, tower, learn, refitted, *keys = figure.data
    assert ease.marker.color == refitted.marker.color == ROW_COLOURS[COUNTS]
    assert tower.marker.color == learn.marker.color == ROW_COLOURS[LEARNED]
    assert {one.marker.symbol for one in figure.data} == {"circle"}
    assert [key.name for key in keys] == [COUNTS, LEARNED], "what the colours mean"
    assert figure.layout.xaxis.title.text == "Recall@10, all items" and figure.layout.xaxis.range[1] > 0.6
    alone = benchmark_figure(rows[1:3], "recall", 10, "all")
    assert len(alone.data) == 2, "one kind has no legend"
    several = benchmark_figure(rows.assign(run=["ease", "b", "a", "c", "x"], kind="text"), "recall", 10, "all")
    assert [dot.marker.color for dot in several.data[1:4]] == [ITEM_TOWERS[code].colour for code in "bac"]
    assert [key.name for key in several.data[4:]] == [COUNTS], "towers of one kind have a colour each"
    assert not benchmark_figure(rows.assign(mean=np.nan), "recall", 10, "all").layout.annotations


def test_rows_of_an_earlier_run_are_lighter_and_have_a_star(rows):
    earlier = rows.assign(why=[None, EARLIER, None, "noted", None])
    figure = benchmark_figure(earlier, "recall", 10, "all")
    assert [dot.marker.opacity < 1 for dot in figure.data[:4]] == [False, True, False, False]
    assert figure.data[-1].name == LIGHTER and [line[0].endswith(" *") for line in words(figure)][:2] == [False, True]
    figure = beside_the_paper(earlier.assign(dataset="shop"), {"b": 0.9, "ease": 0.2})
    bars = [one for one in figure.data if one.type == "bar"]
    assert [bar.marker.opacity < 1 for bar in bars] == [False, True, False, False]
    keys = [one.name for one in figure.data if one.showlegend is not False]
    assert len(keys) == 3 and keys[-1] == LIGHTER and None not in keys, "the kinds and what is lighter, no bar"


def test_a_method_and_the_papers_stand_in_one_line_on_one_scale(rows):
    rows = rows.assign(dataset="shop")
    figure = beside_the_paper(rows, {"learn": 0.9, "ease": 0.2, "peer": 0.3})
    assert words(figure) == [
        ["<b>Here: shop, 50 users</b>", "<b>In the paper</b>"],
        ["0.5000", "0.2000", "EASE"],
        ["0.3000", "0.9000", "LEARN, text"],
    ]
    assert [bar.error_x.visible for bar in figure.data if bar.type == "bar"] == [True, True, False, False]
    assert figure.layout.xaxis.range == figure.layout.xaxis2.range
    assert beside_the_paper(rows, {"learn": 0.9, "peer": 0.3}) is None
    both = rows.assign(run=rows["run"].replace("b", "learn-dense"))
    figure = beside_the_paper(both, {"learn": 0.9, "learn-dense": 0.9, "ease": 0.2})
    assert words(figure)[2:] == [  # the paper has one LEARN: that which is trained as its own stands beside it
        ["0.4000", "0.9000", "(b) sequence to item"],
        ["0.3000", "<i>no such row in the paper</i>", "LEARN, text"],
    ]


def test_a_reference_that_reads_the_text_is_of_another_kind_than_counts():
    rows = [{"run": run} for run in ("ease", "l3ae-refit", "text-knn", "without-align")]
    assert [kind_of(row) for row in rows] == [COUNTS, BOTH, UNTRAINED, UNTRAINED]
    assert kind_of({"run": "x", "kind": "peer"}) == OTHER_LIBRARY


def test_a_published_dataset_is_said_in_words_and_ones_own_is_called_by_its_name(tmp_path):
    assert dataset_words(tmp_path / "table3.json", "scientific") == f"scientific: {DATASETS['scientific']}"
    assert dataset_words(tmp_path / RESULTS, "scientific") == "scientific"
    assert dataset_words(tmp_path / "table3.json", "mine") == "mine"


def test_rows_are_explained_one_by_one_where_they_are_known_and_refitted_ones_together(rows):
    words = row_words(rows)
    assert words["items one by one"] == ["(b) sequence to item"] and words[REFITTED] == ["EASE, refitted"]
    assert words[KIND_WORDS["text"]] == ["LEARN, text"] and words[KIND_WORDS["peer"]] == ["Peer"]
    (ease,) = [what for what, labels in words.items() if labels == ["EASE"]]
    assert "linear map" in ease


def test_a_row_is_called_as_on_the_other_pages():
    assert page_label("learn", "LEARN, text") == "(b) sequence to item"
    assert page_label("learn-counts-refit", "x") == "(b) + counts refitted"
    assert page_label("ease-refit", "EASE, refitted") == "EASE (refitted)"


def test_names_have_brackets_for_commas_and_quotes_where_one_is_left():
    assert in_brackets("LEARN, text, refitted") == "LEARN (text, refitted)"
    assert in_brackets("EASE") == "EASE" and in_brackets("(b), trained here") == "(b), trained here"
    assert in_words("(b) sequence to item") == "(b)"
    assert in_words("LEARN (text, refitted)") == "LEARN (text, refitted)"
    assert in_words("(b), trained here") == "\u201c(b), trained here\u201d"
