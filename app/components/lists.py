"""Lists side by side: a small component of our own, so that linking needs no trip to the server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from app.shared import pictures
from learn.explore.catalogue import Catalogue
from learn.explore.colours import category_colours
from learn.explore.lists.user_lists import Suggestions, also_in

_HERE = Path(__file__).resolve().parent

STYLE = "".join((_HERE / f"{name}.css").read_text(encoding="utf-8") for name in ("picture", "lists"))
ROWS_JS = "".join((_HERE / f"{name}.js").read_text(encoding="utf-8") for name in ("picture", "rows"))
"""How rows look and are drawn, of every component that has rows."""

_mount = st.components.v2.component(
    "learn_lists",
    html='<div class="lists"></div>',
    css=STYLE,
    js=ROWS_JS + (_HERE / "lists.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Column:
    """One Run's list and its heading."""

    name: str
    label: str
    colour: str
    hits: str
    source: str
    found: Suggestions


LEGEND = ("hit", "cold", "category", "shared")
"""Signs that a legend can explain; "moved" and "new" for lists that changed are known too."""
Links = Callable[[int], list[dict[str, str]]]


def lists_data(
    columns: list[Column],
    catalogue: Catalogue,
    item_ids: np.ndarray,
    later: np.ndarray,
    cold: np.ndarray,
    links: Links = lambda item: [],
    badges: Callable[[str, int], tuple[str, str] | None] = lambda name, item: None,
    score_name: str = "score",
    legend: Sequence[str] = LEGEND,
) -> dict:
    """What the component is given: plain text and numbers only, never markup.

    Args:
        columns: the lists, left to right.
        catalogue: the items' words.
        item_ids: [N].
        later: item indices that the user did buy later.
        cold: [N] bool, items without any training interaction.
        links: item index -> where to go from it: entries of text and href.
        badges: (Run name, item index) -> (text, kind) of a small sign on the row; kinds: "rose", "fell", "new".
        score_name: what the number is called.
        legend: which signs to explain.
    """
    colours = category_colours(catalogue.category_order)
    sharing = also_in({column.name: column.found for column in columns})
    bought = set(later.tolist())

    def row(column: Column, rank: int, item: int, score: float) -> dict:
        price = catalogue.prices[item]
        return {
            "rank": rank,
            "item": str(item_ids[item]),
            "title": catalogue.titles[item],
            "category": catalogue.categories[item],
            "colour": colours[catalogue.categories[item]],
            "finer": catalogue.finer[item],
            "detail": catalogue.details[item],
            "price": f"{price:,.2f}" if np.isfinite(price) else "",
            "score": f"{score_name} {score:.3g}".replace("-", "−"),
            "hit": item in bought,
            "cold": bool(cold[item]),
            "others": [name for name in sharing[item] if name != column.name],
            "links": links(item),
            "badge": badges(column.name, item),
        } | pictures.of_row(catalogue, item)

    return {
        "legend": list(legend),
        "columns": [
            column_data(
                column,
                [
                    row(column, rank, int(item), float(score))
                    for rank, (item, score) in enumerate(zip(column.found.items, column.found.scores, strict=True), 1)
                ],
            )
            for column in columns
        ],
    }


def column_data(column: Column, rows: list[dict]) -> dict:
    """One column as the component is given it."""
    return {
        "name": column.name,
        "label": column.label,
        "colour": column.colour,
        "hits": column.hits,
        "source": column.source,
        "rows": rows,
    }


def show_lists(
    columns: list[Column],
    catalogue: Catalogue,
    item_ids: np.ndarray,
    later: np.ndarray,
    cold: np.ndarray,
    key: str = "recommendations_lists",
    **options: Any,
) -> None:
    """Draws the lists; pointing at an item, or clicking it, lights it up in every other list.

    ``options`` are those of `lists_data`.
    """
    show(lists_data(columns, catalogue, item_ids, later, cold, **options), key)


def show(
    data: dict,
    key: str,
    action: tuple[str, str] | None = None,
    on_picked: Callable[[str], None] = lambda item: None,
) -> None:
    """Draws ``data`` ({"legend", "columns"}); its rows need "rank", "item" and "title", the rest may be missing.

    Args:
        data: plain text and numbers only.
        key: of the component.
        action: (sign, explanation) of a button on every row.
        on_picked: is called with the row's item id when that button is clicked.
    """
    if action is None:
        _mount(key=key, data=data)
        return

    def picked() -> None:
        item = st.session_state[key].get("picked")
        if item is not None:
            on_picked(str(item))

    _mount(key=key, data=data | {"action": {"sign": action[0], "text": action[1]}}, on_picked_change=picked)
