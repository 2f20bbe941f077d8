"""A new item that is typed: the box, the text that the LLM reads of it, and what every variant makes of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from app.panels.new_item_answers import read_items, show_answers
from app.shared import cache, url
from learn.cex.prompt import item_prompts
from learn.data.schema import Items
from learn.explore.lists import new_item
from learn.runs.recommender import Recommender
from learn.runs.stored import FoundRuns


def _start_from(view: cache.View) -> None:
    """Fills the box with a real item, to be changed."""
    item = int(np.random.default_rng().choice(np.flatnonzero(view.counts > 0)))
    row = view.dataset.items.iloc[item]

    def text(column: str) -> str:
        return "" if column not in row or pd.isna(row[column]) else str(row[column])

    price = view.catalogue.prices[item]
    st.query_params.update(
        {
            url.NEW_TITLE: text(Items.TITLE),
            url.NEW_CATEGORY: text(Items.CATEGORY),
            url.NEW_BRAND: text(Items.BRAND),
            url.NEW_PRICE: f"{price:g}" if np.isfinite(price) else "",
        }
    )


def _short_title(view: cache.View) -> str:
    """A much bought item's title that fits into the box."""
    titles = view.catalogue.titles[np.argsort(-view.counts, kind="stable")[:200]]
    return min(titles, key=lambda title: len(title) > 15)


def show(view: cache.View, runs: FoundRuns, opened: dict[str, Recommender]) -> None:
    """Draws the box, and what every variant makes of what was typed."""
    title, category, brand, price = _typed(view)
    if not any(text and text.strip() for text in (title, category, brand)):
        st.info(
            "Type a title and press Enter, or take the Example and change a word: the language model reads it at once.",
            icon=":material/edit:",
        )
        return
    items = new_item.make_item(title or "", category or "", brand or "", price)
    st.caption("What the language model reads:")
    st.code(item_prompts(items)[0], language=None, wrap_lines=True)
    unusual = new_item.unusual_gaps(items, view.dataset.items)
    if unusual:
        them = "it" if len(unusual) == 1 else "them"
        st.info(
            f"Nearly every item of this catalogue has a {' and a '.join(unusual)}. Without {them} the text reads like "
            f"no other, and the answers are hardly about the item: fill {them} in.",
            icon=":material/lightbulb:",
        )
    content = read_items(opened, items)
    opened = {name: one for name, one in opened.items() if name in content}
    if opened:
        show_answers(view, runs, opened, content, "new_item")


def _typed(view: cache.View) -> tuple[str | None, str | None, str | None, float | None]:
    """Title, category, brand and price as they stand in the box."""
    first, second, third, fourth, fifth = st.columns([2.6, 2.2, 1.6, 1.3, 1.9], vertical_alignment="bottom")
    example = f"for example {_short_title(view)}"
    title = url.linked_text(first.text_input, "Title", url.NEW_TITLE, placeholder=example, max_chars=1000)
    category = url.linked_text(
        second.text_input, "Category", url.NEW_CATEGORY, placeholder=view.catalogue.category_order[0], max_chars=1000
    )
    brand = url.linked_text(third.text_input, "Brand", url.NEW_BRAND, placeholder="may be empty", max_chars=300)
    price = url.linked_number(fourth.number_input, "Price", url.NEW_PRICE, placeholder="none")
    fifth.button(
        "Example",
        icon=":material/casino:",
        on_click=_start_from,
        args=(view,),
        width="stretch",
        help="Fills in an item of the catalogue, to change a word and see what it does.",
    )
    return title, category, brand, price
