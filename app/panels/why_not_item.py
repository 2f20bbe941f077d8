"""The part of the Why page that answers "why not this item?", for any item of the catalogue."""

from __future__ import annotations

import numpy as np
import streamlit as st

from app.components.bench_lists import short_label
from app.shared import cache, theme, url
from learn.explore.figures.attribution import terms_figure
from learn.explore.lists import why_not_words
from learn.explore.lists.new_user import search_items
from learn.explore.lists.why_not import WhyNot, why_not
from learn.runs.recommender import Recommender

SHOWN = 10
AXIS = f"points from place {SHOWN}"
ALL = "Show all variants"
SIDES = ("behind", "ahead")
FOUND = 30  # products that a search lists


@st.cache_resource(max_entries=256, show_spinner="Trying which purchases would bring it …")
def _why_not(_one: Recommender, key: tuple, user: int, item: int) -> WhyNot | None:
    return why_not(_one, user, item, SHOWN)


def suggestion(view: cache.View, user: int, shown: set[int]) -> int:
    """A product worth asking about: bought later, new to the person, shown by no variant; else a much bought one."""
    history = np.unique(view.history[user])
    later = np.setdiff1d(np.unique(view.target[user]), history)
    everything = np.setdiff1d(np.arange(len(view.catalogue)), history)
    for pool in (later, everything, np.arange(len(view.catalogue))):
        pool = np.array([item for item in pool.tolist() if item not in shown], dtype=np.int64)
        if len(pool):
            return int(pool[np.argmax(view.counts[pool])])
    return 0


def draw(
    view: cache.View,
    opened: dict[str, Recommender],
    user: int,
    shown: set[int],
    labels: dict[str, str],
    colours: dict[str, str],
    chosen: str,
) -> None:
    """Draws the whole part.

    Args:
        shown: what the variants do show, so that the first question is about another item.
        chosen: the Run that the rest of the page explains: where another one is explained here, the heading says so.
    """
    heading = st.empty()
    heading.subheader(why_not_words.heading(), anchor=False)
    item = _pick(view, suggestion(view, user, shown))
    if item is None:
        return
    facts = " :green-badge[bought later]" if item in view.target[user] and item not in view.history[user] else ""
    st.markdown(f"**{theme.plain(str(view.catalogue.titles[item]))}**{facts}")
    found = {
        name: _why_not(one, (*cache.run_key([one.run]), view.dataset.fingerprint), user, item)
        for name, one in opened.items()
    }
    known = {name: one for name, one in found.items() if one is not None}
    left, right = st.columns([5, 4], gap="medium")
    with left:
        if known:
            table = why_not_words.why_not_table(known, labels, view.catalogue)
            if len(table.columns) > 1:
                st.table(table.map(lambda cell: theme.plain(cell) if isinstance(cell, str) else cell), hide_index=True)
        for name in found:
            if name not in known:
                st.markdown(_stored(view, opened[name], user, item, labels[name]))
    short = {name: short_label(label) for name, label in labels.items()}
    behind = {name: one.gap for name, one in known.items() if not one.shown and not one.had}
    if behind:
        with right:
            notes = {
                name: f"place {known[name].breakdown.rank:,} · {why_not_words.points_behind(known[name])} behind"
                for name in behind
            }
            says = why_not_words.nearest_miss({name: known[name] for name in behind}, short)
            near = why_not_words.nearest({name: known[name] for name in behind})
            if near != chosen:
                heading.subheader(theme.plain(why_not_words.heading(short[near], short[chosen])), anchor=False)
            theme.conclude(says)
            place = st.container()
            everybody = len(behind) > 1 and url.linked_toggle(
                st.toggle, ALL, url.ALL_GAPS, help="Points are of each variant's own scale: compare places only."
            )
            lead = {
                name: {term: -value for term, value in gap.items()}
                for name, gap in behind.items()
                if everybody or name == near
            }
            with place:
                theme.chart(terms_figure(lead, notes, labels, colours, AXIS, SIDES), "why_not_gap")


def _pick(view: cache.View, first: int) -> int | None:
    """Any item: by words, then one of what they find; a link names it by its id."""
    dataset, catalogue = view.dataset, view.catalogue
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        words = url.linked_text(st.text_input, "Search every product", url.WANTED, placeholder="Words, in any order")
    found = search_items(catalogue, words or "", view.counts, FOUND) if (words or "").strip() else np.array([first])
    ids = [str(dataset.item_ids[item]) for item in found]
    asked = st.query_params.get(url.NOT_SHOWN)
    if asked and asked not in ids and dataset.item_index.get_indexer([asked])[0] >= 0:
        ids.append(asked)
    if not ids:
        st.info("No product has all of these words: try fewer, or others.")
        return None

    def title(item_id: str) -> str:
        return str(catalogue.titles[dataset.item_index.get_indexer([item_id])[0]])

    chosen = url.linked(right.selectbox, "Product", ids, url.NOT_SHOWN, ids[0], format_func=title)
    return int(dataset.item_index.get_indexer([chosen])[0])


def _stored(view: cache.View, one: Recommender, user: int, item: int, label: str) -> str:
    """What a Run of stored lists can say."""
    found = one.for_user(user, len(view.catalogue))
    place = np.flatnonzero(found.items == item)
    where = f"at place {place[0] + 1:,} of its list" if len(place) else f"not in its list of {len(found.items):,}"
    return theme.plain(f"{label}: {where}. It has stored lists only, which do not say why.")
