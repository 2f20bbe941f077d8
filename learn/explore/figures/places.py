"""At which places of people's lists each variant puts one item: over everybody, for its later buyers, by chance."""

from __future__ import annotations

import math
from collections.abc import Mapping

import plotly.graph_objects as go

from learn.explore.colours import REST_COLOUR
from learn.explore.figures.base import MARGIN, finish, plain_one
from learn.explore.lists.newcomer_head import Spread

ROW = 34
"""Pixels of a variant."""
BOX = 0.3
"""Half of how high a box is, of a row."""


def places_figure(spreads: Mapping[str, Spread], colours: Mapping[str, str]) -> go.Figure:
    """A row a variant, the first on top, on a log axis of places: a box from the 5th to the 95th percentile of all
    people with a line at the 50th, a dot for each later buyer, and a line where the middle of random lists is.

    Args:
        spreads: label -> where it places the item; colours: label -> its colour.
    """
    figure, last = go.Figure(), max(one.last for one in spreads.values())
    for row, (label, one) in enumerate(spreads.items()):
        # A box that is hardly wider than nothing is still to be seen.
        low, high = one.low / 1.03, one.high * 1.03
        figure.add_scatter(
            x=[low, high, high, low, low],
            y=[row - BOX, row - BOX, row + BOX, row + BOX, row - BOX],
            mode="lines",
            fill="toself",
            line={"color": colours[label], "width": 1},
            opacity=0.6,
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=[one.middle, one.middle],
            y=[row - BOX, row + BOX],
            mode="lines",
            line={"color": colours[label], "width": 4},
            hovertemplate=f"{plain_one(label)}, everybody: median place {one.middle:,.0f}, "
            f"nine in ten from {one.low:,.0f} to {one.high:,.0f}<extra></extra>",
        )
        if one.buyers:
            figure.add_scatter(
                x=list(one.buyers),
                y=[row] * len(one.buyers),
                mode="markers",
                marker={"size": 7, "color": "#ffffff", "line": {"color": colours[label], "width": 1.5}},
                hovertemplate=f"{plain_one(label)}, a later buyer: place %{{x:,}}<extra></extra>",
            )
    chance = next(iter(spreads.values())).chance
    figure.add_vline(x=chance, line={"color": REST_COLOUR, "dash": "dash", "width": 1.5})
    figure.add_annotation(
        x=math.log10(chance), y=1, yref="paper", text="random list ", showarrow=False, xanchor="right", yanchor="bottom"
    )
    figure.update_yaxes(
        range=[len(spreads) - 0.45, -0.55],
        tickvals=list(range(len(spreads))),
        ticktext=[f"<b>{plain_one(label)}</b>" for label in spreads],
        showgrid=False,
        zeroline=False,
        ticklabelstandoff=4,
    )
    ends = [10**power for power in range(math.ceil(math.log10(last)) + 1) if 10**power <= last]
    figure.update_xaxes(
        type="log",
        range=[-0.06, math.log10(last) + 0.06],
        tickvals=ends,
        ticktext=[f"{end:,}" for end in ends],
        title={"text": "place (1: the top)", "font": {"size": 12}},
        zeroline=False,
    )
    height = 24 + 44 + ROW * len(spreads)
    return finish(figure, height, showlegend=False, margin=MARGIN | {"t": 24, "l": 2, "r": 4})


def how_to_read(spreads: Mapping[str, Spread]) -> str:
    """One line: what the marks of `places_figure` mean."""
    dots = ", a dot a later buyer" if any(one.buyers for one in spreads.values()) else ""
    return f"Picture: a box is nine in ten of all people, its line their median{dots}."
