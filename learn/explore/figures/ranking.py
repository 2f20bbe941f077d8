"""Figures of the Ranking page."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from learn.evaluation.better import interval_words, more_than_chance, signed, too_few
from learn.explore.colours import REST_COLOUR
from learn.explore.figures.base import LEGEND, finish, label_room, plain_one
from learn.explore.metrics.ranking import FEATURE_WORDS, PLAIN_NAMES
from learn.explore.metrics.slice_words import slice_words
from learn.ranking.metrics import UserAUC
from learn.ranking.report import NAMES
from learn.ranking.schema import FUSED, LIGHTGBM, NONE, RANKERS, Results

RANKER_SYMBOLS = {LIGHTGBM: "circle", "dnn": "diamond"}
RANKER_COLOURS = {LIGHTGBM: "#9a7b12", "dnn": "#0b8f80"}
"""No variant's: what is compared here is rankers."""
OFFSET = 0.16  # of a ranker's dots from the middle of their line
PITCH = 54  # pixels from a line to the next
WIDE = 3.0
"""An interval that is wider than this many times the middle one leaves the axis: it would squeeze the others."""
_LETTERS = 56  # of a line left of the dots
_ENDS = 168  # pixels for the figures right of them
_SMALL = 11


def gains_figure(table: pd.DataFrame, unit: str, less_is_better: bool = False) -> go.Figure:
    """Dots with 95% intervals of `ranking.gains`: one line per set of features, what helps most on top; one colour per
    ranker; hollow where the interval holds 0."""
    table = table[table[Results.FEATURES] != NONE]
    means = table.groupby(Results.FEATURES, sort=False)[Results.GAIN].mean()
    names = list(means.sort_values(ascending=less_is_better, kind="stable").index)
    labels = [_label(PLAIN_NAMES.get(name, name), FEATURE_WORDS.get(name, "")) for name in names]
    return _dots(table, Results.FEATURES, names, labels, f"gain in {unit} over the same ranker without LEARN")


def slices_figure(table: pd.DataFrame, unit: str, features: str = PLAIN_NAMES[FUSED]) -> go.Figure:
    """Dots with 95% intervals of `ranking.gains_by_slice`, with each slice's limits and users.

    Slices of fewer than `learn.evaluation.better.FEW_USERS` users are left out. ``features``: what they gain by.
    """
    table = table[~table["users"].map(too_few)]
    names = list(dict.fromkeys(table["slice"]))
    facts = table.groupby("slice")[["rule", "users"]].max()
    labels = [_label(slice_words(name), f"{facts['rule'][name]}; {facts['users'][name]:,.0f} users") for name in names]
    return _dots(table, "slice", names, labels, f"gain in {unit} with {features} (its own scale)")


def _label(name: str, words: str) -> str:
    lines = [f'<span style="font-size:{_SMALL}px">{plain_one(line)}</span>' for line in wrap(words, _LETTERS)]
    return "<br>".join([f"<b>{plain_one(name)}</b>", *lines])


