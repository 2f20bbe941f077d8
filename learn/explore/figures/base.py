"""Plotly figures and the colours that mean the same thing on every page."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from learn.data.schema import Metrics
from learn.explore.catalogue import OTHER_CATEGORIES
from learn.explore.colours import PART_COLOURS, REST_COLOUR, SLICE_COLOURS, category_colours, run_symbols
from learn.explore.metrics.overview import PARTS
from learn.explore.metrics.slice_words import OF_BOTH

WHOLE_AXIS = {"tickformat": ".0%", "range": [0, 1], "tickvals": [0, 0.5, 1], "ticklabeloverflow": "allow"}
MARGIN = {"l": 8, "r": 12, "t": 24, "b": 8}
WHOLE_MARGIN = MARGIN | {"r": 24}  # half of "100%" stands beyond the axis
LABEL_SIZE, LETTER = 12, 0.5
"""Of an axis's words, in pixels; how wide a letter is on average, of that size."""
LEGEND = {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0, "title": None, "traceorder": "normal"}


def _finish(figure: go.Figure, height: int, **layout: Any) -> go.Figure:
    figure.update_layout(
        height=height,
        bargap=0.12,
        **{"legend": LEGEND, "margin": MARGIN, **layout},
    )
    figure.update_xaxes(automargin=True)
    figure.update_yaxes(automargin=True)
    room = max((label_room(labels) for labels in _row_labels(figure)), default=0)
    if room > figure.layout.margin.l:
        figure.update_layout(margin_l=room)
    return figure


def label_room(labels: Iterable[object], size: float = LABEL_SIZE) -> int:
    """Pixels that the longest line of ``labels`` takes up left of an axis.

    Plotly measures labels before the page's font is there, in a narrower one, and then cuts off their beginnings.
    """
    lines = [line for label in labels for line in re.sub("<(?!br>)[^>]*>", "", str(label)).split("<br>")]
    longest = max((len(html.unescape(line)) for line in lines), default=0)
    return round(longest * size * LETTER) + 14


def _row_labels(figure: go.Figure) -> Iterator[Iterable[object]]:
    """The words that stand left of the rows: an axis's own, or those of what lies along it."""
    if figure.layout.yaxis.ticktext is not None:
        yield figure.layout.yaxis.ticktext
    for trace in figure.data:
        rows = [] if trace.y is None or trace.yaxis not in (None, "y") else trace.y
        if len(rows) and all(isinstance(row, str) for row in rows):
            yield rows


def timeline_figure(table: pd.DataFrame, cuts: dict[str, str], period: str = "") -> go.Figure:
    """Stacked bars of `overview.timeline`, with a line at each of ``cuts`` (text -> ISO time).

    ``period``: what a bar is ("week", `overview.period_word`).
    """
    figure = go.Figure()
    for part in PARTS:
        rows = table[table["part"] == part]
        figure.add_bar(
            x=rows["period"],
            y=rows["events"],
            name=part,
            marker_color=PART_COLOURS[part],
            hovertemplate="%{x|%d %b %Y}: %{y:,} events<extra>" + part + "</extra>",
        )
    for text, time in cuts.items():
        figure.add_vline(x=time, line={"color": REST_COLOUR, "dash": "dash", "width": 1.5})
        # The text stands above its own part: validation to the left of its end, target to the right of its start.
        side = "left" if text == PARTS[-1] else "right"
        figure.add_annotation(
            x=time,
            y=1,
            yref="paper",
            text=f" {text} from {time[:10]} ",
            showarrow=False,
            xanchor=side,
            yanchor="bottom",
        )
    figure.update_yaxes(title=f"events per {period}" if period else "events")
    # Above what is written at the cuts, which a narrow window puts below it.
    return _finish(figure, 290, barmode="stack", legend=LEGEND | {"y": 1.12}, margin=MARGIN | {"t": 60})


