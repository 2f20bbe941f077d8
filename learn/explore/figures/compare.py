"""Figures of the Compare page."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from learn.data.schema import Metrics
from learn.evaluation.better import too_few
from learn.explore.colours import DASHES, REST_COLOUR, run_symbols
from learn.explore.figures.base import finish, plain_one
from learn.explore.metrics.slice_words import slice_words
from learn.item_towers import brief

LABEL_LENGTH = 30
_LETTER, _PANEL = 6.2, 360  # pixels of a letter of a line's name, and of a panel of curves, at least


def slices_figure(table: pd.DataFrame, colours: dict[str, str], metric: str) -> go.Figure:
    """Dots with 95% intervals of `compare.by_slice`: a block per slice, in it a line per Run with its name.

    Slices of fewer than `FEW_USERS` users are left out: their intervals would eat the axis and say nothing.
    """
    people = table.groupby(Metrics.SLICE)[Metrics.N_USERS].max().astype(int)
    slices = [name for name in dict.fromkeys(table[Metrics.SLICE]) if not too_few(people[name])]
    first = table.drop_duplicates("run")
    runs, labels = list(first["run"]), {row["run"]: _short(row["label"]) for row in first.to_dict("records")}
    symbols = run_symbols(zip(first["run"], first["variant"], strict=True))
    height = len(runs) + 1  # of a block: its heading, and a line for each Run
    figure = go.Figure()
    for place, run in enumerate(runs):
        rows = table[(table["run"] == run) & table[Metrics.SLICE].isin(slices)]
        colour = colours.get(run, REST_COLOUR)
        figure.add_scatter(
            x=rows[Metrics.MEAN],
            y=[slices.index(name) * height + place + 1 for name in rows[Metrics.SLICE]],
            mode="markers",
            name=plain_one(first["label"].iloc[place]),
            showlegend=False,
            cliponaxis=False,  # a dot at 0 is a whole one
            marker={"size": 9, "color": colour, "symbol": symbols[run]},
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
            + f"<extra>{plain_one(first['label'].iloc[place])}</extra>",
        )
    ticks: dict[int, str] = {}
    for block, name in enumerate(slices):
        ticks[block * height] = f"<b>{plain_one(slice_words(name))}</b> · {people[name]:,} users"
        ticks |= {block * height + place + 1: labels[run] for place, run in enumerate(runs)}
        if block:
            figure.add_hline(y=block * height - 0.5, line={"color": REST_COLOUR, "width": 0.5})
        ticks |= _told_best(figure, table[table[Metrics.SLICE] == name], runs, labels, block * height + 1)
    figure.update_yaxes(
        tickmode="array",
        tickvals=list(ticks),
        ticktext=list(ticks.values()),
        range=[len(slices) * height - 0.4, -0.7],
        showgrid=False,
        ticklabelstandoff=6,
    )
    figure.update_xaxes(title=metric, rangemode="tozero")
    return finish(figure, 76 + 17 * height * max(len(slices), 1)).update_layout(margin_r=48)


def _told_best(
    figure: go.Figure, rows: pd.DataFrame, runs: list[str], labels: dict[str, str], first: int
) -> dict[int, str]:
    """Writes the best mean of a slice beside its dot; gives the best Runs' places, and their labels in bold."""
    best = rows[Metrics.MEAN].max()
    found = rows[(rows[Metrics.MEAN] == best) & (best > 0)]
    for row in found.to_dict("records"):
        end = row[Metrics.MEAN] if pd.isna(row[Metrics.HIGH]) else row[Metrics.HIGH]
        figure.add_annotation(
            x=end, y=first + runs.index(row["run"]), text=f"<b>{best:.3f}</b>",
            showarrow=False, xanchor="left", xshift=6, font={"size": 12},
        )  # fmt: skip
    return {first + runs.index(run): f"<b>{labels[run]}</b>" for run in found["run"]}


def _short(label: str) -> str:
    return plain_one(label if len(label) <= LABEL_LENGTH else label[: LABEL_LENGTH - 1].rstrip() + "…")


def overlap_figure(table: pd.DataFrame, labels: dict[str, str]) -> go.Figure:
    """A heat map of `compare.overlap_matrix` with its numbers written in: every pair once."""
    names = [plain_one(labels[name]) for name in table.index]
    values = np.where(np.tri(len(names), k=-1, dtype=bool), table.to_numpy(dtype=float), np.nan)
    values, names, columns = values[1:, :-1], names[1:], names[:-1]
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x=columns,
            y=names,
            zmin=0,
            zmax=float(np.nanmax(values)) if np.isfinite(values).any() and np.nanmax(values) > 0 else 1,
            # Over the page's own colour, light or dark: the lowest is seen on both, and all words keep their contrast.
            colorscale=[[0, "rgba(59, 125, 196, 0.2)"], [1, "rgba(59, 125, 196, 0.6)"]],
            hovertemplate="%{y} and %{x}: %{z:.1%} in common<extra></extra>",
            hoverongaps=False,
            showscale=False,
            xgap=2,
            ygap=2,
        )
    )
    for row, shares in zip(names, values, strict=True):
        for column, value in zip(columns, shares, strict=True):
            if np.isfinite(value):
                figure.add_annotation(x=column, y=row, text=f"{value:.0%}", showarrow=False)
    figure.update_yaxes(autorange="reversed", ticklabelstandoff=6, showgrid=False)
    below = [plain_one(brief(labels[name])).replace(" and ", "<br>and ") for name in table.index[:-1]]
    figure.update_xaxes(showgrid=False, tickangle=0, tickvals=columns, ticktext=below)
    return finish(figure, 70 + 34 * len(names))


