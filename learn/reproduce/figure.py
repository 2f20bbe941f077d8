"""One table of a benchmark, drawn."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from learn.data.schema import Metrics, Slices
from learn.explore.colours import REST_COLOUR, run_colours
from learn.explore.figures.base import metrics_figure, plain
from learn.explore.metrics.overview import metric_label
from learn.reproduce.results import one_metric


def benchmark_figure(
    summary: pd.DataFrame,
    metric: str,
    k: int,
    candidates: str,
    part: str = Slices.WHOLE,
    paper: Mapping[str, float] | None = None,
) -> go.Figure:
    """Dots with intervals for one metric of a `learn.reproduce.summary`, the best on top.

    ``paper``: Run -> what the paper reports for it (`learn.reproduce.paper`), in a panel of its own beside it: its data
    are others, so that one axis for both would invite to read the gap between them.
    """
    chosen = one_metric(summary, metric, k, candidates, part).dropna(subset=Metrics.MEAN)
    colours = run_colours((name, name) for name in chosen["run"])
    figure = metrics_figure(chosen, colours, f"{metric_label(metric)}@{k}, {candidates} items")
    both = chosen[chosen["run"].isin(list(paper or {}))]
    if paper and len(both):
        figure.add_scatter(
            x=[paper[run] for run in both["run"]],
            y=plain(both["label"]),
            xaxis="x2",
            mode="markers",
            marker={"symbol": "diamond", "size": 11, "color": REST_COLOUR},
            hovertemplate="%{y}: %{x:.4f} in the paper<extra></extra>",
        )
        figure.update_layout(
            xaxis_domain=[0, 0.64],
            xaxis2={"domain": [0.69, 1], "anchor": "y", "rangemode": "tozero", "title": "in the paper", "nticks": 4},
        )
        figure.update_layout(xaxis_title=f"here: {metric_label(metric)}@{k}, {candidates} items")
    return figure
