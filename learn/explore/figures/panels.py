"""Small figures that stand beside each other: a question or a slice each, their words above the dots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from learn.data.schema import Metrics
from learn.explore.colours import KIND_COLOURS, REST_COLOUR
from learn.explore.figures.base import plain_one
from learn.explore.figures.headed import Row, bars_figure, headed_figure
from learn.explore.metrics.kinds import KIND

LONGEST = 34
"""Letters of a label: a longer one is cut, a pointer is told all of it."""


def kinds_figure(table: pd.DataFrame) -> go.Figure:
    """`learn.explore.metrics.kinds.Kinds.table`: above each bar its kind and figure, and the Run that it is of.

    A kind has one colour in all of them, whichever Run stands for it.
    """
    return bars_figure(
        [
            _row(
                row,
                KIND_COLOURS[row[KIND]],
                "",
                f"{_bold(f'{row[KIND]}: {row[Metrics.MEAN]:.4f}', place)}<br>{_cut(row['label'])}",
            )
            for place, row in enumerate(table.to_dict("records"))
        ]
    )


def runs_figure(
    table: pd.DataFrame,
    colours: Mapping[str, str],
    symbols: Mapping[str, str],
    metric: str,
    kinds: Mapping[str, str] | None = None,
    at_end: bool = False,
) -> go.Figure:
    """The Runs of `overview.compare_runs`, or of one slice of `compare.by_slice`, best first, with their intervals:
    above each dot its Run and its figure.

    Args:
        kinds: Run -> what it goes by in a few words, written behind.
        at_end: whether the figures stand below each other at the right, not behind the names.
    """
    rows = []
    for place, row in enumerate(table.sort_values(Metrics.MEAN, ascending=False, kind="stable").to_dict("records")):
        kind = (kinds or {}).get(row["run"], "")
        value = f"{row[Metrics.MEAN]:.4f}"
        heading = _bold(_cut(row["label"]) if at_end else f"{_cut(row['label'])} {value}", place)
        heading += f" · {plain_one(kind)}" if kind else ""
        colour, symbol = colours.get(row["run"], REST_COLOUR), symbols[row["run"]]
        rows.append(_row(row, colour, symbol, heading, _bold(value, place) if at_end else ""))
    return headed_figure(rows, metric)


def _row(row: dict[str, Any], colour: str, symbol: str, heading: str, value: str = "") -> Row:
    low, high = row[Metrics.LOW], row[Metrics.HIGH]
    interval = f"<br>95% interval {low:.4f} to {high:.4f}" if pd.notna(low) else ""
    told = f"{plain_one(row['label'])}: %{{x:.4f}}{interval}<br>{row[Metrics.N_USERS]:,.0f} users"
    return Row(heading, row[Metrics.MEAN], low, high, colour, symbol, told, value)


def _bold(words: str, place: int) -> str:
    """The first one is the best."""
    return words if place else f"<b>{words}</b>"


def _cut(label: str) -> str:
    return plain_one(label if len(label) <= LONGEST else label[: LONGEST - 1].rstrip() + "…")
