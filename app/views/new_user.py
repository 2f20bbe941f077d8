"""New user: build a basket by searching and clicking; every variant's recommendations follow."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from app.components.lists import Column, lists_data, show, show_lists
from app.shared import cache, links, page, pickers, recommenders, theme, url
from learn.explore.colours import REST_COLOUR, run_colours
from learn.explore.lists import new_user
from learn.explore.metrics.overview import run_labels
from learn.runs.suggestions import Suggestions

LIST_LENGTHS = ["5", "10", "20", "50"]
EXAMPLE = 5  # items of an example basket
FOUND = 7  # search results shown at once


def draw() -> None:
    runs, view = page.open_page(
        "New user",
        "Somebody whom no variant has ever met. Search for things they bought, click + to put them into the basket, "
        "and see what each variant would recommend.",
    )
    dataset = view.dataset
    usable = pickers.live_runs(runs, dataset.name)
    basket = _basket(view)
    left, right = st.columns(2, gap="medium")
    with left:
        _search(view, basket)
    with right:
        _show_basket(view, basket)
    columns = st.columns([5, 1.4], vertical_alignment="bottom")
    with columns[0]:
        chosen = pickers.pick_runs(usable)
    k = int(url.linked(columns[1].selectbox, "List length", LIST_LENGTHS, url.K, LIST_LENGTHS[1]))
    if not basket:
        st.caption("What each variant recommends appears here as soon as something is in the basket.")
        return
    _lists(view, usable, chosen, basket, k)


def _basket(view: cache.View) -> list[int]:
    """The basket of the URL, as item indices; an id that the catalogue lacks is named."""
    ids = list(dict.fromkeys(st.query_params.get_all(url.BASKET)))
    items = view.dataset.item_index.get_indexer(ids)
    unknown = [name for name, item in zip(ids, items, strict=True) if item < 0]
    if unknown:
        st.warning(f"Not in this catalogue, so not in the basket: {theme.plain(', '.join(unknown[:5]))}.")
    return [int(item) for item in items if item >= 0]


def _put(ids: list[str], change: str = "") -> None:
    """Both at once: one click is one step for the back button."""
    st.query_params.update({url.BASKET: ids, url.CHANGE: change})


def _add(item_id: str) -> None:
    ids = [name for name in st.query_params.get_all(url.BASKET) if name != item_id]
    _put([*ids, item_id], f"+{item_id}")


def _remove(item_id: str) -> None:
    _put([name for name in st.query_params.get_all(url.BASKET) if name != item_id], f"-{item_id}")


def _empty() -> None:
    _put([])


def _item_list(
    view: cache.View,
    name: str,
    items: list[int],
    key: str,
    action: tuple[str, str],
    callback: Callable[[str], None],
) -> None:
    found = Suggestions(np.asarray(items, dtype=np.int64), np.zeros(len(items)), live=True)
    column = Column(name, name, REST_COLOUR, "", "", found)
    nothing = np.zeros(0, dtype=np.int64)
    data = lists_data([column], view.catalogue, view.dataset.item_ids, nothing, view.counts == 0, legend=())
    for row in data["columns"][0]["rows"]:
        row["score"] = ""
    show(data | {"compact": True}, key, action, callback)


def _search(view: cache.View, basket: list[int]) -> None:
    st.subheader("What could they have bought?", anchor=False)
    words = url.linked_text(
        st.text_input,
        "Search the catalogue",
        url.SEARCH,
        placeholder="Words of a title, a category or a brand",
    )
    found = new_user.search_items(view.catalogue, words or "", view.counts, FOUND + len(basket))
    shown = [int(item) for item in found if item not in basket][:FOUND]
    if not shown:
        st.info("No item has all of these words: try fewer, or others.")
        return
    if not (words or "").strip():
        st.caption("The most bought items; type to search.")
    _item_list(view, "found", shown, "new_user_found", ("+", "Put into the basket"), _add)


def _example(view: cache.View) -> None:
    """Puts the latest few items of somebody real into the basket."""
    user = int(np.random.default_rng().choice(np.flatnonzero(view.history.lengths)))
    items = list(dict.fromkeys(view.history[user][::-1].tolist()))[:EXAMPLE][::-1]
    _put([str(view.dataset.item_ids[item]) for item in items])


def _show_basket(view: cache.View, basket: list[int]) -> None:
    st.subheader(f"Basket: {len(basket)} items" if len(basket) != 1 else "Basket: 1 item", anchor=False)
    left, right = st.columns(2)
    left.button(
        "An example",
        icon=":material/casino:",
        on_click=_example,
        args=(view,),
        width="stretch",
        help=f"The latest {EXAMPLE} items of somebody of this dataset.",
    )
    right.button("Empty it", icon=":material/delete:", on_click=_empty, disabled=not basket, width="stretch")
    if not basket:
        st.info("Click + beside an item to put it in here, or start from an example.", icon=":material/add:")
        return
    st.caption("The newest last: the order counts, as it does in a real history.")
    _item_list(view, "basket", basket, "new_user_basket", ("×", "Take out of the basket"), _remove)


def _before(view: cache.View, basket: list[int]) -> tuple[list[int], str] | None:
    """The basket before the last click, and that click in words; None where there is nothing to compare with."""
    change = st.query_params.get(url.CHANGE, "")
    item = int(view.dataset.item_index.get_indexer([change[1:]])[0]) if change else -1
    if item < 0:
        return None
    title = theme.plain(view.catalogue.titles[item])
    if change[0] == "+" and item in basket and len(basket) > 1:
        return [other for other in basket if other != item], f"**{title}** was put in"
    if change[0] == "-" and item not in basket:
        return [*basket, item], f"**{title}** was taken out"
    return None


def _lists(view: cache.View, usable: list, chosen: list[str], basket: list[int], k: int) -> None:
    labels = run_labels(usable)
    colours = run_colours((run.name, run.info.variant) for run in usable)
    opened = recommenders.open_recommenders([run for run in usable if run.name in chosen], view.dataset, towers=True)
    before = _before(view, basket)
    columns, changes = [], {}
    for name in chosen:
        if name not in opened:
            continue
        found = new_user.recommend(opened[name], basket, k)
        source = "ranked now over every item"
        if before is not None:
            change = new_user.what_changed(new_user.recommend(opened[name], before[0], k), found)
            changes[name] = change
            source = f"{len(change.entered)} of {len(found.items)} are new since the last click"
        columns.append(Column(name, labels[name], colours[name], "", source, found))
    st.subheader("What each variant recommends", anchor=False)
    if before is not None:
        st.caption(f"Changes since {before[1]}:")

    def badge(name: str, item: int) -> tuple[str, str] | None:
        if name not in changes:
            return None
        moved = changes[name].moves.get(item)
        if moved is None:
            return "new", "new"
        return None if moved == 0 else (f"▲ {moved}", "rose") if moved > 0 else (f"▼ {-moved}", "fell")

    nothing = np.zeros(0, dtype=np.int64)
    show_lists(
        columns,
        view.catalogue,
        view.dataset.item_ids,
        nothing,
        view.counts == 0,
        key="new_user_lists",
        badges=badge,
        links=lambda item: links.on_maps(view.dataset, item),
        legend=("new", "moved", "cold", "shared") if changes else ("cold", "category", "shared"),
    )
    if changes:
        with st.expander("What left the lists"):
            for column, name in zip(st.columns(len(changes)), changes, strict=True):
                titles = [theme.plain(view.catalogue.titles[item]) for item in changes[name].left]
                column.markdown(
                    f"**{theme.plain(labels[name])}**\n\n" + ("\n".join(f"- {t}" for t in titles) or "None")
                )


theme.guarded(draw)