def _dots(table: pd.DataFrame, column: str, names: list[str], labels: list[str], title: str) -> go.Figure:
    figure = go.Figure()
    start, end = _span(table)
    for place, ranker in enumerate(RANKERS):
        rows = table[table[Results.RANKER] == ranker]
        sure = [more_than_chance(*ends) for ends in zip(rows[Results.GAIN_LOW], rows[Results.GAIN_HIGH], strict=True)]
        rows = rows.assign(sure=sure)
        places = [names.index(name) + (2 * place - 1) * OFFSET for name in rows[column]]
        gains, colour = rows[Results.GAIN], RANKER_COLOURS[ranker]
        figure.add_scatter(
            x=gains.where(gains.between(start, end)),  # beyond the axis its line and arrowhead say so, and its figures
            y=places,
            mode="markers",
            name=NAMES[ranker],
            showlegend=False,
            marker={
                "size": 10,
                "color": colour,
                "symbol": [RANKER_SYMBOLS[ranker] + "-open" * (not sure) for sure in rows["sure"]],
                "line": {"width": 2, "color": colour},
            },
            error_x={
                "type": "data",
                "symmetric": False,
                "array": rows[Results.GAIN_HIGH].clip(upper=end) - gains,
                "arrayminus": gains - rows[Results.GAIN_LOW].clip(lower=start),
                "color": colour,
                "thickness": 2,
                "width": 4,
            },
            customdata=rows[[Results.GAIN_LOW, Results.GAIN_HIGH]],
            hovertemplate="%{x:+.4f} [%{customdata[0]:+.4f}, %{customdata[1]:+.4f}]"
            + f"<extra>{NAMES[ranker]}</extra>",
        )
        key = {"size": 10, "color": colour, "symbol": RANKER_SYMBOLS[ranker]}
        figure.add_scatter(x=[None], y=[None], mode="markers", name=NAMES[ranker], marker=key)
        _ends(figure, rows, places, (start, end), colour)
    room = label_room(labels, _SMALL)
    for place, words in enumerate(labels):
        _beside(figure, place, words, x=0, xanchor="left", xshift=-room, font={"size": 12.5})
    return _finished(figure, len(names), title, (start, end), room)


def beyond_the_axis(table: pd.DataFrame) -> bool:
    """Whether an interval of `slices_figure` is so wide that it leaves the axis, with an arrowhead."""
    table = table[~table["users"].map(too_few)]
    if table.empty:
        return False
    start, end = _span(table)
    return bool(((table[Results.GAIN_LOW] < start) | (table[Results.GAIN_HIGH] > end)).any())


def _span(table: pd.DataFrame) -> tuple[float, float]:
    """From where to where the axis goes: 0, every interval but those that are far wider than the others, and every dot
    that does not lie far outside of these."""
    lows, highs = table[Results.GAIN_LOW], table[Results.GAIN_HIGH]
    kept = table[(highs - lows) <= WIDE * (highs - lows).median()]
    ends = [0.0, *kept[Results.GAIN], *kept[Results.GAIN_LOW], *kept[Results.GAIN_HIGH]]
    start, end = float(np.nanmin(ends)), float(np.nanmax(ends))
    room = WIDE * (end - start)
    dots = [gain for gain in table[Results.GAIN] if start - room <= gain <= end + room]
    beside = 0.05 * (max([end, *dots]) - min([start, *dots]))  # of a dot at the end its arrowhead keeps clear
    start, end = (min([start, *(dot - beside for dot in dots)]), max([end, *(dot + beside for dot in dots)]))
    spare = 0.03 * (end - start) or 1.0
    return start - spare, end + spare


