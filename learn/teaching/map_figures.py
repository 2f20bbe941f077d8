"""Maps side by side as one plotly figure: for pages without Python behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from learn.explore.colours import REST_COLOUR
from learn.explore.figures.base import finish, plain, plain_one
from learn.explore.maps.colouring import Colouring
from learn.explore.maps.item_maps import ItemMap

FEW = 2000
"""Up to this many items the points are large enough to be seen one by one."""
MARK_COLOURS = ("#e0322f", "#0f9d8f", "#8a5cf0")


@dataclass(frozen=True)
class Mark:
    """Points that stand out of every map.

    Attributes:
        name: in the legend.
        titles: of each point.
        items: their item indices.
        places: map name -> [n, 2], for points that are no items of the map; they stand in place of ``items``.
    """

    name: str
    titles: Sequence[str]
    items: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    places: Mapping[str, np.ndarray] | None = None

    def on(self, name: str, drawn: ItemMap) -> np.ndarray:
        """[n, 2] where the points lie on the map ``name``; NaN for an item that its sample left out."""
        if self.places is not None:
            return np.asarray(self.places[name], dtype=float).reshape(-1, 2)
        items = np.asarray(self.items, dtype=np.int64)
        rows = np.clip(np.searchsorted(drawn.items, items), 0, len(drawn.items) - 1)
        return np.where((drawn.items[rows] == items)[:, None], drawn.plane[rows], np.nan)


def maps_figure(
    maps: Mapping[str, ItemMap],
    labels: Mapping[str, str],
    groups: Colouring,
    titles: np.ndarray,
    marks: Sequence[Mark] = (),
    height: int = 520,
) -> go.Figure:
    """One panel per map, points coloured by group, what is marked on top.

    Args:
        maps: of the same items.
        labels: map name -> what people read.
        groups: of the maps' items; the last group, the rest, is drawn first.
        titles: [N] of the whole catalogue.
    """
    figure = make_subplots(
        cols=len(maps), horizontal_spacing=0.02, subplot_titles=[plain_one(labels[name]) for name in maps]
    )
    size = 3 if len(groups.codes) > FEW else 6
    order = sorted(range(len(groups.names)), key=lambda code: groups.colours[code] != REST_COLOUR)
    for column, (name, drawn) in enumerate(maps.items(), 1):
        for code in order:
            inside = groups.codes == code
            _points(
                figure,
                column,
                drawn.plane[inside],
                plain(titles[drawn.items[inside]]),
                plain_one(groups.names[code]),
                {"size": size, "color": groups.colours[code], "opacity": 0.3 if marks else 0.7},
            )
        for place, mark in reversed(list(enumerate(marks))):  # the first one lies on top
            colour = MARK_COLOURS[place % len(MARK_COLOURS)]
            symbol = ("star", "circle", "diamond")[place % 3]
            line = {"width": 1.5, "color": "#ffffff"}
            look = {"size": 16 if place == 0 else 11, "color": colour, "symbol": symbol, "line": line}
            _points(figure, column, mark.on(name, drawn), plain(mark.titles), plain_one(mark.name), look)
        figure.update_yaxes(scaleanchor=f"x{column if column > 1 else ''}", row=1, col=column)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    legend = {"orientation": "h", "yanchor": "top", "y": -0.02, "x": 0, "itemsizing": "constant"}
    return finish(figure, height, legend=legend)


def _points(figure: go.Figure, column: int, places: np.ndarray, titles: list[str], name: str, look: dict) -> None:
    figure.add_trace(
        go.Scattergl(
            x=places[:, 0].astype(np.float32),
            y=places[:, 1].astype(np.float32),
            mode="markers",
            name=name,
            legendgroup=name,
            showlegend=column == 1,
            marker=look,
            text=titles,
            hovertemplate="%{text}<extra>" + name + "</extra>",
        ),
        row=1,
        col=column,
    )
