"""A new item that is typed: the boxes, completed from the catalogue, and what every variant makes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from app.panels.new_item_answers import show_new_item
from app.shared import cache, theme, url
from learn.data.schema import Items
from learn.explore.lists import new_item
from learn.explore.lists.new_item import NewItem
from learn.runs.recommender import Recommender
from learn.runs.stored import FoundRuns

WAS = "was"
"""The URL's key of what stood in the boxes before the last change: JSON of title, category, brand, price."""

MOST_OPTIONS = 3000
LONGEST = 1000
_KEYS = (url.NEW_TITLE, url.NEW_CATEGORY, url.NEW_BRAND, url.NEW_PRICE)


def show(view: cache.View, runs: FoundRuns, opened: dict[str, Recommender]) -> None:
    """Draws the boxes, and what every variant makes of what was typed."""
    _begin(view)
    typed = _typed(view)
    if not typed:
        st.info(
            "Type a title and press Enter, or take the example and change a word: the language model reads it at once.",
            icon=":material/edit:",
        )
        return
    items, before = typed.table(), _before(typed)
    unusual = new_item.unusual_gaps(items, view.dataset.items)
    if unusual:
        them = "it" if len(unusual) == 1 else "them"
        st.caption(
            f":material/lightbulb: Nearly every item of this catalogue has a {' and a '.join(unusual)}: with {them} "
            "filled in, the text reads more like the others."
        )
    show_new_item(view, runs, opened, items, before.table() if before else None, "new_item")


def _begin(view: cache.View) -> None:
    """Fills the boxes with the dataset's example, where the address says nothing of them yet."""
    example = new_item.EXAMPLES.get(view.dataset.name)
    if example is not None and not any(key in st.query_params for key in _KEYS):
        st.query_params.update(_as_query(example))


def _as_query(item: NewItem) -> dict[str, str]:
    price = "" if item.price is None else f"{item.price:g}"
    return dict(zip(_KEYS, (item.title, item.category, item.brand, price), strict=True))


def _in_url() -> NewItem:
    """What the address has in the boxes."""
    title, category, brand, price = (st.query_params.get(key, "") for key in _KEYS)
    return NewItem(title[:LONGEST], category[:LONGEST], brand[:LONGEST], _number(price))


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) and value >= 0 else None


def _remember(chosen: object) -> dict[str, str]:
    """What a change of a box adds to the address: what stood in all of them before."""
    return {WAS: json.dumps(_in_url(), ensure_ascii=False)}


def _before(typed: NewItem) -> NewItem | None:
    """What stood in the boxes before the last change; None where there was nothing, or the same."""
    try:
        title, category, brand, price = json.loads(st.query_params.get(WAS, ""))
        found = NewItem(str(title)[:LONGEST], str(category)[:LONGEST], str(brand)[:LONGEST], _number(str(price)))
    except (ValueError, TypeError, RecursionError):
        return None
    return found if found and found != typed else None


def _start_from(fill: Callable[[], NewItem]) -> None:
    """Fills the boxes with another item: nothing stood there before."""
    st.query_params.pop(WAS, None)
    st.query_params.update(_as_query(fill()))


def _any_item(view: cache.View) -> NewItem:
    """A real item, to be changed."""
    index = int(np.random.default_rng().choice(np.flatnonzero(view.counts > 0)))
    row, price = view.dataset.items.iloc[index], float(view.catalogue.prices[index])

    def text(column: str) -> str:
        return "" if column not in row or pd.isna(row[column]) else str(row[column])[:LONGEST]

    texts = text(Items.TITLE), text(Items.CATEGORY), text(Items.BRAND)
    return NewItem(*texts, price if np.isfinite(price) else None)


def _options(view: cache.View, column: str, key: str) -> list[str]:
    """What completes a box: the catalogue's values, the most frequent first, and what the address has."""
    there = new_item.frequent_values(view.dataset.items, column)[:MOST_OPTIONS]
    asked = st.query_params.get(key, "")[:LONGEST]
    return there if not asked or asked in there else [*there, asked]


def _typed(view: cache.View) -> NewItem:
    """Title, category, brand and price as they stand in the boxes."""
    first, second, third, fourth, fifth = st.columns([2.4, 2.6, 1.4, 1.1, 1.5], vertical_alignment="bottom")
    title = url.linked_text(
        first.text_input, "Title", url.NEW_TITLE, placeholder="What is it?", max_chars=LONGEST, others=_remember
    )
    complete = partial(url.linked_or_none, default=None, others=_remember, index=None, accept_new_options=True)
    category = complete(
        second.selectbox,
        "Category",
        _options(view, Items.CATEGORY, url.NEW_CATEGORY),
        url.NEW_CATEGORY,
        placeholder="Type: the catalogue's appear",
    )
    brand = complete(
        third.selectbox, "Brand", _options(view, Items.BRAND, url.NEW_BRAND), url.NEW_BRAND, placeholder="None"
    )
    price = url.linked_number(fourth.number_input, "Price", url.NEW_PRICE, placeholder="None", others=_remember)
    fifth.button(
        "Example",
        icon=":material/casino:",
        on_click=_start_from,
        args=(partial(_any_item, view),),
        width="stretch",
        help="Fills in an item of the catalogue, to change a word and see what it does.",
    )
    _say_new_words(view, category)
    return NewItem(title or "", category or "", brand or "", price)


def _say_new_words(view: cache.View, category: str | None) -> None:
    known = set(new_item.frequent_values(view.dataset.items, Items.CATEGORY))
    if not category or category in known or not known:
        return
    close = new_item.closest_values(category, list(known))
    st.caption(
        f":material/info: No item of the catalogue has the category {theme.plain(category)}"
        + (f"; the nearest names are {theme.plain(', '.join(close))}." if close else ".")
    )
