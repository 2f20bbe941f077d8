"""Figures whose words stand above their rows: every row with its heading, value and interval, the first in bold."""

import numpy as np
import pandas as pd

from learn.explore.colours import KIND_COLOURS
from learn.explore.figures.headed import Row, bars_figure, headed_figure
from learn.explore.figures.panels import kinds_figure, runs_figure
from learn.explore.metrics.result import COUNTS, LEARNED

TABLE = pd.DataFrame(
    {
        "run": ["x", "y"],
        "label": ["X & co", "Y" * 50],
        "kind": ["counts", "trained text"],
        "mean": [0.1, 0.3],
        "low": [0.05, np.nan],
        "high": [0.2, np.nan],
        "n_users": [40, 40],
    }
)
LOOKS = ({"x": "#111111", "y": "#222222"}, {"x": "circle", "y": "square"})


def heads(figure):
    return [one.text for one in sorted(figure.layout.annotations, key=lambda one: one.y)]


def test_runs_stand_best_first_under_their_names():
    figure = runs_figure(TABLE, *LOOKS, "recall@10", {"x": "counts"})
    assert heads(figure) == [f"<b>{'Y' * 33}… 0.3000</b>", "X &amp; co 0.1000 · counts"]
    assert [trace.x[0] for trace in figure.data] == [0.3, 0.1]
    assert [trace.marker.color for trace in figure.data] == ["#222222", "#111111"]
    assert figure.layout.xaxis.title.text == "recall@10"
    unknown, known = (trace.error_x for trace in figure.data)
    assert not unknown.visible and known.visible
    assert np.allclose([known.array[0], known.arrayminus[0]], [0.1, 0.05])


def test_figures_stand_at_the_right_end_and_the_axis_goes_past_them():
    figure = runs_figure(TABLE, *LOOKS, "recall@10", at_end=True)
    ends = [one.text for one in figure.layout.annotations if one.xanchor == "right"]
    assert ends == ["<b>0.3000</b>", "0.1000"] and "X &amp; co" in heads(figure)
    assert figure.layout.xaxis.dtick == 0.1 and np.allclose(figure.layout.xaxis.range, [0, 0.3])
    nothing = runs_figure(TABLE.assign(mean=0.0, low=np.nan, high=np.nan), *LOOKS, "recall@10")
    assert nothing.layout.xaxis.range is None


def test_kinds_are_bars_whose_run_a_pointer_is_told():
    figure = kinds_figure(TABLE)
    assert heads(figure)[0] == "<b>counts: 0.1000</b>" and not figure.layout.shapes
    assert [trace.type for trace in figure.data] == ["bar", "bar"]
    assert [trace.marker.color for trace in figure.data] == [KIND_COLOURS[COUNTS], KIND_COLOURS[LEARNED]]
    assert heads(figure)[1] == f"trained text, {'Y' * 13}…: 0.3000", "which one: another is best elsewhere"
    learned = kinds_figure(TABLE.assign(label="(b) sequence to item"))
    assert heads(learned)[1] == "trained text, (b): 0.3000"
    assert np.allclose(figure.layout.xaxis.range, [0, 0.3 * 1.03])
    assert "X &amp; co" in figure.data[0].hovertemplate
    assert np.allclose(kinds_figure(TABLE, 2.0).layout.xaxis.range, [0, 2.0 * 1.03])
    assert [line.x0 for line in kinds_figure(TABLE, at_random=0.4).layout.shapes] == [0.4, 0.4]


def test_figures_beside_each_other_can_have_one_order_and_one_scale():
    figure = runs_figure(TABLE, *LOOKS, "recall@10", at_end=True, order=["x", "y"], end=0.9)
    assert [trace.x[0] for trace in figure.data] == [0.1, 0.3]
    ends = [one.text for one in figure.layout.annotations if one.xanchor == "right"]
    assert ends == ["0.1000", "<b>0.3000</b>"] and figure.layout.xaxis.range[1] >= 0.9


def test_every_line_of_words_has_its_room_above_its_row():
    row = Row("a<br>b<br>c", 1.0, 0.5, 1.5, "#111111", "circle", "told")
    for draw in (bars_figure, lambda rows: headed_figure(rows, "x")):
        short, long = draw([row, row]), draw([row, row, row])
        pitch = long.layout.height - short.layout.height
        low, high = short.layout.yaxis.range
        assert pitch > 3 * 17 and -high * pitch >= 3 * 17 and low > 1
