"""Figures of the Why page."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from learn.explore.catalogue import Catalogue
from learn.explore.colours import REST_COLOUR
from learn.explore.figures.base import finish, plain, plain_one
from learn.explore.lists.attribution import RankBreakdown

TITLE_LENGTH = 38


def strongest(table: pd.DataFrame, most: int = 12) -> np.ndarray:
    """[<= most] items that matter most in any Run, by share of its largest contribution.

    Ordered by their mean share, the greatest first.

    Args:
        table: `learn.explore.lists.attribution.contributions_table`.
    """
    falls = table["leave_one_out_chunk"]
    largest = falls.groupby(table["run"]).transform(lambda values: values.abs().max())
    share = (falls / largest.where(largest > 0)).fillna(0.0)
    by_item = pd.DataFrame({"item": table["item"], "share": share, "size": share.abs()}).groupby("item")
    kept = by_item["size"].max().sort_values(ascending=False, kind="stable").index[:most]
    return by_item["share"].mean().loc[kept].sort_values(ascending=False, kind="stable").index.to_numpy()


def _headings(labels: dict[str, str], names: list[str]) -> list[str]:
    """The panels' headings, in two lines where one would run into the next panel's."""
    return [plain_one(labels[name]).replace(" to ", "<br>to ") for name in names]


def contributions_figure(
    table: pd.DataFrame, catalogue: Catalogue, labels: dict[str, str], colours: dict[str, str], most: int = 12
) -> go.Figure:
    """One panel a Run, the same history items in each: bars leave an item out of its chunk, ticks are the gradient."""
    names = list(dict.fromkeys(table["run"]))
    items = strongest(table, most)
    titles = [_short(catalogue.titles[item]) for item in items]
    figure = make_subplots(
        cols=len(names),
        shared_yaxes=True,
        horizontal_spacing=0.025,
        subplot_titles=_headings(labels, names),
    )
    places = list(range(len(items)))
    for column, name in enumerate(names, 1):
        rows = table[table["run"] == name].set_index("item").reindex(items)
        figure.add_bar(
            x=rows["leave_one_out_chunk"],
            y=places,
            orientation="h",
            marker_color=colours.get(name, REST_COLOUR),
            customdata=plain(catalogue.titles[items]),
            hovertemplate="%{customdata}<br>left out: the score changes by %{x:.4f}<extra></extra>",
            row=1,
            col=column,
        )
        figure.add_scatter(
            x=rows["gradient"],
            y=places,
            mode="markers",
            marker={"symbol": "line-ns-open", "size": 13, "color": REST_COLOUR, "line": {"width": 2.5}},
            hovertemplate="estimate: %{x:.4f}<extra></extra>",
            row=1,
            col=column,
        )
    figure.update_yaxes(
        autorange="reversed", tickmode="array", tickvals=places, ticktext=plain(titles), ticklabelstandoff=6
    )
    figure.update_xaxes(zeroline=True, zerolinecolor=REST_COLOUR, nticks=5)
    figure.update_annotations(font_size=13)
    return finish(figure, 105 + 30 * max(len(items), 2), showlegend=False).update_layout(margin_t=40)


def distribution_figure(
    rank_breakdowns: dict[str, RankBreakdown], labels: dict[str, str], colours: dict[str, str]
) -> go.Figure:
    """One histogram a Run of all scores, a line at the item's."""
    names = list(rank_breakdowns)
    figure = make_subplots(cols=len(names), horizontal_spacing=0.04, subplot_titles=_headings(labels, names))
    for column, name in enumerate(names, 1):
        one = rank_breakdowns[name]
        counts, edges = np.histogram(one.scores, bins=60)
        figure.add_bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=counts,
            width=np.diff(edges),
            marker_color=colours.get(name, REST_COLOUR),
            opacity=0.75,
            hovertemplate="score about %{x:.3f}: %{y:,} items<extra></extra>",
            row=1,
            col=column,
        )
        figure.add_vline(x=one.score, line={"color": "#d4622f", "width": 2.5}, row=1, col=column)
        # The text stands on the side that has room.
        left = one.score > (edges[0] + edges[-1]) / 2
        figure.add_annotation(
            x=one.score,
            y=float(counts.max()),
            text=f" rank {one.rank:,} ",
            showarrow=False,
            xanchor="right" if left else "left",
            row=1,
            col=column,
        )
    figure.update_xaxes(title="score", nticks=5)
    figure.update_annotations(font_size=13)
    figure.update_yaxes(title="items", col=1)
    return finish(figure, 265, showlegend=False).update_layout(bargap=0, margin_t=40)


def _short(title: str) -> str:
    """Both ends: what it is, and how much of it, which tells items of one name apart."""
    if len(title) <= TITLE_LENGTH:
        return title
    return title[: TITLE_LENGTH - 12].rstrip() + "…" + title[-11:].lstrip()
