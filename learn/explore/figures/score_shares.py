"""What an item's points are made of under each variant: shares, as points of two variants are of two scales."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go

from learn.explore.colours import REST_COLOUR
from learn.explore.figures.attribution import add_terms, name_sides
from learn.explore.figures.base import finish, plain_one

ROOM = 0.42
"""Of the axis, behind the bars: there the places stand."""


def shares_figure(
    points: Mapping[str, Mapping[str, float]],
    places: Mapping[str, int],
    notes: Mapping[str, str],
    labels: Mapping[str, str],
    colours: Mapping[str, str],
    sides: tuple[str, str],
) -> go.Figure:
    """One bar a Run, all equally long: which part of the item's points each term gives; its place at the bar's end.

    Args:
        points: Run name -> term -> points, for or against the item; a pointer is told them.
        places: Run name -> the item's rank.
        notes: Run name -> what is said below its label.
        sides: what it means to stand left and right of 0.
    """
    names = list(points)
    drawn = {name: shares(points[name]) for name in names}
    figure = go.Figure()
    add_terms(figure, points, drawn, colours)
    for line, name in enumerate(names):
        end = sum(value for value in drawn[name].values() if value > 0)
        figure.add_annotation(
            x=end, y=line, text=f"<b>#{places[name]:,}</b>", showarrow=False, xanchor="left", xshift=6, borderpad=0,
            font={"size": 16},
        )  # fmt: skip
    ticks = [f"<b>{plain_one(labels[name])}</b><br>{plain_one(notes[name])}" for name in names]
    figure.update_yaxes(
        range=[len(names) - 0.4, -0.6], tickmode="array", tickvals=list(range(len(names))), ticktext=ticks,
        ticklabelstandoff=6, showgrid=False,
    )  # fmt: skip
    low = min((sum(value for value in one.values() if value < 0) for one in drawn.values()), default=0.0)
    figure.update_xaxes(
        range=[1.06 * low, 1 + ROOM], tickvals=[-1, -0.5, 0, 0.5, 1], tickformat=".0%", zeroline=True,
        zerolinecolor=REST_COLOUR, title="share of its points",
    )  # fmt: skip
    left = name_sides(figure, points, sides)
    figure = finish(figure, 130 + 42 * max(len(names), 2), barmode="relative").update_layout(bargap=0.4)
    return figure.update_layout(legend_y=1.02 + 0.08 * left)


def shares(points: Mapping[str, float]) -> dict[str, float]:
    """Term -> its part of all ``points``, for and against together, with their signs; 0 where there are none."""
    whole = sum(map(abs, points.values()))
    return {term: value / whole if whole else 0.0 for term, value in points.items()}
