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

    ``paper``: Run -> what the paper reports for it (`learn.reproduce.paper`), drawn as a hollow diamond in its line.
    """
    chosen = one_metric(summary, metric, k, candidates, part).dropna(subset=Metrics.MEAN)
    colours = run_colours((name, name) for name in chosen["run"])
    figure = metrics_figure(chosen, colours, f"{metric_label(metric)}@{k}, {candidates} items")
    both = chosen[chosen["run"].isin(list(paper or {}))]
    if paper and len(both):
        figure.add_scatter(
            x=[paper[run] for run in both["run"]],
            y=plain(both["label"]),
            mode="markers",
            marker={"symbol": "diamond-open", "size": 11, "color": REST_COLOUR, "line": {"width": 2}},
            hovertemplate="%{y}: %{x:.4f} in the paper<extra></extra>",
        )
    return figure
