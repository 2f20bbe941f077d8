"""What an item's points are made of under each variant: shares, as points of two variants are of two scales."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go

from learn.explore.colours import REST_COLOUR
from learn.explore.figures.attribution import PATTERNS, add_terms, name_sides
from learn.explore.figures.base import MARGIN, finish, plain_one
from learn.explore.lists.numbers import adding_up
from learn.explore.lists.why_words import SHORT_TERMS

ROW = 66
"""Pixels of a variant: its place and name, its bar, what the bar is made of."""
MOST_LEFT = 0.2
"""Of a bar, on the left of 0: of more, the words of its two parts have no room beside each other."""


def shares_figure(
    points: Mapping[str, Mapping[str, float]],
    places: Mapping[str, int],
    labels: Mapping[str, str],
    colours: Mapping[str, str],
    sides: tuple[str, str],
) -> go.Figure:
    """A thin bar a Run, all equally long, below its place and its name: which part of what sets the item apart from an
    average product each term gives, in percent.

    Args:
        points: Run name -> term -> points, for or against the item; a pointer is told them.
        places: Run name -> the item's rank.
        sides: what it means to stand left and right of 0.
    """
    names = list(points)
    drawn = {name: shares(points[name]) for name in names}
    low = min((sum(value for value in one.values() if value < 0) for one in drawn.values()), default=0.0)
    worded = low >= -MOST_LEFT and all(len(one) < 3 for one in drawn.values())
    figure = go.Figure()
    add_terms(figure, points, drawn, colours)
    for line, name in enumerate(names):
        begin = sum(value for value in drawn[name].values() if value < 0)
        head = f'<span style="font-size:16px"><b>#{places[name]:,}</b></span>  {plain_one(labels[name])}'
        _write(figure, begin, line - 0.15, head, "left", "bottom")
        for x, side, words in _parts(drawn[name], worded):
            _write(figure, x, line + 0.15, words, side, "top", 11.5)
    figure.update_yaxes(range=[len(names) - 0.45, -0.6], showticklabels=False, showgrid=False, zeroline=False)
    figure.update_xaxes(
        range=[1.02 * low, 1.02], showticklabels=False, showgrid=False, zeroline=low < 0, zerolinecolor=REST_COLOUR
    )
    left = name_sides(figure, points, sides) if low < 0 else False
    top = 8 + 22 * left + (0 if worded else 28)
    figure = finish(figure, top + 8 + ROW * len(names), barmode="relative", margin=MARGIN | {"t": top, "l": 2, "r": 4})
    return figure.update_layout(bargap=0.74, showlegend=not worded)


def _parts(drawn: Mapping[str, float], worded: bool) -> list[tuple[float, str, str]]:
    """(where, which side of it, what is said) below the parts of a bar, from left to right: percentages that add up to
    100; ``worded``: with the names of the terms."""
    told = dict(zip(drawn, adding_up([10 * abs(share) for share in drawn.values()]), strict=True))
    order = [term for term in reversed(PATTERNS) if drawn.get(term, 0) < 0]
    order += [term for term in PATTERNS if drawn.get(term, 0) > 0]
    at, found = sum(value for value in drawn.values() if value < 0), []
    for number, term in enumerate(order):
        end = at + abs(drawn[term])
        percent = f"{10 * told[term]:.0f}%" if told[term] else "under 1%"
        words = f"{percent} {SHORT_TERMS[term]}" if worded else percent
        if number == 0:
            found.append((at, "left", words))
        elif number == len(order) - 1:
            found.append((end, "right", words))
        else:
            found.append(((at + end) / 2, "center", words))
        at = end
    return found


def _write(figure: go.Figure, x: float, y: float, text: str, side: str, below: str, size: float = 13) -> None:
    figure.add_annotation(
        x=x, y=y, text=text, showarrow=False, xanchor=side, yanchor=below, borderpad=0, font={"size": size}
    )


def shares(points: Mapping[str, float]) -> dict[str, float]:
    """Term -> its part of all ``points``, for and against together, with their signs; 0 where there are none."""
    whole = sum(map(abs, points.values()))
    return {term: value / whole if whole else 0.0 for term, value in points.items()}
