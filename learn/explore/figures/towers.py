"""Figures of the towers: masks, what depends on what, and what company does to an item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from learn.explore.colours import run_colours
from learn.explore.figures.base import finish, plain, plain_one
from learn.teaching.template import SCALE

LABEL_LENGTH = 24


def grids_figure(
    grids: Mapping[str, np.ndarray], labels: Sequence[str], rows: str, columns: str, values: str = "%{customdata}"
) -> go.Figure:
    """Square grids side by side (title -> [L, L], bool or 0 upwards), one colour scale for all.

    Colour follows the square root: what is small but not 0 has to show.

    Args:
        labels: [L] what stands at each place, by the rows; long ones are cut. Columns have the places' numbers.
        rows, columns: what a row and a column are, for the axes.
        values: how a cell's number is told, in plotly's notation.
    """
    numbers = [str(place) for place in range(1, len(labels) + 1)]
    names = [f"{plain_one(_short(label))}  {number}" for number, label in zip(numbers, labels, strict=True)]
    most = max(float(np.max(grid)) for grid in grids.values()) or 1.0
    figure = make_subplots(cols=len(grids), shared_yaxes=True, horizontal_spacing=0.03, subplot_titles=plain(grids))
    for column, grid in enumerate(grids.values(), 1):
        figure.add_heatmap(
            z=np.sqrt(np.asarray(grid, dtype=float) / most),
            x=numbers,
            y=names,
            zmin=0,
            zmax=1,
            customdata=np.asarray(grid, dtype=float),
            colorscale=SCALE,
            showscale=False,
            xgap=2,
            ygap=2,
            hovertemplate=f"{rows}: %{{y}}<br>{columns}: %{{x}}<br>{values}<extra></extra>",
            row=1,
            col=column,
        )
    figure.update_xaxes(showgrid=False, type="category", title=columns)
    figure.update_yaxes(autorange="reversed", showgrid=False, ticklabelstandoff=4)
    figure.update_yaxes(title=rows, col=1)
    return finish(figure, 110 + 28 * len(labels)).update_layout(margin_t=36)  # room for the grids' titles


def company_figure(cosines: Mapping[str, np.ndarray], variants: Mapping[str, str]) -> go.Figure:
    """Median and middle half, by place in the target, of `learn.teaching.inspect_towers.company_cosines`.

    Args:
        cosines: label -> [B, T]; variants: label -> the code of an item tower, for the colour.
    """
    colours = run_colours((label, variants[label]) for label in cosines)
    figure = go.Figure()
    for label, values in cosines.items():
        low, middle, high = np.quantile(values, [0.25, 0.5, 0.75], axis=0)
        places = np.arange(1, values.shape[1] + 1)
        colour = colours[label]
        figure.add_scatter(
            x=np.concatenate([places, places[::-1]]),
            y=np.concatenate([high, low[::-1]]),
            fill="toself",
            mode="none",
            fillcolor=colour,
            opacity=0.2,
            showlegend=False,
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=places,
            y=middle,
            mode="lines+markers",
            line={"color": colour},
            name=plain_one(label),
            hovertemplate="place %{x}: cosine %{y:.3f}<extra>" + plain_one(label) + "</extra>",
        )
    figure.update_xaxes(title="place in the target sequence", dtick=1)
    figure.update_yaxes(title="cosine of in company and alone")
    return finish(figure, 340)


def _short(text: str) -> str:
    return text if len(text) <= LABEL_LENGTH else text[: LABEL_LENGTH - 1].rstrip() + "…"
