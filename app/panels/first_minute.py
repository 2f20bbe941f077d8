"""What one can see here within a minute: three ways in, and how the item towers differ."""

from __future__ import annotations

import numpy as np
import streamlit as st

from app.shared import cache, links, pickers, theme, url
from learn.explore.figures.towers import grids_figure
from learn.explore.metrics.towers import attends
from learn.item_towers import ITEM_TOWERS

_ORDER = ("1st item", "2nd item", "3rd item", "4th item")


def show_ways_in(view: cache.View) -> None:
    """Draws three cards: one product, one person, one product that does not exist; each opens with one click."""
    dataset = view.dataset
    item = int(np.argmax(view.counts))
    person = pickers.typical_user(view)
    query = links.query_of(dataset)
    product = theme.plain(str(view.catalogue.titles[item]))
    n_bought = len(view.history[person])
    user_id = str(dataset.user_ids[person])
    cards = (
        (
            ":material/map: One product, three towers",
            f"Where does **{product}** lie in what the language model says, and where once buyers have had their say? "
            "Click any point for its neighbours.",
            "See it in the Atlas",
            links.page("atlas", **(query | {url.ITEM: str(dataset.item_ids[item])})),
        ),
        (
            ":material/person: One person",
            f"**User {theme.plain(user_id)}** bought {n_bought:,} things. What does each variant suggest to them, and "
            "what did they buy afterwards?",
            "See their recommendations",
            links.page("recommendations", **(query | {url.USER: user_id})),
        ),
        (
            ":material/add_circle: One product that does not exist",
            "Type a product that nobody has ever sold. The language model reads it: what is it taken for, and who "
            "would be shown it?",
            "Invent a product",
            links.page("cold_start", **(query | {url.MODE: "new"})),
        ),
    )
    for column, (title, words, label, href) in zip(st.columns(len(cards)), cards, strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{title}**")
            st.markdown(words)
            theme.way_in(label, href)


def show_towers() -> None:
    """Draws who sees whom in each item tower that there is, with its plain name beside the paper's letter."""
    st.header("What is different about the towers?", anchor=False)
    st.markdown(
        "Everybody's *past* is read in the same way. What differs is how the items that they bought *later* are read "
        "while a variant learns. A blue square: the item of that row is read together with the item of that column."
    )
    towers = [tower for tower in ITEM_TOWERS.entries if tower.trained]
    columns = st.columns(len(towers))
    for column, tower in zip(columns, towers, strict=True):
        with column:
            grid = attends(tower, len(_ORDER))
            words = "read together: %{customdata}"
            figure = grids_figure({"": grid}, _ORDER, "this is read …", "… with this", words)
            theme.chart(figure.update_layout(margin_t=4, height=210), f"overview_mask_{tower.code}")
            st.markdown(f"**{theme.plain(tower.plain_name)}** · {theme.plain(tower.label)}")
            st.caption(theme.plain(tower.explanation[0].upper() + tower.explanation[1:]))
