"""One table of a benchmark, drawn; and its rows that the paper has, too, beside the paper's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from learn.data.schema import Metrics, Slices
from learn.explore.colours import REST_COLOUR
from learn.explore.figures.base import plain_one
from learn.explore.figures.headed import Row
from learn.explore.figures.lined import lined_figure, side_by_side
from learn.explore.metrics.overview import CANDIDATE_LABELS, metric_label
from learn.explore.metrics.result import BOTH, COUNTS, FOREIGN, LEARNED, UNTRAINED
from learn.reproduce.paper import beside
from learn.reproduce.results import IDS, OTHER_LIBRARY, SAME_AS, TEXT_AND_ID, is_earlier, kind_of, one_metric

KIND_COLOURS = {
    COUNTS: "#76869d",
    LEARNED: "#3b7dc4",
    BOTH: "#a765c4",
    UNTRAINED: "#a3818f",
    FOREIGN: REST_COLOUR,
    TEXT_AND_ID: "#5b57d6",
    IDS: "#cf4fc0",
    OTHER_LIBRARY: "#c74f6b",
}
"""Of the rows, by what they go by."""
HOLLOW = "earlier run (hollow)"
_ENDS = (Metrics.LOW, Metrics.HIGH)


def benchmark_figure(
    summary: pd.DataFrame, metric: str, k: int, candidates: str, part: str = Slices.WHOLE
) -> go.Figure:
    """Dots with intervals for one metric of a `learn.reproduce.summary`, the best on top, with a colour for each kind;
    hollow ones are of an earlier run."""
    chosen = one_metric(summary, metric, k, candidates, part).dropna(subset=Metrics.MEAN)
    chosen = chosen.assign(earlier=is_earlier(chosen))
    rows = [_row(row) for row in chosen.to_dict("records")]
    if rows:
        rows[0] = replace(rows[0], heading=f"<b>{rows[0].heading}</b>")
    legend = _kinds(chosen.to_dict("records"))
    among = CANDIDATE_LABELS.get(candidates, candidates).lower()
    hollow = HOLLOW if chosen["earlier"].any() else ""
    return lined_figure(rows, f"{metric_label(metric)}@{k}, {among}", legend, hollow)


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
    rows = both.assign(earlier=is_earlier(both)).to_dict("records")
    theirs: list[Row | None] = [
        None
        if pd.isna(row["paper"])
        else _row(row | {"label": row["own"], Metrics.MEAN: row["paper"], **dict.fromkeys(_ENDS), "earlier": False})
        for row in rows
    ]
    own = [_row(row) for row in rows]
    data = plain_one(dataset or str(both["dataset"].iloc[0]))
    columns: dict[str, list[Row | None]] = {
        f"Here: {data}, {both[Metrics.N_USERS].max():,.0f} users": [*own],
        plain_one(head): theirs,
    }
    names = [row.heading for row in own]
    hollow = HOLLOW if any(row["earlier"] for row in rows) else ""
    none = "no such row in the paper"
    return side_by_side(names, columns, theirs.count(None), none, _kinds(rows), hollow)


def _kinds(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The colours of the rows' kinds, where there are several."""
    kinds = list(dict.fromkeys(kind_of(row) for row in rows))
    return {kind: KIND_COLOURS[kind] for kind in kinds} if len(kinds) > 1 else {}


def _row(row: Mapping[str, Any]) -> Row:
    low, high = (float("nan") if row[end] is None else row[end] for end in _ENDS)
    interval = "" if pd.isna(low) else f"<br>95% interval {low:.4f} to {high:.4f}"
    users = "" if pd.isna(low) else f"<br>{row[Metrics.N_USERS]:,.0f} users"
    label, same = plain_one(row["label"]), SAME_AS.get(row["run"])
    return Row(
        f"{label} = {same}" if same else label,
        row[Metrics.MEAN],
        low,
        high,
        KIND_COLOURS[kind_of(row)],
        "circle",
        f"{label}: %{{x:.4f}}{interval}{users}",
        hollow=bool(row["earlier"]),
    )
