"""One table of a benchmark, drawn."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from learn.data.schema import Metrics, Slices
from learn.explore.colours import run_colours
from learn.explore.figures.base import metrics_figure
from learn.explore.metrics.overview import metric_label
from learn.reproduce.results import one_metric


def benchmark_figure(
    summary: pd.DataFrame, metric: str, k: int, candidates: str, part: str = Slices.WHOLE
) -> go.Figure:
    """Dots with intervals for one metric of a `learn.reproduce.summary`, the best on top."""
    chosen = one_metric(summary, metric, k, candidates, part).dropna(subset=Metrics.MEAN)
    colours = run_colours((name, name) for name in chosen["run"])
    return metrics_figure(chosen, colours, f"{metric_label(metric)}@{k}, {candidates} items")
