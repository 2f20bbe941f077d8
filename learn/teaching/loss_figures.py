"""Figures of sampling and the loss."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from learn.explore.colours import CATEGORY_COLOURS, PART_COLOURS, REST_COLOUR
from learn.explore.figures.base import finish, plain
from learn.teaching.batch_loss import ACCIDENTAL_HIT, NEGATIVE, POSITIVE, LossGrid
from learn.teaching.sampling_tables import IN_DATA, IN_LOSS, IN_TOWER

SIDE_COLOURS = {"history": PART_COLOURS["history"], "target": PART_COLOURS["target"]}
KIND_RGB = {POSITIVE: "59, 125, 196", NEGATIVE: "224, 138, 30", ACCIDENTAL_HIT: "139, 147, 160"}


def weights_figure(table: pd.DataFrame) -> go.Figure:
    """The weight curve of `sampling_tables.draw_table` and the shares that were drawn."""
    figure = go.Figure()
    figure.add_bar(x=table["position"], y=table["drawn"], name="drawn", marker_color=PART_COLOURS["history"])
    figure.add_scatter(
        x=table["position"],
        y=table["expected"],
        mode="lines",
        name="by the weights",
        line={"color": CATEGORY_COLOURS[1], "width": 3},
    )
    figure.add_scatter(
        x=table["position"],
        y=np.full(len(table), 1 / len(table)),
        mode="lines",
        name="if it were uniform",
        line={"color": REST_COLOUR, "dash": "dash"},
    )
    figure.update_xaxes(title="position, 0 the oldest")
    figure.update_yaxes(title="share of the draws", tickformat=".1%", rangemode="tozero")
    return finish(figure, 320)


def stages_figure(table: pd.DataFrame) -> go.Figure:
    """A tick per event of `sampling_tables.stages_table`, stage below stage."""
    figure = go.Figure()
    for side, colour in SIDE_COLOURS.items():
        rows = table[table["side"] == side]
        figure.add_scatter(
            x=rows["place"],
            y=rows["stage"],
            mode="markers",
            name=side,
            marker={"symbol": "line-ns", "size": 26, "line": {"color": colour, "width": 1}, "color": colour},
            hovertemplate="event %{x}<extra>" + side + "</extra>",
        )
    cut = table.loc[table["side"] == "target", "place"].min() - 0.5
    figure.add_vline(x=cut, line={"color": REST_COLOUR, "dash": "dash", "width": 1.5})
    figure.update_xaxes(title="the household's events, oldest first", showgrid=False)
    figure.update_yaxes(
        categoryorder="array",
        categoryarray=[IN_LOSS, IN_TOWER, IN_DATA],
        showgrid=False,
        ticklabelstandoff=6,
        range=[-0.6, 2.6],
    )
    return finish(figure, 290)


def loss_grid_figure(grid: LossGrid, titles: Sequence[str], user: int) -> go.Figure:
    """N_h rows, B x N_t columns: positives blue, negatives orange, accidental hits grey; the stronger, the more alike.

    Args:
        titles: [B x N_t] of the targets, in the grid's order; user: whose row of the batch it is.
    """
    places = np.arange(len(grid.items))
    rows = [f"position {number}" for number in range(1, len(grid.cosines) + 1)]
    words = np.broadcast_to(np.array(plain(titles), dtype=object), grid.cosines.shape)
    figure = go.Figure()
    for kind, rgb in KIND_RGB.items():
        figure.add_heatmap(
            z=np.where(grid.kinds == kind, grid.cosines, np.nan),
            x=places,
            y=rows,
            zmin=float(grid.cosines.min()),
            zmax=float(grid.cosines.max()),
            colorscale=[[0, f"rgba({rgb}, 0.15)"], [1, f"rgba({rgb}, 1)"]],
            showscale=False,
            showlegend=False,
            xgap=2,
            ygap=2,
            customdata=words,
            hovertemplate=f"%{{y}} and %{{customdata}}<br>cosine %{{z:.3f}}<extra>{kind}</extra>",
            hoverongaps=False,
        )
        figure.add_scatter(
            x=[None],
            y=[None],
            mode="markers",
            name=kind,
            marker={"symbol": "square", "size": 12, "color": f"rgb({rgb})"},
        )
    per_user = len(grid.items) // (int(grid.owners.max()) + 1)
    for owner in range(int(grid.owners.max()) + 1):
        text = "own targets" if owner == user else f"targets of user {owner + 1}"
        figure.add_annotation(
            x=owner * per_user + (per_user - 1) / 2, y=-0.04, yref="paper", yanchor="top", text=text, showarrow=False
        )
        if owner:
            figure.add_vline(x=owner * per_user - 0.5, line={"color": REST_COLOUR, "width": 1})
    figure.update_xaxes(showgrid=False, showticklabels=False, zeroline=False, range=[-0.5, len(places) - 0.5])
    figure.update_yaxes(autorange="reversed", showgrid=False, ticklabelstandoff=4)
    return finish(figure, 120 + 34 * len(rows)).update_layout(margin_b=36)


def pressure_figure(table: pd.DataFrame) -> go.Figure:
    """Bars of `sampling_tables.pressure_table`: negatives as they come, and after log-Q."""
    names = ["least bought", *[""] * (len(table) - 2), "most bought"]
    labels = [f"group {number}<br>{name}" for number, name in zip(table["group"], names, strict=True)]
    figure = go.Figure()
    bars = (("negatives", "as they come", CATEGORY_COLOURS[1]), ("corrected", "after log-Q", CATEGORY_COLOURS[0]))
    for column, name, colour in bars:
        figure.add_bar(
            x=labels,
            y=table[column],
            name=name,
            marker_color=colour,
            hovertemplate="%{y:.1%}<extra>" + name + "</extra>",
        )
    figure.update_xaxes(title="items, by how much they are bought")
    figure.update_yaxes(title="share of the negatives' weight", tickformat=".0%")
    return finish(figure, 320, barmode="group")
