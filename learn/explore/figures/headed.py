"""Rows whose words stand above them: the whole width is for the figures, on a telephone too."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from learn.explore.colours import REST_COLOUR
from learn.explore.figures.base import finish

LINE = 17
"""Pixels of a line of words."""
_MARK = 22
_AXIS = 52
_THICK = 0.11  # of a bar, in rows: the ends of its interval stand out on both sides


@dataclass(frozen=True)
class Row:
    """A mean with its interval, and what stands above it.

    Attributes:
        heading: its words, in Plotly's few tags; ``<br>`` begins another line.
        mean, low, high: where it lies, and the ends of its interval; NaN ends: none is drawn.
        colour, symbol: its mark's; a bar has no symbol.
        told: what a pointer is told of it.
        value: its figure, at the right end of the line of its heading; "": the heading has it.
        lighter: its mark is lighter than others; what that means is said beside the figure.
    """

    heading: str
    mean: float
    low: float
    high: float
    colour: str
    symbol: str
    told: str
    value: str = ""
    lighter: bool = False


def bars_figure(rows: Sequence[Row], end: float = 0.0) -> go.Figure:
    """``rows`` as bars from 0 with their intervals, from the top down; ``end``: where the axis ends at least."""
    figure = go.Figure()
    for place, row in enumerate(rows):
        figure.add_bar(
            x=[row.mean],
            y=[place],
            orientation="h",
            width=_THICK,
            marker={"color": row.colour, "line": {"width": 0}},
            error_x=interval(row),
            hovertemplate=f"{row.told}<extra></extra>",
        )
        head_above(figure, place, row.heading)
    ends = [limit for row in rows for limit in (row.mean, row.high) if pd.notna(limit)]
    reach = max([*ends, end], default=0.0)
    axis = {"range": [0, reach * 1.03], "dtick": _step(reach), "tick0": 0} if reach > 0 else {"rangemode": "tozero"}
    figure.update_xaxes(**axis, tickformat="~g", zeroline=False)
    pitch = _hide_rows(figure, [row.heading for row in rows])
    return finish(figure, 32 + pitch * max(len(rows), 1), showlegend=False, margin={"l": 6, "r": 16, "t": 2, "b": 4})


def headed_figure(rows: Sequence[Row], title: str, end: float = 0.0) -> go.Figure:
    """``rows`` as dots with their intervals, from the top down, on an axis from 0 that is called ``title``; ``end``:
    what it has to show at least."""
    figure = go.Figure()
    for place, row in enumerate(rows):
        figure.add_scatter(
            x=[row.mean],
            y=[place],
            mode="markers",
            cliponaxis=False,  # a dot at 0 is a whole one
            marker={"size": 11, "color": row.colour, "symbol": row.symbol},
            error_x=interval(row),
            hovertemplate=f"{row.told}<extra></extra>",
        )
        head_above(figure, place, row.heading)
        if row.value:
            head_above(figure, place, row.value, end=True)
        figure.add_shape(  # from the words to their dot
            type="line", x0=0, x1=row.mean, y0=place, y1=place, layer="below", line={"color": REST_COLOUR, "width": 1},
        )  # fmt: skip
    figure.update_xaxes(title=title, rangemode="tozero", nticks=5, **_past_the_last(rows, end))
    pitch = _hide_rows(figure, [row.heading for row in rows])
    return finish(figure, _AXIS + pitch * max(len(rows), 1), showlegend=False, margin={"l": 8, "r": 14, "t": 4, "b": 8})


def head_above(figure: go.Figure, place: float, words: str, shift: float = 6, end: bool = False) -> None:
    """Writes ``words`` from the left edge on, or (``end``) up to the right one, ``shift`` pixels above a row."""
    figure.add_annotation(
        x=int(end), xref="x domain", xanchor="right" if end else "left", y=place, yanchor="bottom", yshift=shift,
        text=words, showarrow=False, align="left", font={"size": 12.5}, borderpad=0,
    )  # fmt: skip


def _past_the_last(rows: Sequence[Row], end: float = 0.0) -> dict[str, Any]:
    """An axis from 0 that ends at a tick past all means and intervals; Plotly's own where nothing is above 0."""
    ends = [end, *(limit for row in rows for limit in (row.mean, row.high) if pd.notna(limit))] if rows else []
    if not ends or max(ends) <= 0 or min(row.mean for row in rows) < 0:
        return {}
    step = _step(max(ends))
    return {"range": [0, step * math.ceil(max(ends) / step)], "dtick": step, "tick0": 0}


def _step(reach: float) -> float:
    """From a tick to the next of an axis from 0 that goes to ``reach``."""
    rough = reach / 4
    unit = 10.0 ** math.floor(math.log10(rough))
    return next(times * unit for times in (1, 2, 5, 10) if times * unit >= rough)


def interval(row: Row) -> dict[str, Any]:
    """A row's interval as Plotly's error bars."""
    known = pd.notna(row.low) and pd.notna(row.high)
    return {
        "type": "data",
        "symmetric": False,
        "array": [row.high - row.mean if known else 0],
        "arrayminus": [row.mean - row.low if known else 0],
        "color": row.colour,
        "thickness": 2.5,
        "width": 6,
        "visible": known,
    }


def _hide_rows(figure: go.Figure, headings: Sequence[str]) -> int:
    """An axis of rows without words of its own; gives the pixels from a row to the next."""
    lines = max((heading.count("<br>") + 1 for heading in headings), default=1)
    pitch = LINE * lines + _MARK
    above = (LINE * lines + _MARK / 2) / pitch
    figure.update_yaxes(range=[len(headings) - above, -above], showticklabels=False, showgrid=False, zeroline=False)
    return pitch
