"""The recommendation lists side by side: a small component of our own, so that linking needs no trip to the server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from learn.explore.catalogue import Catalogue
from learn.explore.figures import category_colours
from learn.explore.recommendations import Suggestions, also_in

_HERE = Path(__file__).resolve().parent

_mount = st.components.v2.component(
    "learn_lists",
    html='<div class="lists"></div>',
    css=(_HERE / "lists.css").read_text(encoding="utf-8"),
    js=(_HERE / "lists.js").read_text(encoding="utf-8"),
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


def lists_data(
    columns: list[Column], catalogue: Catalogue, item_ids: np.ndarray, later: np.ndarray, cold: np.ndarray
) -> dict:
    """What the component is given: plain text and numbers only, never markup.

    Args:
        columns: the lists, left to right.
        catalogue: the items' words.
        item_ids: [N].
        later: item indices that the user did buy later.
        cold: [N] bool, items without any training interaction.
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
            "score": f"{score:.3g}",
            "hit": item in bought,
            "cold": bool(cold[item]),
            "others": [name for name in sharing[item] if name != column.name],
        }

    return {
        "columns": [
            {
                "name": column.name,
                "label": column.label,
                "colour": column.colour,
                "hits": column.hits,
                "source": column.source,
                "rows": [
                    row(column, rank, int(item), float(score))
                    for rank, (item, score) in enumerate(zip(column.found.items, column.found.scores, strict=True), 1)
                ],
            }
            for column in columns
        ]
    }


def show_lists(
    columns: list[Column], catalogue: Catalogue, item_ids: np.ndarray, later: np.ndarray, cold: np.ndarray
) -> None:
    """Draws the lists; pointing at an item, or clicking it, lights it up in every other list."""
    _mount(key="recommendations_lists", data=lists_data(columns, catalogue, item_ids, later, cold))