def curves_figure(table: pd.DataFrame, colours: dict[str, str], measured: str = "") -> go.Figure:
    """Two panels of `compare.training_curves` by epoch, each line named at its end: how far the loss fell, and the
    validation metric.

    Losses begin at 0: those of different objectives are of different heights. Lines differ in hue, dash and mark: a hue
    alone is not told apart by everybody. ``measured``: what the validation metric is, if known.
    """
    shown = {
        "loss": "training loss since epoch 1",
        "validation": f"{plain_one(measured)} on the validation part" if measured else "validation metric",
    }
    table = table.assign(told=table["loss"], loss=table["loss"] - table.groupby("run")["loss"].transform("first"))
    figure = make_subplots(cols=2, horizontal_spacing=0.08, subplot_titles=list(shown.values()))
    first = table.drop_duplicates("run")
    symbols = run_symbols(zip(first["run"], first["variant"], strict=True))
    words = {row["run"]: _short(brief(row["label"])) for row in first.to_dict("records")}
    ends = {name: _apart(table.groupby("run", sort=False)[name].last(), table[name]) for name in shown}
    for place, (run, rows) in enumerate(table.groupby("run", sort=False)):
        label, colour = plain_one(rows["label"].iloc[0]), colours.get(run, REST_COLOUR)
        for column, name in enumerate(shown, 1):
            figure.add_scatter(
                x=rows["epoch"],
                y=rows[name],
                mode="lines+markers",
                cliponaxis=False,
                name=label,
                showlegend=False,
                line={"color": colour, "dash": DASHES[place % len(DASHES)]},
                marker={"symbol": symbols[run], "size": 8},
                customdata=rows["told"] if name == "loss" else rows[name],
                hovertemplate="epoch %{x}: %{customdata:.4f}" + f"<extra>{label}</extra>",
                row=1,
                col=column,
            )
            best = rows["validation"].idxmax() if name == "validation" and rows["validation"].notna().any() else None
            if best is not None:
                _ring(figure, rows.loc[best, "epoch"], rows.loc[best, name], colour, label, column)
            if run in ends[name]:
                figure.add_annotation(
                    x=rows["epoch"].iloc[-1], y=ends[name][run], text=words[run], showarrow=False,
                    xanchor="left", xshift=12, font={"color": colour, "size": 11}, row=1, col=column,
                )  # fmt: skip
    last = int(table["epoch"].max())
    ticks = list(range(1, last + 1, max(1, last // 10)))  # none where the names stand
    room = min((16 + _LETTER * max(map(len, words.values()), default=0)) / _PANEL, 0.6)  # of the names, of the panel
    figure.update_xaxes(title="epoch", tickvals=ticks, range=[0.5, last + (last - 0.5 or 0.5) * room / (1 - room)])
    return finish(figure, 340)


def _ring(figure: go.Figure, epoch: float, value: float, colour: str, label: str, column: int) -> None:
    """Around the epoch that was chosen."""
    figure.add_scatter(
        x=[epoch],
        y=[value],
        mode="markers",
        cliponaxis=False,
        showlegend=False,
        marker={"symbol": "circle-open", "size": 18, "color": colour, "line": {"width": 2}},
        hovertemplate="best epoch: %{x}<extra>" + label + "</extra>",
        row=1,
        col=column,
    )


def _apart(ends: pd.Series, values: pd.Series, share: float = 0.1) -> dict[str, float]:
    """Where the names of lines stand that end at ``ends`` (by Run): no two nearer than a line of words, ``share`` of
    the axis of ``values``; as near to their ends as that allows."""
    gap = share * float(values.max() - values.min())
    ordered = ends.dropna().sort_values()
    placed = ordered.to_numpy(dtype=float).copy()
    for place in range(1, len(placed)):
        placed[place] = max(placed[place], placed[place - 1] + gap)
    pushed = placed - ordered.to_numpy(dtype=float)
    placed -= np.where(pushed > 0, pushed.max(initial=0.0) / 2, 0.0) if len(placed) else 0.0
    return dict(zip(ordered.index, placed, strict=True))
