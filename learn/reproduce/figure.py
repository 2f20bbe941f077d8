"""One table of a benchmark, drawn; and its rows that the paper has, too, beside the paper's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from learn.data.schema import Metrics, Slices
from learn.explore.colours import KIND_COLOURS, variant_colour
from learn.explore.figures.base import plain_one
from learn.explore.figures.headed import Row
from learn.explore.figures.lined import lined_figure, side_by_side
from learn.explore.metrics.overview import CANDIDATE_LABELS, metric_label
from learn.item_towers import ITEM_TOWERS
from learn.reproduce.paper import beside
from learn.reproduce.results import IDS, OTHER_LIBRARY, TEXT_AND_ID, is_earlier, kind_of, one_metric, variant_of

ROW_COLOURS = {
    **KIND_COLOURS,
    TEXT_AND_ID: "#cd7a14",
    IDS: "#a6851b",
    OTHER_LIBRARY: "#2f8f7d",
}
"""Of the rows, by what they go by; a trained tower's own where a table has several of them."""
LIGHTER = "* earlier run (lighter)"
_ENDS = (Metrics.LOW, Metrics.HIGH)


def benchmark_figure(
    summary: pd.DataFrame, metric: str, k: int, candidates: str, part: str = Slices.WHOLE
) -> go.Figure:
    """Dots with intervals for one metric of a `learn.reproduce.summary`, the best on top, with a colour for each kind;
    lighter ones, with a star, are of an earlier run."""
    chosen = one_metric(summary, metric, k, candidates, part).dropna(subset=Metrics.MEAN)
    chosen = chosen.assign(earlier=is_earlier(chosen))
    colours = _colours(chosen)
    rows = [_row(row, colours) for row in chosen.to_dict("records")]
    if rows:
        rows[0] = replace(rows[0], heading=f"<b>{rows[0].heading}</b>")
    legend = _kinds(chosen, colours)
    among = CANDIDATE_LABELS.get(candidates, candidates).lower()
    lighter = LIGHTER if chosen["earlier"].any() else ""
    return lined_figure(rows, f"{metric_label(metric)}@{k}, {among}", legend, lighter)


def beside_the_paper(
    chosen: pd.DataFrame, paper: Mapping[str, float], head: str = "In the paper", dataset: str = ""
) -> go.Figure | None:
    """Bars of the rows of `learn.reproduce.paper.beside`, a line a method, and the paper's in the same lines and on the
    same scale; None for fewer than two rows that both have.

    Args:
        paper: Run -> what the paper reports for it (`learn.reproduce.paper`).
        head: what stands above the paper's.
        dataset: what the own rows' data is called; "": by its name.
    """
    both = beside(chosen, paper)
    if both["paper"].notna().sum() < 2:
        return None
    colours = _colours(both)
    rows = both.assign(earlier=is_earlier(both)).to_dict("records")
    theirs: list[Row | None] = [
        None
        if pd.isna(row["paper"])
        else _row(
            row | {"label": row["own"], Metrics.MEAN: row["paper"], **dict.fromkeys(_ENDS), "earlier": False}, colours
        )
        for row in rows
    ]
    own = [_row(row, colours) for row in rows]
    data = plain_one(dataset or str(both["dataset"].iloc[0]))
    columns: dict[str, list[Row | None]] = {
        f"Here: {data}, {both[Metrics.N_USERS].max():,.0f} users": [*own],
        plain_one(head): theirs,
    }
    names = [row.heading for row in own]
    lighter = LIGHTER if any(row["earlier"] for row in rows) else ""
    none = "no such row in the paper"
    return side_by_side(names, columns, theirs.count(None), none, _kinds(both, colours), lighter)


def _colours(rows: pd.DataFrame) -> dict[str, str]:
    """Run -> colour: its kind's, or its tower's where there are several trained ones."""
    towers = {variant_of(run) for run in rows["run"].astype(str)}
    trained = {code for code in towers if code in ITEM_TOWERS and ITEM_TOWERS[code].trained}
    own = {code: variant_colour(code) for code in trained} if len(trained) > 1 else {}
    found = rows.to_dict("records")
    return {row["run"]: own.get(variant_of(row["run"])) or ROW_COLOURS[kind_of(row)] for row in found}


def _kinds(rows: pd.DataFrame, colours: Mapping[str, str]) -> dict[str, str]:
    """The colours of the rows' kinds, where there are several; a kind of more than one colour says nothing."""
    found: dict[str, set[str]] = {}
    for row in rows.to_dict("records"):
        found.setdefault(kind_of(row), set()).add(colours[row["run"]])
    return {kind: one.pop() for kind, one in found.items() if len(one) == 1} if len(found) > 1 else {}


def _row(row: Mapping[str, Any], colours: Mapping[str, str]) -> Row:
    low, high = (float("nan") if row[end] is None else row[end] for end in _ENDS)
    interval = "" if pd.isna(low) else f"<br>95% interval {low:.4f} to {high:.4f}"
    users = "" if pd.isna(low) else f"<br>{row[Metrics.N_USERS]:,.0f} users"
    label = plain_one(row["label"])
    return Row(
        f"{label} *" if row["earlier"] else label,
        row[Metrics.MEAN],
        low,
        high,
        colours[row["run"]],
        "circle",
        f"{label}: %{{x:.4f}}{interval}{users}",
        lighter=bool(row["earlier"]),
    )
