"""One table of a benchmark, drawn."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from learn.data.schema import Metrics, Slices
from learn.explore.colours import REST_COLOUR, variant_colour
from learn.explore.figures.base import metrics_figure, plain
from learn.explore.metrics.overview import metric_label
from learn.reproduce.results import one_metric

KIND_COLOURS = {"text": "#bb3a6a", "text+counts": "#cf4fc0", "text+id": "#8a4cbc", "id": "#6f7fe8"}
"""Of LEARN's rows, by what they read, where they are no variant with a colour; what is not LEARN is grey."""
KIND_NAMES = {"text": "LEARN, text", "text+counts": "text and counts", "text+id": "text and ID", "id": "ID"}


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
    kinds = chosen.get("kind", chosen["run"])
    colours = {
        run: variant_colour(run) or KIND_COLOURS.get(str(kind), REST_COLOUR)
        for run, kind in zip(chosen["run"], kinds, strict=True)
    }
    figure = metrics_figure(chosen, colours, f"{metric_label(metric)}@{k}, {candidates} items")
    _name_kinds(figure, [str(kind) for run, kind in zip(chosen["run"], kinds, strict=True) if not variant_colour(run)])
    both = chosen[chosen["run"].isin(list(paper or {}))]
    if paper and len(both):
        figure.add_scatter(
            x=[paper[run] for run in both["run"]],
            y=plain(both["label"]),
            xaxis="x2",
            mode="markers",
            showlegend=False,
            marker={"symbol": "diamond", "size": 11, "color": REST_COLOUR},
            hovertemplate="%{y}: %{x:.4f} in the paper<extra></extra>",
        )
        figure.update_layout(
            xaxis_domain=[0, 0.64],
            xaxis2={"domain": [0.69, 1], "anchor": "y", "rangemode": "tozero", "title": "the paper's", "nticks": 4},
        )
        figure.update_layout(margin_t=max(36, figure.layout.margin.t))
        for left, words in ((0, "<b>measured here</b>"), (0.69, "<b>in the paper</b>, other data")):
            figure.add_annotation(
                x=left, y=1, xref="paper", yref="paper", yshift=6, text=words,
                showarrow=False, xanchor="left", yanchor="bottom", font={"size": 13},
            )  # fmt: skip
    return figure


def _name_kinds(figure: go.Figure, kinds: list[str]) -> None:
    """A legend of the colours of ``kinds``, where there are several."""
    shown = [kind for kind in KIND_COLOURS if kind in kinds]
    if len(shown) < 2:
        return
    figure.update_traces(showlegend=False)
    named = {KIND_NAMES[kind]: KIND_COLOURS[kind] for kind in shown} | {"others": REST_COLOUR}
    for words, colour in named.items():
        marker = {"size": 12, "color": colour, "symbol": "circle"}
        figure.add_scatter(x=[None], y=[None], mode="markers", name=words, marker=marker, showlegend=True)
    figure.update_layout(showlegend=True, legend={"yref": "container", "y": 1, "yanchor": "top"}, margin_t=64)
