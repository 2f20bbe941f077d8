"""How many of the 100 points of its list's first an item has under each variant, and which term gives how many."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go

from learn.explore.colours import REST_COLOUR
from learn.explore.figures.attribution import PATTERNS, add_terms, name_sides
from learn.explore.figures.base import MARGIN, finish, plain_one
from learn.explore.lists.numbers import adding_up, fixed
from learn.explore.lists.why_words import SHORT_TERMS

ROW = 66
"""Pixels of a variant: its place and name, its bar, what the bar is made of."""
FIRST = 100.0
"""The points of the first of a list."""
END = "first of its list"


def points_figure(
    points: Mapping[str, Mapping[str, float]],
    places: Mapping[str, int],
    labels: Mapping[str, str],
    colours: Mapping[str, str],
    sides: tuple[str, str],
) -> go.Figure:
    """A thin bar a Run, as long as the item's points, below its place and its name, with a line at the points of the
    first of its list: which term gives how many.

    Args:
        points: Run name -> term -> points, for or against the item.
        places: Run name -> the item's rank.
        sides: what it means to stand left and right of 0.
    """
    names = list(points)
    low, high = (
        [sum(value for value in one.values() if sign * value > 0) for one in points.values()] for sign in (-1, 1)
    )
    begin, end = min([0.0, *low]), max([FIRST, *high])
    worded = all(len(one) < 3 for one in points.values())
    figure = go.Figure()
    add_terms(figure, points, points, colours)
    for line, name in enumerate(names):
        head = f'<span style="font-size:16px"><b>#{places[name]:,}</b></span>  {plain_one(labels[name])}'
        _write(figure, begin, line - 0.15, head, "bottom")
        _write(figure, begin, line + 0.15, _sum(points[name], worded), "top", 11.5)
    room = 0.02 * (end - begin)
    figure.update_yaxes(range=[len(names) - 0.45, -0.6], showticklabels=False, showgrid=False, zeroline=False)
    figure.update_xaxes(
        range=[begin - room, end + room], showticklabels=False, showgrid=False, zeroline=True, zerolinecolor=REST_COLOUR
    )
    figure.add_vline(x=FIRST, line={"color": REST_COLOUR, "width": 1.5, "dash": "dot"})
    figure.add_annotation(
        x=FIRST, y=1, yref="paper", text=END, showarrow=False, xanchor="right", yanchor="bottom", font={"size": 11.5}
    )
    name_sides(figure, points, sides)
    top = 30 + (0 if worded else 28)
    figure = finish(figure, top + 8 + ROW * len(names), barmode="relative", margin=MARGIN | {"t": top, "l": 2, "r": 4})
    return figure.update_layout(bargap=0.74, showlegend=not worded, legend_y=1.02 + 0.09 * (not worded))


def _sum(points: Mapping[str, float], worded: bool) -> str:
    """ "86.1 = 36.1 fit to their purchases + 50.0 popularity": ``points`` by term as they add up; ``worded``: with the
    names of the terms."""
    told = dict(zip(points, adding_up(list(points.values())), strict=True))
    parts = ""
    for term in filter(told.__contains__, PATTERNS):
        minus = told[term] < 0
        sign = f" {'−' if minus else '+'} " if parts else "−" * minus
        parts += f"{sign}{fixed(abs(told[term]), 1)}{f' {SHORT_TERMS[term]}' if worded else ''}"
    return parts if len(told) == 1 else f"{fixed(sum(told.values()), 1)} = {parts}"


def _write(figure: go.Figure, x: float, y: float, text: str, below: str, size: float = 13) -> None:
    figure.add_annotation(
        x=x, y=y, text=text, showarrow=False, xanchor="left", yanchor=below, borderpad=0, font={"size": size}
    )
