"""One table of a benchmark, drawn; and its rows that the paper has, too, beside the paper's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from learn.data.schema import Metrics, Slices
from learn.explore.colours import REST_COLOUR, variant_colour, variant_symbol
from learn.explore.figures.base import plain_one
from learn.explore.figures.headed import Row, bars_figure, headed_figure
from learn.explore.metrics.overview import CANDIDATE_LABELS, metric_label
from learn.explore.metrics.result import variant_gloss
from learn.item_towers import ITEM_TOWERS
from learn.reproduce.paper import OWN_NAMES
from learn.reproduce.results import one_metric, variant_of

KIND_COLOURS = {"text": "#bb3a6a", "text+counts": "#cf4fc0", "text+id": "#8a4cbc", "id": "#6f7fe8"}
"""Of LEARN's rows, by what they read, where they are no variant with a colour; what is not LEARN is grey."""
KIND_SYMBOLS = {"text": "circle", "text+counts": "diamond", "text+id": "square", "id": "triangle-up", "peer": "x"}
KIND_NAMES = {
    "text": "LEARN on text",
    "text+counts": "LEARN and counts",
    "text+id": "LEARN on text and IDs",
    "id": "LEARN on IDs alone",
    "peer": "another library's",
    "reference": "simple reference",
}


def benchmark_figure(
    summary: pd.DataFrame, metric: str, k: int, candidates: str, part: str = Slices.WHOLE
) -> go.Figure:
    """Dots with intervals for one metric of a `learn.reproduce.summary`, the best on top; above each its figure and,
    where the rows are of several kinds, what it is."""
    chosen = one_metric(summary, metric, k, candidates, part).dropna(subset=Metrics.MEAN)
    several = "kind" in chosen and chosen["kind"].nunique() > 1
    rows = []
    for place, row in enumerate(chosen.to_dict("records")):
        head = f"{plain_one(row['label'])} {row[Metrics.MEAN]:.4f}"
        what = _what(row) if several else ""
        rows.append(_row(row, (head if place else f"<b>{head}</b>") + (f" · {plain_one(what)}" if what else "")))
    return headed_figure(rows, f"{metric_label(metric)}@{k}, {CANDIDATE_LABELS.get(candidates, candidates).lower()}")


def beside_the_paper(chosen: pd.DataFrame, paper: Mapping[str, float]) -> tuple[go.Figure, go.Figure] | None:
    """Bars of the rows of `learn.reproduce.results.one_metric` that the paper has, too, and bars of the paper's.

    Both in the order measured here, the paper's under its own names and each once, each on an axis of its own: the
    paper's data are others, and one axis would invite to read the gap between them. None for fewer than two rows.

    Args:
        paper: Run -> what the paper reports for it (`learn.reproduce.paper`).
    """
    both = chosen[chosen["run"].isin(list(paper))].dropna(subset=[Metrics.MEAN]).to_dict("records")
    if len(both) < 2:
        return None
    ours = [_row(row, f"{plain_one(row['label'])} <b>{row[Metrics.MEAN]:.4f}</b>") for row in both]
    named = {OWN_NAMES.get(row["run"], row["label"]): row for row in reversed(both)}  # of two the first one here
    theirs = [
        _row(
            row | {"label": name, Metrics.MEAN: paper[row["run"]], Metrics.LOW: None, Metrics.HIGH: None},
            f"{plain_one(name)} <b>{paper[row['run']]:.4f}</b>",
        )
        for name, row in reversed(named.items())
    ]
    return bars_figure(ours), bars_figure(theirs)


def _what(row: Mapping[str, Any]) -> str:
    """What a row is, in a few words; "" where its label says it."""
    if variant_of(row["run"]) in ITEM_TOWERS:
        return variant_gloss(variant_of(row["run"]))
    return "" if str(row["label"]).startswith("LEARN") else KIND_NAMES.get(str(row["kind"]), "")


def _row(row: Mapping[str, Any], heading: str) -> Row:
    variant, kind = variant_of(row["run"]), str(row.get("kind"))
    own = variant_colour(variant)
    low, high = (float("nan") if row[end] is None else row[end] for end in (Metrics.LOW, Metrics.HIGH))
    interval = "" if pd.isna(low) else f"<br>95% interval {low:.4f} to {high:.4f}"
    users = "" if pd.isna(low) else f"<br>{row[Metrics.N_USERS]:,.0f} users"
    return Row(
        heading,
        row[Metrics.MEAN],
        low,
        high,
        own or KIND_COLOURS.get(kind, REST_COLOUR),
        variant_symbol(variant) if own else KIND_SYMBOLS.get(kind, "circle"),
        f"{plain_one(row['label'])}: %{{x:.4f}}{interval}{users}",
    )
