"""What moved: how much of each item's neighbourhood is the same in two spaces."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.shared import cache, links, map_cache, page, theme, url
from learn.explore.colours import SLICE_COLOURS, category_colours
from learn.explore.figures import base as figures
from learn.explore.maps import moved
from learn.explore.maps.item_maps import SEED
from learn.explore.maps.spaces import Space

NEAREST = ["5", "10", "20", "50"]
SHOWN = {
    moved.TITLE: "item",
    moved.CATEGORY: "category",
    moved.SHARED: "kept",
    moved.INTERACTIONS: "bought",
}


def draw() -> None:
    runs, view = page.open_page(
        "What moved",
        "Training gives items new neighbours. For every item: of its nearest neighbours in one space, how many are "
        "still among its nearest in another?",
    )
    dataset = view.dataset
    few = "Two spaces are needed to compare; these Runs have fewer."
    spaces = page.open_spaces(runs, dataset.name, 2, few)
    before, after, k = _controls(spaces)
    if before.name == after.name:
        st.info("Choose two different spaces.")
        return
    items = map_cache.items_on_map(view, dataset.fingerprint, view.split.info)
    if len(items) < dataset.n_items:
        st.caption(
            f"Among {len(items):,} of {dataset.n_items:,} items: a random sample (seed {SEED}) in which every category,"
            " and cold and warm items, have their share."
        )
    near = (map_cache.neighbours(before, view, items, k), map_cache.neighbours(after, view, items, k))
    k = near[0].shape[1]
    table = moved.moved_items(*near, items, view.catalogue, view.counts)
    _example(near, table, view, before, after)
    _distribution(table, k, view)
    _tables(table, k, view, before, after)


def _controls(spaces: list[Space]) -> tuple[Space, Space, int]:
    by_name = {space.name: space for space in spaces}
    names = list(by_name)
    left, right, last = st.columns([3, 3, 1.6])

    def choose(column: DeltaGenerator, words: str, key: str, index: int) -> Space:
        name = url.linked(column.selectbox, words, names, key, names[index], format_func=lambda one: by_name[one].label)
        column.caption(theme.plain(by_name[name].explanation))
        return by_name[name]

    before = choose(left, "From", url.BEFORE, 0)
    after = choose(right, "To", url.AFTER, 1)
    k = url.linked(last.selectbox, "Nearest neighbours", NEAREST, url.NEAREST, NEAREST[1])
    return before, after, int(k)


def _example(
    near: tuple[np.ndarray, np.ndarray], table: pd.DataFrame, view: cache.View, before: Space, after: Space
) -> None:
    found = moved.find_example(*near, table, view.catalogue)
    if found is None or not found.before or not found.after:
        return

    def names(items: list[int]) -> str:
        return " and ".join(f"**{theme.plain(str(view.catalogue.titles[item]))}**" for item in items)

    item, k = names([found.item]), near[0].shape[1]
    if before.is_content:
        story = f"The language model, which only reads, puts {item} beside {names(found.before)}. "
        story += f"Buyers say it goes with {names(found.after)}: that is what {theme.plain(after.label)} learned. "
    else:
        story = f"{theme.plain(before.label)} puts {item} beside {names(found.before)}; "
        story += f"{theme.plain(after.label)} puts it beside {names(found.after)}. "
    story += f"Of its {k} nearest neighbours {'none' if not found.shared else found.shared} stayed."
    with st.container(border=True):
        st.markdown(f"**For example**  \n{story}")
        if st.button("See it on the maps", icon=":material/map:", key="moved_example"):
            _open(view, found.item, before, after)


def _distribution(table: pd.DataFrame, k: int, view: cache.View) -> None:
    whole, none = table[moved.OVERLAP].mean(), (table[moved.SHARED] == 0).mean()
    tiles = st.columns(4)
    tiles[0].metric("Items compared", f"{len(table):,}")
    tiles[1].metric("Kept, on average", f"{table[moved.SHARED].mean():.1f} of {k}", help="Neighbours in both spaces.")
    tiles[2].metric(
        "Mean overlap",
        f"{whole:.2f}",
        help="Jaccard: neighbours in both, over neighbours in either. 1: the same; 0: none in common.",
    )
    tiles[3].metric("Entirely new neighbours", f"{none:.1%}", help="Items that kept none.")
    left, middle, right = st.columns([2, 1.5, 2])
    with left:
        st.subheader("How many neighbours stay", anchor=False)
        theme.chart(figures.kept_figure(moved.shared_histogram(table, k)), "moved_histogram")
    with middle:
        st.subheader("By slice", anchor=False)
        theme.chart(figures.overlap_figure(moved.overlap_by(table, moved.SLICE), SLICE_COLOURS), "moved_slices")
    with right:
        st.subheader("By category, largest first", anchor=False)
        by_category = moved.overlap_by(table, moved.CATEGORY).head(12)
        colours = category_colours(view.catalogue.category_order)
        theme.chart(figures.overlap_figure(by_category, colours), "moved_categories")


def _tables(table: pd.DataFrame, k: int, view: cache.View, before: Space, after: Space) -> None:
    left, right = st.columns(2)
    parts = (
        (left, "Changed most", "moved_most", moved.most_changed(table)),
        (right, "Changed least", "moved_least", moved.least_changed(table)),
    )
    for column, words, key, rows in parts:
        with column:
            st.subheader(words, anchor=False)
            st.caption("The most bought first among equals. Tick a row to open the item in Maps.")
            picked = st.dataframe(
                rows[list(SHOWN)].rename(columns=SHOWN),
                hide_index=True,
                width="stretch",
                height=390,
                key=key,
                on_select="rerun",
                selection_mode="single-row",
                column_config={
                    "item": st.column_config.Column(width=162),
                    "category": st.column_config.Column(width=82),
                    "kept": st.column_config.NumberColumn(f"kept of {k}", width=75),
                    "bought": st.column_config.NumberColumn(
                        width=65, help="Times in training; 0 is a cold-start item."
                    ),
                },
            )
            if picked.selection.rows:
                _open(view, int(rows[moved.ITEM].iloc[picked.selection.rows[0]]), before, after)


def _open(view: cache.View, item: int, before: Space, after: Space) -> None:
    query: dict[str, str | list[str]] = {**links.query_of(view.dataset)}
    query |= {url.SPACES: [before.name, after.name], url.ITEM: str(view.dataset.item_ids[item])}
    # Streamlit puts these into this page's address first: it needs its own choices for the way back.
    query |= {url.BEFORE: before.name, url.AFTER: after.name}
    query |= {url.NEAREST: st.query_params[url.NEAREST]} if url.NEAREST in st.query_params else {}
    st.switch_page("views/maps.py", query_params=query)


theme.guarded(draw)
