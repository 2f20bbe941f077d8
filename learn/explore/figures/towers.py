"""Figures of the towers: masks, and what depends on what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from learn.explore.colours import SCALE
from learn.explore.figures.base import finish, plain, plain_one
from learn.explore.metrics.towers import Sight

LABEL_LENGTH = 24
THUMBNAIL = 92
"""Pixels of the height of `sight_figure`."""
READ, AS_IT_IS, UNREAD = "rgba(59, 125, 196, 1)", "rgba(128, 134, 145, 1)", "rgba(128, 134, 145, .12)"
"""Squares of `sight_figure`: what PAL reads, what is the language model's own, and what is not read."""


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


def sight_figure(found: Sight, colour: str = READ) -> go.Figure:
    """`learn.explore.metrics.towers.sight`, as a thumbnail of square cells: which later items (columns) are read for
    the vector of which (rows).

    Args:
        colour: of what PAL reads, the variant's own; where PAL reads none, grey with an outline in that colour.
    """
    numbers = [str(place) for place in range(1, len(found.reads) + 1)]
    figure = go.Figure(
        go.Heatmap(
            z=found.reads.astype(float),
            x=numbers,
            y=numbers,
            zmin=0,
            zmax=1,
            colorscale=[[0.0, UNREAD], [1.0, colour if found.uses_pal else AS_IT_IS]],
            showscale=False,
            xgap=2,
            ygap=2,
            customdata=np.where(found.reads, "yes", "no"),
            hovertemplate="item %{y}: does item %{x} change its vector? %{customdata}<extra></extra>",
        )
    )
    if not found.uses_pal:
        for row, column in np.argwhere(found.reads):
            figure.add_shape(
                type="rect", x0=column - 0.44, x1=column + 0.44, y0=row - 0.44, y1=row + 0.44,
                line={"color": colour, "width": 2},
            )  # fmt: skip
    places = [-0.5, len(numbers) - 0.5]
    figure.update_xaxes(type="category", visible=False, range=places, constrain="domain", constraintoward="left")
    figure.update_yaxes(
        type="category", visible=False, range=places[::-1], scaleanchor="x", constrain="domain", constraintoward="top"
    )
    bare = {"l": 0, "r": 0, "t": 0, "b": 0}
    return finish(figure, THUMBNAIL).update_layout(margin=bare)  # without the room of an axis's words


def _short(text: str) -> str:
    return text if len(text) <= LABEL_LENGTH else text[: LABEL_LENGTH - 1].rstrip() + "…"