def lengths_figure(table: pd.DataFrame) -> go.Figure:
    """Bars of `overview.history_lengths`."""
    figure = go.Figure(
        go.Bar(
            x=table["users"],
            y=table["events"],
            orientation="h",
            marker_color=PART_COLOURS["history"],
            hovertemplate="%{y} events: %{x:,} users<extra></extra>",
        )
    )
    figure.update_yaxes(
        title="events of a user before the cut", type="category", autorange="reversed", ticklabelstandoff=4, dtick=1
    )
    figure.update_xaxes(title="users")
    return _finish(figure, 280)


def slices_figure(table: pd.DataFrame) -> go.Figure:
    """One bar of 100% for users, items and target events: `overview.slice_shares`."""
    figure = go.Figure()
    for name, colour in SLICE_COLOURS.items():
        rows = table[table["slice"] == name]
        figure.add_bar(
            x=rows["share"],
            y=rows["of"].replace("target events", "target events<br>by their item"),
            orientation="h",
            name=OF_BOTH[name],
            marker_color=colour,
            customdata=rows["text"],
            hovertemplate="%{x:.1%}: %{customdata}<extra>" + OF_BOTH[name] + "</extra>",
        )
    figure.update_xaxes(**WHOLE_AXIS)
    figure.update_yaxes(autorange="reversed", ticklabelstandoff=4)
    return _finish(figure, 280, barmode="stack", margin=WHOLE_MARGIN)


def categories_figure(table: pd.DataFrame, colours: dict[str, str]) -> go.Figure:
    """Horizontal bars of `overview.top_categories`, each in its category's colour."""
    figure = go.Figure(
        go.Bar(
            x=table["share"],
            y=_plain(table["category"]),
            orientation="h",
            marker_color=[colours[name] for name in table["category"]],
            customdata=table[["interactions", "items"]],
            hovertemplate="%{y}: %{x:.1%}<br>%{customdata[0]:,} events, %{customdata[1]:,} items<extra></extra>",
        )
    )
    figure.update_xaxes(title="share of all events", tickformat=".0%")
    figure.update_yaxes(autorange="reversed", ticklabelstandoff=4)
    return _finish(figure, 280)


def metrics_figure(table: pd.DataFrame, colours: dict[str, str], metric_name: str) -> go.Figure:
    """Dots of `overview.compare_runs` with their 95% intervals, the best on top."""
    figure = go.Figure()
    symbols = run_symbols(zip(table["run"], table.get("variant", table["run"]), strict=True))
    for row in table.to_dict("records"):
        colour = colours.get(row["run"], REST_COLOUR)
        mean, low, high = row[Metrics.MEAN], row[Metrics.LOW], row[Metrics.HIGH]
        interval = f"<br>95% interval {low:.4f} to {high:.4f}" if pd.notna(low) else ""
        figure.add_scatter(
            x=[mean],
            y=[_plain_one(row["label"])],
            mode="markers",
            marker={"size": 14, "color": colour, "symbol": symbols[row["run"]]},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [high - mean],
                "arrayminus": [mean - low],
                "color": colour,
                "thickness": 3,
                "width": 7,
            },
            hovertemplate=f"%{{y}}: %{{x:.4f}}{interval}<br>{row[Metrics.N_USERS]:,.0f} users<extra></extra>",
        )
    figure.update_xaxes(title=metric_name, rangemode="tozero")
    # Its own range: Plotly would leave two rows' room above the first.
    figure.update_yaxes(range=[len(table) - 0.4, -0.6], ticklabelstandoff=6, showgrid=True)
    return _finish(figure, 74 + 36 * max(len(table), 2), showlegend=False)


def history_figure(table: pd.DataFrame, category_order: Sequence[str]) -> go.Figure:
    """Stacked bars of `recommendations.history_timeline`; its legend names every coloured category of the catalogue."""
    colours = category_colours(category_order)
    figure = go.Figure()
    for name in [*(name for name in category_order if colours[name] != REST_COLOUR), OTHER_CATEGORIES]:
        rows = table[table["category"] == name]
        figure.add_bar(
            x=rows["period"] if len(rows) else [None],
            y=rows["events"] if len(rows) else [None],
            name=_plain_one(name),
            marker_color=colours[name],
            customdata=_plain(rows["titles"]),
            hovertemplate="%{x}: %{y} × " + _plain_one(name) + "<br>%{customdata}<extra></extra>",
        )
    figure.update_yaxes(title="events", rangemode="tozero")
    if table["period"].nunique() == 1:
        _around(figure, table["period"].iloc[0])
    return _finish(figure, 290, barmode="stack", showlegend=True)


