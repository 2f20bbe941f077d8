"""Figures of the towers: masks, and what depends on what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from learn.explore.colours import SCALE
from learn.explore.figures.base import finish, plain, plain_one
from learn.explore.metrics.leading import listed
from learn.explore.metrics.towers import Sight

LABEL_LENGTH = 24
READ, AS_IT_IS = "rgb(59, 125, 196)", "rgb(128, 134, 145)"
"""Squares of `sight_html`: what PAL reads, and what is the language model's own; what is not read is empty."""


def grids_figure(
    grids: Mapping[str, np.ndarray], labels: Sequence[str], rows: str, columns: str, values: str = "%{customdata}"
) -> go.Figure:
    """Square grids side by side (title -> [L, L], bool or 0 upwards), one colour scale for all.

    Colour follows the square root: what is small but not 0 has to show.

    Args:
        labels: [L] what stands at each place, by the rows; long ones are cut. Columns have the places' numbers.
        rows, columns: what a row and a column are, for the axes.
        values: how a cell's number is told, in plotly's notation.
    """
    numbers = [str(place) for place in range(1, len(labels) + 1)]
    names = [f"{plain_one(_short(label))}  {number}" for number, label in zip(numbers, labels, strict=True)]
    most = max(float(np.max(grid)) for grid in grids.values()) or 1.0
    figure = make_subplots(cols=len(grids), shared_yaxes=True, horizontal_spacing=0.03, subplot_titles=plain(grids))
    for column, grid in enumerate(grids.values(), 1):
        figure.add_heatmap(
            z=np.sqrt(np.asarray(grid, dtype=float) / most),
            x=numbers,
            y=names,
            zmin=0,
            zmax=1,
            customdata=np.asarray(grid, dtype=float),
            colorscale=SCALE,
            showscale=False,
            xgap=2,
            ygap=2,
            hovertemplate=f"{rows}: %{{y}}<br>{columns}: %{{x}}<br>{values}<extra></extra>",
            row=1,
            col=column,
        )
    figure.update_xaxes(showgrid=False, type="category", title=columns)
    figure.update_yaxes(autorange="reversed", showgrid=False, ticklabelstandoff=4)
    figure.update_yaxes(title=rows, col=1)
    return finish(figure, 110 + 28 * len(labels)).update_layout(margin_t=36)  # room for the grids' titles


def sight_html(found: Sight, colour: str = READ) -> str:
    """`learn.explore.metrics.towers.sight`, as a small grid in HTML, its rows numbered: which later items (columns) are
    read for the vector of which (rows).

    Args:
        colour: of what PAL reads, the variant's own; where PAL reads none, grey with an outline in that colour.
    """
    filled = f"background: {colour if found.uses_pal else AS_IT_IS}; outline: 2px solid {colour}; outline-offset: -2px"
    rows = "".join(
        f"<b>{place}</b>" + "".join(f'<i style="{filled}"></i>' if read else "<i></i>" for read in row)
        for place, row in enumerate(found.reads, 1)
    )
    told = "; ".join(
        f"item {place}: {listed([str(one + 1) for one in np.flatnonzero(row)])}"
        for place, row in enumerate(found.reads, 1)
    )
    columns = f"grid-template-columns: 0.8rem repeat({len(found.reads)}, 1.05rem)"
    said = f"Which items change whose vector. {told[0].upper()}{told[1:]}."
    return f'<div class="sight" role="img" aria-label="{said}" style="{columns}">{rows}</div>{_LOOK}'


_LOOK = (
    "<style>.sight { display: grid; gap: 2px; width: max-content } "
    ".sight b { font-size: .8rem; font-weight: 400; line-height: 1.05rem } "
    ".sight i { height: 1.05rem; outline: 1px solid rgba(128, 134, 145, .4); outline-offset: -1px }</style>"
)


FLOW: tuple[tuple[tuple[str, str], ...], ...] = (
    (("Text", "of each item"),),
    (("LLM", "frozen: a vector of each text"),),
    (("PAL", "trained on purchases"),),
    (("User vector", "from past purchases"), ("Item vector", "here the variants differ")),
    (("List", "the items nearest to the user"),),
)
"""From texts to a list: the boxes of each step, what stands in one and what is said of it."""
_FLOW_LOOK = (
    "<style>.flow { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem } "
    ".flow div { display: grid; gap: .3rem } .flow p { margin: 0; padding: .2rem .6rem; font-size: .85rem; "
    "border: 1px solid rgba(128, 134, 145, .6); border-radius: 6px } .flow strong { display: block } "
    ".flow b { font-weight: 400 }</style>"
)


def flow_html() -> str:
    """`FLOW` as a line of boxes in HTML, with an arrow from each step to the next."""
    boxes = "<b>→</b>".join(
        f"<div>{''.join(f'<p><strong>{name}</strong>{what}</p>' for name, what in step)}</div>" for step in FLOW
    )
    said = "; ".join(f"{name}, {what}" for step in FLOW for name, what in step)
    return f'<div class="flow" role="img" aria-label="From texts to a list: {said}.">{boxes}</div>{_FLOW_LOOK}'


def _short(text: str) -> str:
    return text if len(text) <= LABEL_LENGTH else text[: LABEL_LENGTH - 1].rstrip() + "…"
