"""Small figures that stand beside each other: a question or a slice each, their words above the dots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from learn.data.schema import Metrics
from learn.explore.colours import KIND_COLOURS, REST_COLOUR
from learn.explore.figures.base import plain_one
from learn.explore.figures.headed import Row, bars_figure, headed_figure
from learn.explore.metrics.kinds import KIND
from learn.explore.metrics.result import LEARNED
from learn.item_towers import brief

LONGEST = 34
"""Letters of a label: a longer one is cut, a pointer is told all of it."""
LONGEST_BESIDE = 14
"""Letters of a label behind its kind."""


def kinds_figure(table: pd.DataFrame, end: float = 0.0, at_random: float = 0.0) -> go.Figure:
    """`learn.explore.metrics.kinds.Kinds.table`: above each bar its kind and figure; a pointer is told the Run.

    A kind has one colour in all such figures (`KIND_COLOURS`), whichever Run stands for it.

    Args:
        end: where the axis ends at least.
        at_random: what a list drawn at random has, as a dotted line at each bar; 0: none is drawn.
    """
    figure = bars_figure(
        [
            _row(
                row,
                KIND_COLOURS[row[KIND]],
                "",
                _bold(f"{plain_one(_kind(row))}: {row[Metrics.MEAN]:.4f}", place),
            )
            for place, row in enumerate(table.to_dict("records"))
        ],
        max(end, at_random),
    )
    _draw_chance(figure, len(table), at_random)
    return figure


def _kind(row: dict[str, Any]) -> str:
    """A kind in a figure of the best of each; of trained text it is said which, as another one is best elsewhere."""
    return f"{row[KIND]}, {_shortened(brief(row['label']), LONGEST_BESIDE)}" if row[KIND] == LEARNED else str(row[KIND])


def _draw_chance(figure: go.Figure, rows: int, at_random: float) -> None:
    """A dotted line at each row, not across the words; none at 0."""
    for place in range(rows if at_random else 0):
        figure.add_shape(
            type="line", x0=at_random, x1=at_random, y0=place - 0.2, y1=place + 0.24,
            line={"color": REST_COLOUR, "dash": "2px,2px", "width": 1.5},
        )  # fmt: skip


def runs_figure(
    table: pd.DataFrame,
    colours: Mapping[str, str],
    symbols: Mapping[str, str],
    metric: str,
    kinds: Mapping[str, str] | None = None,
    at_end: bool = False,
    order: Sequence[str] = (),
    end: float = 0.0,
    at_random: float = 0.0,
) -> go.Figure:
    """The Runs of `overview.compare_runs`, or of one slice of `compare.by_slice`, best first, with their intervals:
    above each dot its Run and its figure, the best in bold.

    Args:
        kinds: Run -> what it goes by in a few words, written behind.
        at_end: whether the figures stand below each other at the right, not behind the names.
        order: Runs in the order of another figure beside this one; those that are not in it come last.
        end: what the axis has to show at least.
        at_random: what a list drawn at random has, as a dotted line at each dot; 0: none is drawn.
    """
    rows = []
    table = table.sort_values(Metrics.MEAN, ascending=False, kind="stable").reset_index(drop=True)
    table = table.assign(place=table.index)
    if order:
        table = table.sort_values("run", key=lambda names: names.map({run: n for n, run in enumerate(order)}))
    for row in table.to_dict("records"):
        place = row["place"]
        kind = (kinds or {}).get(row["run"], "")
        value = f"{row[Metrics.MEAN]:.4f}"
        heading = _bold(_cut(row["label"]) if at_end else f"{_cut(row['label'])} {value}", place)
        heading += f" · {plain_one(kind)}" if kind else ""
        colour, symbol = colours.get(row["run"], REST_COLOUR), symbols[row["run"]]
        rows.append(_row(row, colour, symbol, heading, _bold(value, place) if at_end else ""))
    figure = headed_figure(rows, metric, max(end, at_random))
    _draw_chance(figure, len(rows), at_random)
    return figure


def _row(row: dict[str, Any], colour: str, symbol: str, heading: str, value: str = "") -> Row:
    low, high = row[Metrics.LOW], row[Metrics.HIGH]
    interval = f"<br>95% interval {low:.4f} to {high:.4f}" if pd.notna(low) else ""
    told = f"{plain_one(row['label'])}: %{{x:.4f}}{interval}<br>{row[Metrics.N_USERS]:,.0f} users"
    return Row(heading, row[Metrics.MEAN], low, high, colour, symbol, told, value)


def _bold(words: str, place: int) -> str:
    """The first one is the best."""
    return words if place else f"<b>{words}</b>"


def _cut(label: str) -> str:
    return plain_one(_shortened(label, LONGEST))


def _shortened(label: str, most: int) -> str:
    return label if len(label) <= most else label[: most - 1].rstrip() + "…"
