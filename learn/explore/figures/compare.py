"""Figures of the Compare page."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from learn.data.schema import Metrics, Slices
from learn.explore.colours import REST_COLOUR, variant_symbol
from learn.explore.figures.base import finish, plain, plain_one
from learn.explore.metrics.compare import TRADE_OFFS

SLICE_WORDS = {
    Slices.WHOLE: "everybody, every item",
    "user:cold-start": "users: cold-start",
    "user:long-tail": "users: long-tail",
    "user:others": "users: others",
    "item:cold-start": "items: cold-start",
    "item:long-tail": "items: long-tail",
    "item:others": "items: others",
}
AXES = {
    "coverage": "coverage of the catalogue",
    "novelty": "novelty, bits an item",
    "popularity_bias": "popularity bias",
    "diversity": "diversity of categories",
}


def slices_figure(table: pd.DataFrame, colours: dict[str, str], metric: str) -> go.Figure:
    """Dots with 95% intervals of `compare.by_slice`: a block per slice, a Run's dot always in the same place in it."""
    slices = list(dict.fromkeys(table[Metrics.SLICE]))
    runs = list(dict.fromkeys(table["run"]))
    people = table.groupby(Metrics.SLICE)[Metrics.N_USERS].max().astype(int)
    step = 0.72 / max(len(runs), 1)
    figure = go.Figure()
    for place, run in enumerate(runs):
        rows = table[table["run"] == run]
        colour = colours.get(run, REST_COLOUR)
        label = plain_one(rows["label"].iloc[0])
        y = [slices.index(name) + (place - (len(runs) - 1) / 2) * step for name in rows[Metrics.SLICE]]
        figure.add_scatter(
            x=rows[Metrics.MEAN],
            y=y,
            mode="markers",
            name=label,
            marker={"size": 9, "color": colour, "symbol": variant_symbol(rows["variant"].iloc[0])},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": rows[Metrics.HIGH] - rows[Metrics.MEAN],
                "arrayminus": rows[Metrics.MEAN] - rows[Metrics.LOW],
                "color": colour,
                "thickness": 2,
                "width": 4,
            },
            customdata=rows[[Metrics.LOW, Metrics.HIGH, Metrics.N_USERS]],
            hovertemplate="%{x:.4f} [%{customdata[0]:.4f}, %{customdata[1]:.4f}]<br>%{customdata[2]:,} users"
            + f"<extra>{label}</extra>",
        )
    for edge in range(1, len(slices)):
        figure.add_hline(y=edge - 0.5, line={"color": REST_COLOUR, "width": 0.5})
    figure.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(slices))),
        ticktext=[f"{SLICE_WORDS.get(name, plain_one(name))}<br>{people[name]:,} users" for name in slices],
        range=[len(slices) - 0.5, -0.5],
        showgrid=False,
        ticklabelstandoff=6,
    )
    figure.update_xaxes(title=metric, rangemode="tozero")
    return finish(figure, 110 + max(13 * len(runs), 34) * len(slices))


def trade_offs_figure(table: pd.DataFrame, colours: dict[str, str], accuracy: str) -> go.Figure:
    """Four panels of `compare.trade_offs`: accuracy upwards against each of `compare.TRADE_OFFS`."""
    names = list(TRADE_OFFS)
    figure = make_subplots(cols=len(names), shared_yaxes=True, horizontal_spacing=0.03)
    for column, name in enumerate(names, 1):
        for row in table.to_dict("records"):
            label = plain_one(row["label"])
            figure.add_scatter(
                x=[row[name]],
                y=[row["accuracy"]],
                mode="markers",
                name=label,
                legendgroup=row["run"],
                showlegend=column == 1,
                customdata=[row["run"]],
                marker={
                    "size": 14,
                    "color": colours.get(row["run"], REST_COLOUR),
                    "symbol": variant_symbol(row["variant"]),
                },
                hovertemplate=f"{name.replace('_', ' ')} %{{x:.4f}}<br>{accuracy} %{{y:.4f}}<extra>{label}</extra>",
                row=1,
                col=column,
            )
        figure.update_xaxes(title={"text": AXES[name], "font": {"size": 12}}, nticks=5, row=1, col=column)
    figure.update_yaxes(title=accuracy, col=1)
    return finish(figure, 330)


def overlap_figure(table: pd.DataFrame, labels: dict[str, str]) -> go.Figure:
    """A heat map of `compare.overlap_matrix` with its numbers written in."""
    names = [plain_one(labels[name]) for name in table.index]
    figure = go.Figure(
        go.Heatmap(
            z=table.to_numpy(),
            x=names,
            y=names,
            zmin=0,
            zmax=1,
            colorscale=[[0, "#e3ecf7"], [1, "#1f5fa8"]],
            hovertemplate="%{y} and %{x}: %{z:.1%} in common<extra></extra>",
            showscale=False,
            xgap=2,
            ygap=2,
        )
    )
    for row, values in zip(names, table.to_numpy(), strict=True):
        for column, value in zip(names, values, strict=True):
            # Plotly's own choice of the text's colour is hard to read in the middle of the scale.
            colour = "#ffffff" if value > 0.6 else "#12161d"
            figure.add_annotation(x=column, y=row, text=f"{value:.2f}", showarrow=False, font={"color": colour})
    figure.update_yaxes(autorange="reversed", ticklabelstandoff=6, showgrid=False)
    figure.update_xaxes(showgrid=False, tickvals=names, ticktext=[name.replace(" to ", "<br>to ") for name in names])
    return finish(figure, 125 + 44 * len(names))


def curves_figure(table: pd.DataFrame, colours: dict[str, str]) -> go.Figure:
    """Two panels of `compare.training_curves`: the loss and the validation metric by epoch."""
    shown = {"loss": "training loss", "validation": "validation metric"}
    figure = make_subplots(cols=2, horizontal_spacing=0.08, subplot_titles=list(shown.values()))
    for run, rows in table.groupby("run", sort=False):
        label = plain(rows["label"].iloc[:1])[0]
        for column, name in enumerate(shown, 1):
            figure.add_scatter(
                x=rows["epoch"],
                y=rows[name],
                mode="lines+markers",
                name=label,
                legendgroup=run,
                showlegend=column == 1,
                line={"color": colours.get(run, REST_COLOUR)},
                hovertemplate="epoch %{x}: %{y:.4f}" + f"<extra>{label}</extra>",
                row=1,
                col=column,
            )
    figure.update_xaxes(title="epoch", dtick=1 if table["epoch"].max() <= 20 else None)
    return finish(figure, 320, legend={"orientation": "h", "yanchor": "bottom", "y": 1.12, "x": 0})