def _ends(figure: go.Figure, rows: pd.DataFrame, places: list[float], span: tuple[float, float], colour: str) -> None:
    """Every gain and its interval in figures right of the dots; an arrowhead where the interval leaves the axis."""
    for place, row in zip(places, rows.to_dict("records"), strict=True):
        gain, low, high = (row[name] for name in (Results.GAIN, Results.GAIN_LOW, Results.GAIN_HIGH))
        digits = 4 if max(abs(low), abs(high)) < 1 else 2
        digits += any(end and not round(end, digits) for end in (low, high))  # an end that is not quite 0
        words = f"{signed(gain, digits)} {interval_words(low, high, digits)}"
        _beside(figure, place, words, x=1, xanchor="left", xshift=10, font={"size": _SMALL + 0.5})
        if not span[0] <= gain <= span[1] and low < span[1] and high > span[0]:  # without its dot
            ends = {"x0": max(low, span[0]), "x1": min(high, span[1]), "y0": place, "y1": place}
            figure.add_shape(type="line", **ends, line={"color": colour, "width": 2})
        for side, beyond in ((-1, low < span[0]), (1, high > span[1])):
            if beyond:
                figure.add_shape(
                    type="path", path=f"M {-side * 9} -5 L 0 0 L {-side * 9} 5 Z", xsizemode="pixel",
                    ysizemode="pixel", xanchor=span[(side + 1) // 2], yanchor=place, fillcolor=colour,
                    line={"width": 0},
                )  # fmt: skip


def _beside(figure: go.Figure, place: float, words: str, **where: Any) -> None:
    figure.add_annotation(
        xref="x domain", y=place, yanchor="middle", text=words, showarrow=False, align="left", borderpad=0, **where
    )


def _finished(figure: go.Figure, lines: int, title: str, span: tuple[float, float], room: int) -> go.Figure:
    figure.add_shape(
        type="line", x0=0, x1=0, yref="paper", y0=0, y1=1, layer="below", line={"color": REST_COLOUR, "width": 1.5},
    )  # fmt: skip
    figure.add_annotation(
        x=0, y=1, yref="paper", yanchor="bottom", text="no gain", showarrow=False, font={"size": _SMALL + 0.5},
        borderpad=1,
    )  # fmt: skip
    figure.update_xaxes(title={"text": title, "font": {"size": 13}}, nticks=6, range=list(span), zeroline=False)
    figure.update_yaxes(range=[lines - 0.5, -0.5], showticklabels=False, showgrid=False, zeroline=False)
    legend = LEGEND | {"xref": "container", "y": 1.0, "yref": "container", "yanchor": "top"}
    margin = {"l": room, "r": _ENDS, "t": 44, "b": 8}
    return finish(figure, 104 + PITCH * lines, legend=legend, margin=margin)


def calibration_figure(table: pd.DataFrame) -> go.Figure:
    """A panel per ranker of `ranking.calibration_curves`: how much more was bought than predicted, group by group
    from the lowest predictions to the highest, in bands of its intervals."""
    rankers = [ranker for ranker in RANKERS if ranker in set(table["ranker"])]
    figure = make_subplots(cols=len(rankers), shared_yaxes=True, horizontal_spacing=0.05)
    form = next((name for name in table["features"] if name != NONE), FUSED)
    for column, ranker in enumerate(rankers, 1):
        for features, colour in ((NONE, REST_COLOUR), (form, RANKER_COLOURS[ranker])):
            rows = table[(table["ranker"] == ranker) & (table["features"] == features)]
            places = np.arange(1, len(rows) + 1)
            # Where the two coincide the one shows through the other; the hollow ones have one entry in the legend.
            symbol = "circle-open" if features == NONE else RANKER_SYMBOLS[ranker]
            _band(figure, rows, places, colour, column)
            figure.add_scatter(
                x=places, y=rows["observed"] - rows["predicted"], mode="lines+markers",
                line={"color": colour, "width": 2}, showlegend=features != NONE or column == 1,
                marker={"size": 10 if features == NONE else 6, "symbol": symbol},
                name=f"{NAMES[ranker]}, {PLAIN_NAMES[features]}" if features != NONE else "without LEARN",
                customdata=rows[["predicted", "observed"]], row=1, col=column,
                hovertemplate="predicted %{customdata[0]:.3f}, bought %{customdata[1]:.3f}<extra></extra>",
            )  # fmt: skip
            words = [f"{100 * share:.{1 if share < 0.0995 else 0}f}" for share in rows["predicted"]]
            figure.update_xaxes(
                title=f"{NAMES[ranker]}: predicted, in % (groups of equal size)", tickvals=places, ticktext=words,
                tickangle=0, tickfont={"size": _SMALL - 1}, row=1, col=column,
            )  # fmt: skip
    figure.add_hline(y=0, line={"color": REST_COLOUR, "width": 1.5})
    figure.update_yaxes(title="bought − predicted", row=1, col=1)
    return finish(figure, 320)


def _band(figure: go.Figure, rows: pd.DataFrame, places: np.ndarray, colour: str, column: int) -> None:
    ends = [*(rows["high"] - rows["predicted"]), *(rows["low"] - rows["predicted"])[::-1]]
    figure.add_scatter(
        x=[*places, *places[::-1]], y=ends, mode="lines", line={"width": 0}, fill="toself",
        fillcolor=colour, opacity=0.18, showlegend=False, hoverinfo="skip", row=1, col=column,
    )  # fmt: skip


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
