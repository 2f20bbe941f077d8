"""What the items before it do to an item's embedding, as a figure."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from learn.explore.colours import run_colours
from learn.explore.figures.base import finish, plain_one


def context_figure(cosines: Mapping[str, np.ndarray], variants: Mapping[str, str]) -> go.Figure:
    """Median and middle half, by position in the target, of `learn.teaching.inspect_towers.context_cosines`.

    Args:
        cosines: label -> [B, T]; variants: label -> the code of an item tower, for the colour.
    """
    figure = go.Figure()
    colours = run_colours((label, variants[label]) for label in cosines)
    for label, values in cosines.items():
        low, middle, high = np.quantile(values, [0.25, 0.5, 0.75], axis=0)
        positions = np.arange(1, values.shape[1] + 1)
        colour = colours[label]
        figure.add_scatter(
            x=np.concatenate([positions, positions[::-1]]),
            y=np.concatenate([high, low[::-1]]),
            fill="toself",
            mode="none",
            fillcolor=colour,
            opacity=0.2,
            showlegend=False,
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=positions,
            y=middle,
            mode="lines+markers",
            line={"color": colour},
            name=plain_one(label),
            hovertemplate="target %{x}: cosine %{y:.3f}<extra>" + plain_one(label) + "</extra>",
        )
    figure.update_xaxes(title="position in the target sequence", dtick=1)
    figure.update_yaxes(title="cosine: in its sequence, and alone")
    return finish(figure, 340)
