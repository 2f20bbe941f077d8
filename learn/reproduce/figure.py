"""One table of a benchmark, drawn; and its rows that the paper has, too, beside the paper's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from learn.data.schema import Metrics, Slices
from learn.explore.colours import REST_COLOUR, variant_colour, variant_symbol
from learn.explore.figures.base import plain_one
from learn.explore.figures.headed import Row
from learn.explore.figures.lined import lined_figure, side_by_side
from learn.explore.metrics.overview import CANDIDATE_LABELS, metric_label
from learn.reproduce.paper import beside
from learn.reproduce.results import is_earlier, one_metric, variant_of

KIND_COLOURS = {"text": "#bb3a6a", "text+counts": "#cf4fc0", "text+id": "#8a4cbc", "id": "#6f7fe8"}
"""Of LEARN's rows, by what they read, where they are no variant with a colour; what is not LEARN is grey."""
KIND_SYMBOLS = {"text": "circle", "text+counts": "diamond", "text+id": "square", "id": "triangle-up", "peer": "x"}
OWN = "LEARN"
GROUPS = {"peer": "Other libraries", "reference": "Simple references"}
"""What is not LEARN, by its kind."""
_ENDS = (Metrics.LOW, Metrics.HIGH)


def benchmark_figure(
    summary: pd.DataFrame, metric: str, k: int, candidates: str, part: str = Slices.WHOLE
) -> go.Figure:
    """Dots with intervals for one metric of a `learn.reproduce.summary`, the best on top, in groups where the rows are
    of several kinds; hollow ones are of an earlier run."""
    chosen = one_metric(summary, metric, k, candidates, part).dropna(subset=Metrics.MEAN)
    chosen = chosen.assign(
        group=[GROUPS.get(str(kind), OWN) for kind in chosen.get("kind", chosen["run"])], earlier=is_earlier(chosen)
    )
    groups = {
        str(name) if chosen["group"].nunique() > 1 else "": [_row(row) for row in rows.to_dict("records")]
        for name, rows in chosen.groupby("group", sort=False)
    }
    best = next(iter(groups), None)
    if best is not None:
        groups[best][0] = replace(groups[best][0], heading=f"<b>{groups[best][0].heading}</b>")
    among = CANDIDATE_LABELS.get(candidates, candidates).lower()
    return lined_figure(groups, f"{metric_label(metric)}@{k}, {among}")


def beside_the_paper(chosen: pd.DataFrame, paper: Mapping[str, float]) -> go.Figure | None:
    """Bars of the rows of `learn.reproduce.paper.beside`, a line a method, and the paper's in the same lines and on the
    same scale; None for fewer than two rows that both have.

    Args:
        paper: Run -> what the paper reports for it (`learn.reproduce.paper`).
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
    names = [plain_one(row["name"]) for row in rows]
    here = f"Here: {plain_one(str(both['dataset'].iloc[0]))} ({both[Metrics.N_USERS].max():,.0f} users)"
    columns: dict[str, list[Row | None]] = {here: [_row(row) for row in rows], "In the paper": theirs}
    return side_by_side(names, columns, apart=theirs.count(None))


def _row(row: Mapping[str, Any]) -> Row:
    variant, kind = variant_of(row["run"]), str(row.get("kind"))
    own = variant_colour(variant)
    low, high = (float("nan") if row[end] is None else row[end] for end in _ENDS)
    interval = "" if pd.isna(low) else f"<br>95% interval {low:.4f} to {high:.4f}"
    users = "" if pd.isna(low) else f"<br>{row[Metrics.N_USERS]:,.0f} users"
    return Row(
        plain_one(row["label"]),
        row[Metrics.MEAN],
        low,
        high,
        own or KIND_COLOURS.get(kind, REST_COLOUR),
        variant_symbol(variant) if own else KIND_SYMBOLS.get(kind, "circle"),
        f"{plain_one(row['label'])}: %{{x:.4f}}{interval}{users}",
        hollow=bool(row["earlier"]),
    )
