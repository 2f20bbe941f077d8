"""Rows of one line each: words on the left, dots or bars amid, figures on the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from learn.explore.colours import REST_COLOUR
from learn.explore.figures.base import LEGEND, finish, label_room
from learn.explore.figures.headed import Row, interval

PITCH = 22
"""Pixels from a line to the next."""
_AXIS = 34
_FAINT = "rgba(128, 134, 146, .22)"
_SIZE = 12.5
_LIGHT = 0.45  # of a lighter mark: its opacity
_THICK = 0.46  # of a bar, in lines


def lined_figure(rows: Sequence[Row], title: str, legend: Mapping[str, str], lighter: str = "") -> go.Figure:
    """``rows`` as dots with their intervals, from the top down, on an axis from 0.

    Args:
        title: of the axis.
        legend: what the colours mean -> the colour; empty: nothing is said above.
        lighter: what lighter dots are; "": nothing is said.
    """
    figure = go.Figure()
    room = label_room([row.heading for row in rows], _SIZE + 0.5)
    for place, row in enumerate(rows):
        _dot(figure, row, place)
        _before(figure, place, row.heading, room)
        bold = row.heading.startswith("<b>")
        _after(figure, place, f"<b>{row.mean:.4f}</b>" if bold else f"{row.mean:.4f}")
    for words, colour in legend.items():
        _key(figure, words, {"size": 10, "color": colour, "symbol": "circle"})
    if lighter:
        _key(figure, lighter, {"size": 10, "color": REST_COLOUR, "symbol": "circle", "opacity": _LIGHT})
    span = [0, 1.03 * max([_end(row) for row in rows], default=1) or 1]
    figure.update_layout(
        xaxis={
            "range": span, "nticks": 7, "showgrid": True, "gridcolor": _FAINT, "zerolinecolor": _FAINT, "title": title,
        },
        yaxis={"range": [len(rows) - 0.4, -0.6], "showticklabels": False, "showgrid": False, "zeroline": False},
    )  # fmt: skip
    top = _AXIS if legend or lighter else 8
    height = _AXIS + 20 + top + round(PITCH * max(len(rows), 1))
    above = LEGEND | {"xref": "container", "y": 1.0, "yref": "container", "yanchor": "top"}
    return finish(figure, height, legend=above, margin={"l": room, "r": 58, "t": top, "b": 8})


def side_by_side(
    names: Sequence[str],
    columns: Mapping[str, Sequence[Row | None]],
    apart: int = 0,
    none: str = "none",
    legend: Mapping[str, str] | None = None,
    lighter: str = "",
) -> go.Figure:
    """Bars of several columns in the same lines and on one scale, each with its figure at its end.

    Args:
        names: what stands left of the lines, from the top down.
        columns: what stands above a column -> its row in every line; None: it has none there.
        apart: how many of the last lines stand a little apart from the others.
        none: what stands where a column has no row.
        legend: what the colours mean -> the colour; empty: nothing is said below.
        lighter: what lighter bars are; "": nothing is said.
    """
    figure = make_subplots(cols=len(columns), shared_yaxes=True, horizontal_spacing=0.07)
    places = [line + 0.5 * (line >= len(names) - apart) for line in range(len(names))]
    top = max([_end(row) for rows in columns.values() for row in rows if row is not None], default=1) or 1
    for number, (head, rows) in enumerate(columns.items(), 1):
        axis = f"x{number if number > 1 else ''}"
        for place, row in zip(places, rows, strict=True):
            if row is None:
                _note(figure, axis, 0, place, f"<i>{none}</i>", 4)
                continue
            _bar(figure, row, place, number)
            _note(figure, axis, _end(row), place, f"{row.mean:.4f}", 8)
        figure.add_annotation(
            x=0, xref=f"{axis} domain", xanchor="left", y=1, yref="paper", yanchor="bottom", yshift=4,
            text=f"<b>{head}</b>", showarrow=False, font={"size": 14}, borderpad=0,
        )  # fmt: skip
    room = label_room(names, _SIZE + 0.5)
    for place, name in zip(places, names, strict=True):
        _before(figure, place, name, room)
    figure.update_xaxes(range=[0, 1.28 * top], nticks=5, showgrid=True, gridcolor=_FAINT, zerolinecolor=_FAINT)
    bottom = places[-1] if places else 0
    figure.update_yaxes(range=[bottom + 0.6, -0.6], showticklabels=False, showgrid=False, zeroline=False)
    height = _AXIS + 40 + round((PITCH + 4) * (bottom + 1.2))
    for words, colour in (legend or {}).items():
        _key(figure, words, {"size": 10, "color": colour, "symbol": "square"})
    if lighter:
        _key(figure, lighter, {"size": 10, "color": REST_COLOUR, "symbol": "square", "opacity": _LIGHT})
    told = bool(legend or lighter)
    below = LEGEND | {"xref": "container", "y": 0.0, "yref": "container", "yanchor": "bottom"}
    margin = {"l": room, "r": 8, "t": 30, "b": 8 + 44 * told}
    return finish(figure, height + 44 * told, showlegend=told, legend=below, margin=margin)


def _dot(figure: go.Figure, row: Row, place: float) -> None:
    figure.add_scatter(
        x=[row.mean],
        y=[place],
        mode="markers",
        cliponaxis=False,  # a dot at 0 is a whole one
        marker={"size": 10, "color": row.colour, "symbol": row.symbol, "opacity": _LIGHT if row.lighter else 1},
        error_x=interval(row) | ({"thickness": 1.2} if row.lighter else {}),
        hovertemplate=f"{row.told}<extra></extra>",
        showlegend=False,
    )


def _key(figure: go.Figure, words: str, marker: dict[str, Any]) -> None:
    figure.add_scatter(x=[None], y=[None], mode="markers", name=words, marker=marker, hoverinfo="skip")


def _bar(figure: go.Figure, row: Row, place: float, column: int) -> None:
    figure.add_bar(
        x=[row.mean],
        y=[place],
        showlegend=False,
        orientation="h",
        width=_THICK,
        marker={"color": row.colour, "opacity": _LIGHT if row.lighter else 1, "line": {"width": 0}},
        error_x=interval(row) | {"color": REST_COLOUR, "thickness": 2, "width": 5},
        hovertemplate=f"{row.told}<extra></extra>",
        row=1,
        col=column,
    )


def _before(figure: go.Figure, place: float, words: str, room: int) -> None:
    """Writes ``words`` at the left edge of the margin, which is ``room`` wide."""
    figure.add_annotation(
        x=0, xref="x domain", xanchor="left", xshift=-room, y=place, yanchor="middle", text=words,
        showarrow=False, align="left", font={"size": _SIZE}, borderpad=0,
    )  # fmt: skip


def _after(figure: go.Figure, place: float, words: str) -> None:
    figure.add_annotation(
        x=1, xref="x domain", xanchor="left", xshift=10, y=place, yanchor="middle", text=words,
        showarrow=False, font={"size": _SIZE}, borderpad=0,
    )  # fmt: skip


def _note(figure: go.Figure, axis: str, x: float, place: float, words: str, shift: int) -> None:
    figure.add_annotation(
        x=x, xref=axis, xanchor="left", xshift=shift, y=place, yref="y", yanchor="middle", text=words,
        showarrow=False, font={"size": _SIZE}, borderpad=0,
    )  # fmt: skip


def _end(row: Row) -> float:
    """Where what is drawn of a row ends: its interval, or its mean where it has none."""
    return row.high if row.high == row.high else row.mean
