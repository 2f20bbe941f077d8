"""Figures of content embeddings: tokens, their lengths, and anisotropy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from learn.explore.colours import CATEGORY_COLOURS, PART_COLOURS, REST_COLOUR
from learn.explore.figures.base import finish, plain, plain_one

SPACE_COLOURS = CATEGORY_COLOURS[:4]


def token_changes_figure(table: pd.DataFrame) -> go.Figure:
    """A bar per token of `learn.teaching.tokens.token_changes`; the token that was exchanged stands out."""
    exchanged = (table["token"] != table["other"]).to_numpy()
    names = [
        f"{token} → {other}" if token != other else token
        for token, other in zip(plain(table["token"]), plain(table["other"]), strict=True)
    ]
    figure = go.Figure(
        go.Bar(
            x=np.arange(len(table)),
            y=table["change"],
            marker_color=np.where(exchanged, CATEGORY_COLOURS[1], CATEGORY_COLOURS[0]),
            customdata=names,
            hovertemplate="%{customdata}: moved by %{y:.3f}<extra></extra>",
        )
    )
    figure.update_xaxes(tickmode="array", tickvals=np.arange(len(table)), ticktext=names, tickangle=-90)
    figure.update_yaxes(title="1 − cosine of the two states", rangemode="tozero")
    return finish(figure, 380)


def token_lengths_figure(lengths: np.ndarray) -> go.Figure:
    """How many items' prompts have how many tokens ([N] ``lengths``)."""
    values, counts = np.unique(lengths, return_counts=True)
    figure = go.Figure(
        go.Bar(
            x=values,
            y=counts,
            marker_color=PART_COLOURS["history"],
            hovertemplate="%{x} tokens: %{y:,} items<extra></extra>",
        )
    )
    figure.update_xaxes(title="tokens in an item's prompt")
    figure.update_yaxes(title="items")
    return finish(figure, 280)


def cosines_figure(cosines: Mapping[str, np.ndarray]) -> go.Figure:
    """One outline per space: how the cosines of random pairs (name -> [pairs]) are spread between -1 and 1."""
    edges = np.linspace(-1, 1, 201)
    figure = go.Figure()
    for colour, (name, values) in zip(SPACE_COLOURS, cosines.items(), strict=False):
        share = np.histogram(values, edges)[0] / len(values)
        figure.add_scatter(
            x=(edges[:-1] + edges[1:]) / 2,
            y=share,
            mode="lines",
            fill="tozeroy",
            line={"color": colour, "shape": "hvh", "width": 1.5},
            name=plain_one(name),
            hovertemplate="cosine %{x:.3f}: %{y:.1%} of the pairs<extra>" + plain_one(name) + "</extra>",
        )
    figure.update_xaxes(title="cosine of two random items", range=[-0.7, 1.02])
    figure.update_yaxes(title="share of the pairs", tickformat=".0%")
    return finish(figure, 340)


def dimension_shares_figure(table: pd.DataFrame, most: int = 20) -> go.Figure:
    """Bars of the first ``most`` rows of `learn.teaching.anisotropy.dimension_shares`."""
    rows = table.head(most)
    figure = go.Figure(
        go.Bar(
            x=[f"no. {number}" for number in rows["dimension"]],
            y=rows["share"],
            marker_color=CATEGORY_COLOURS[0],
            customdata=rows["cumulative"],
            hovertemplate="dimension %{x}: %{y:.1%}, with those before it %{customdata:.1%}<extra></extra>",
        )
    )
    rest = 1 - rows["cumulative"].iloc[-1]
    figure.add_bar(
        x=[f"the other {len(table) - len(rows)}"],
        y=[rest],
        marker_color=REST_COLOUR,
        hovertemplate="%{x} together: %{y:.1%}<extra></extra>",
    )
    figure.update_xaxes(title="dimension of E^c", tickangle=-45)
    figure.update_yaxes(title="share of the mean's squared length", tickformat=".0%")
    return finish(figure, 320, showlegend=False)
