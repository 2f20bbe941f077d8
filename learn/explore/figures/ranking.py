"""Figures of the Ranking page."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from learn.evaluation.better import too_few
from learn.explore.colours import REST_COLOUR
from learn.explore.figures.base import finish, plain_one
from learn.explore.figures.compare import SLICE_WORDS
from learn.explore.figures.headed import head_above
from learn.explore.metrics.ranking import FEATURE_WORDS
from learn.ranking.metrics import UserAUC
from learn.ranking.report import NAMES
from learn.ranking.schema import FUSED, LIGHTGBM, NONE, RANKERS, Results

RANKER_SYMBOLS = {LIGHTGBM: "circle", "dnn": "diamond"}
RANKER_COLOURS = {LIGHTGBM: "#3f63e0", "dnn": "#d9652b"}
OFFSET = 0.16  # of a ranker's dots from the middle of their line
PITCH = 58  # pixels from a line to the next


def gains_figure(table: pd.DataFrame, unit: str) -> go.Figure:
    """Dots with 95% intervals of `ranking.gains`: one line per set of features, one colour per ranker."""
    table = table[table[Results.FEATURES] != NONE]
    names = list(dict.fromkeys(table[Results.FEATURES]))
    labels = [f"<b>{NAMES.get(name, plain_one(name))}</b>{_after(FEATURE_WORDS.get(name, ''))}" for name in names]
    return _dots(table, Results.FEATURES, names, labels, f"gain in {unit} over the same ranker without LEARN")


def slices_figure(table: pd.DataFrame, unit: str) -> go.Figure:
    """Dots with 95% intervals of `ranking.gains_by_slice`, with each slice's users and share of the impressions.

    Slices of fewer than `learn.evaluation.better.FEW_USERS` users are left out.
    """
    table = table[~table["users"].map(too_few)]
    names = list(dict.fromkeys(table["slice"]))
    facts = table.groupby("slice")[["share_of_impressions", "users"]].max()
    labels = [
        f"<b>{SLICE_WORDS.get(name, plain_one(name))}</b>: {facts['users'][name]:,.0f} users, "
        f"{facts['share_of_impressions'][name]:.1%} of impressions"
        for name in names
    ]
    return _dots(table, "slice", names, labels, f"gain in {unit} from the fused features")


def _after(words: str) -> str:
    return f": {words}" if words else ""


def _dots(table: pd.DataFrame, column: str, names: list[str], labels: list[str], title: str) -> go.Figure:
    figure = go.Figure()
    for place, ranker in enumerate(RANKERS):
        rows = table[table[Results.RANKER] == ranker]
        figure.add_scatter(
            x=rows[Results.GAIN],
            y=[names.index(name) + (2 * place - 1) * OFFSET for name in rows[column]],
            mode="markers",
            name=NAMES[ranker],
            marker={"size": 10, "color": RANKER_COLOURS[ranker], "symbol": RANKER_SYMBOLS[ranker]},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": rows[Results.GAIN_HIGH] - rows[Results.GAIN],
                "arrayminus": rows[Results.GAIN] - rows[Results.GAIN_LOW],
                "color": RANKER_COLOURS[ranker],
                "thickness": 2,
                "width": 4,
            },
            customdata=rows[[Results.GAIN_LOW, Results.GAIN_HIGH]],
            hovertemplate="%{x:+.4f} [%{customdata[0]:+.4f}, %{customdata[1]:+.4f}]"
            + f"<extra>{NAMES[ranker]}</extra>",
        )
    for place, words in enumerate(labels):  # above the dots: beside them they would leave a telephone no width
        head_above(figure, place - OFFSET, words, shift=7)
        figure.add_shape(  # not through the words
            type="line", x0=0, x1=0, y0=place - 1.7 * OFFSET, y1=place + 2 * OFFSET,
            line={"color": REST_COLOUR, "width": 1.5, "dash": "dot"},
        )  # fmt: skip
    figure.update_xaxes(title={"text": title, "font": {"size": 13}}, nticks=6)
    figure.update_yaxes(range=[len(names) - 0.65, -0.72], showticklabels=False, showgrid=False, zeroline=False)
    return finish(figure, 92 + PITCH * len(names))


def calibration_figure(table: pd.DataFrame) -> go.Figure:
    """A panel per ranker of `ranking.calibration_curves`: what was predicted against what happened."""
    rankers = [ranker for ranker in RANKERS if ranker in set(table["ranker"])]
    figure = make_subplots(cols=len(rankers), shared_yaxes=True, horizontal_spacing=0.05)
    hollow = {NONE: "-open", FUSED: ""}  # the two nearly coincide: the one shows through the other
    top = max(table["predicted"].max(), table["observed"].max())
    for column, ranker in enumerate(rankers, 1):
        figure.add_scatter(
            x=[0, top], y=[0, top], mode="lines", line={"color": REST_COLOUR, "dash": "dot", "width": 1},
            showlegend=False, hoverinfo="skip", row=1, col=column,
        )  # fmt: skip
        for features, colour in ((NONE, REST_COLOUR), (FUSED, RANKER_COLOURS[ranker])):
            rows = table[(table["ranker"] == ranker) & (table["features"] == features)]
            figure.add_scatter(
                x=rows["predicted"], y=rows["observed"], mode="lines+markers", line={"color": colour, "width": 2},
                marker={"size": 11 if features == NONE else 6, "symbol": RANKER_SYMBOLS[ranker] + hollow[features]},
                name=f"{NAMES[ranker]}, {NAMES[features]}",
                hovertemplate="predicted %{x:.3f}, converted %{y:.3f}<extra></extra>", row=1, col=column,
            )  # fmt: skip
        figure.update_xaxes(title=f"{NAMES[ranker]}: predicted", row=1, col=column)
    figure.update_yaxes(title="converted", row=1, col=1)
    return finish(figure, 340)


def user_auc_figure(found: UserAUC, whole: float) -> go.Figure:
    """How the users' own AUC spread, with their mean (UAUC), their weighted mean (WUAUC), and the AUC of everybody."""
    figure = go.Figure(
        go.Histogram(
            x=np.minimum(found.auc, 1 - 1e-9),  # an AUC of 1 belongs into the last bin, not behind it
            xbins={"start": 0, "end": 1, "size": 0.025}, marker={"color": REST_COLOUR, "opacity": 0.45},
            showlegend=False, hovertemplate="%{y} users with an AUC of %{x}<extra></extra>",
        )
    )  # fmt: skip
    lines = {"UAUC": found.uauc, "WUAUC": found.wuauc, "AUC of all together": whole}
    looks = zip((*RANKER_COLOURS.values(), "#1f9e77"), ("solid", "dash", "dot"), strict=True)  # they may coincide
    for (name, value), (colour, dash) in zip(lines.items(), looks, strict=True):
        line = {"color": colour, "width": 3, "dash": dash}
        figure.add_vline(x=value, line=line, name=f"{name} {value:.3f}", showlegend=True)
    figure.update_xaxes(title="AUC of a user's own impressions", range=[0, 1])
    figure.update_yaxes(title="users")
    return finish(figure, 320)


def match_figure(table: pd.DataFrame) -> go.Figure:
    """`ranking.match_table`: the share that converts, from what a score puts last to what it puts first."""
    figure = go.Figure()
    for name, rows in table.groupby("score", sort=False):
        figure.add_scatter(
            x=rows["group"], y=rows["converted"], mode="lines+markers", name=plain_one(name), marker={"size": 8},
            hovertemplate="group %{x}: %{y:.1%} converted<extra></extra>",
        )  # fmt: skip
    figure.update_xaxes(title="impressions in ten equal groups, from the lowest scores to the highest", dtick=1)
    figure.update_yaxes(title="converted", tickformat=".0%", rangemode="tozero")
    return finish(figure, 340)