def _around(figure: go.Figure, period: Any) -> None:
    """A single bar in the middle of an axis of its own: Plotly would zoom into its one moment, by milliseconds."""
    if isinstance(period, pd.Timestamp):
        margin = pd.Timedelta(weeks=4)
        figure.update_traces(width=pd.Timedelta(weeks=1).total_seconds() * 1000)
        figure.update_xaxes(range=[period - margin, period + margin], tickvals=[period], tickformat="%d %b %Y")
    else:
        figure.update_traces(width=0.5)
        figure.update_xaxes(range=[period - 2, period + 2], tickvals=[period])


def shares_figure(table: pd.DataFrame, category_order: Sequence[str]) -> go.Figure:
    """One stacked bar of 100% per group of `recommendations.category_shares`."""
    colours = category_colours(category_order)
    groups = list(dict.fromkeys(table["group"]))
    present = set(table["category"])
    figure = go.Figure()
    for name in [*(name for name in category_order if name in present), OTHER_CATEGORIES]:
        rows = table[table["category"] == name]
        if rows.empty:
            continue
        figure.add_bar(
            x=rows["share"],
            y=_plain(rows["group"]),
            orientation="h",
            name=_plain_one(name),
            marker_color=colours[name],
            customdata=rows["n"],
            hovertemplate="%{y}: %{x:.0%} (%{customdata}) " + _plain_one(name) + "<extra></extra>",
        )
    figure.update_xaxes(**WHOLE_AXIS)
    figure.update_yaxes(categoryorder="array", categoryarray=_plain(groups[::-1]), ticklabelstandoff=4)
    return _finish(figure, 290, barmode="stack", showlegend=False, margin=WHOLE_MARGIN)


def kept_figure(table: pd.DataFrame) -> go.Figure:
    """Bars of `moved.shared_histogram`: how many items keep how many of their neighbours."""
    figure = go.Figure(
        go.Bar(
            x=table["shared"],
            y=table["items"],
            marker_color=PART_COLOURS["history"],
            customdata=table["share"],
            hovertemplate="%{y:,} items (%{customdata:.1%}) keep %{x}<extra></extra>",
        )
    )
    figure.update_xaxes(title="neighbours kept", dtick=max(1, len(table) // 10))
    figure.update_yaxes(title="items")
    return _finish(figure, 300)


def overlap_figure(table: pd.DataFrame, colours: dict[str, str]) -> go.Figure:
    """Horizontal bars of `moved.overlap_by`, each group in its colour."""
    names = table.iloc[:, 0]
    figure = go.Figure(
        go.Bar(
            x=table["overlap"],
            y=_plain(names),
            orientation="h",
            marker_color=[colours.get(name, REST_COLOUR) for name in names],
            customdata=table[["items", "shared"]],
            hovertemplate="%{y}: overlap %{x:.2f}<br>%{customdata[0]:,} items keep %{customdata[1]:.1f} on average"
            "<extra></extra>",
        )
    )
    figure.update_xaxes(title="mean overlap", rangemode="tozero")
    figure.update_yaxes(autorange="reversed", ticklabelstandoff=4)
    return _finish(figure, 300)


def _plain_one(text: str) -> str:
    """Plotly reads a few HTML tags and %{...} in its texts; an item's own words must stay words."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("%{", "% {")


def _plain(texts: Iterable[str]) -> list[str]:
    return [_plain_one(text) for text in texts]


finish, plain_one, plain = _finish, _plain_one, _plain  # for the figures of single pages, in files of their own
