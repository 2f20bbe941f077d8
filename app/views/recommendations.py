"""Recommendations: one user's past, and what each Run suggests to them, side by side."""

from __future__ import annotations

import numpy as np
import streamlit as st

from app.components.lists import Column, show_lists
from app.shared import cache, links, page, pickers, recommenders, theme, url
from learn.errors import LearnError
from learn.explore.catalogue import Filters
from learn.explore.colours import run_colours
from learn.explore.figures import base as figures
from learn.explore.lists import user_lists
from learn.explore.metrics.overview import run_labels
from learn.runs.stored import FoundRuns
from learn.runs.suggestions import Suggestions

LIST_LENGTHS = ["5", "10", "20", "50"]


def draw() -> None:
    runs, view = page.open_page(
        "Recommendations",
        "Pick a person. See what they bought, what each variant suggests, and what they did buy later.",
    )
    dataset = view.dataset
    user = pickers.pick_user(view)
    for problem in runs.problems:
        theme.show_error(problem)
    if not runs.usable:
        theme.no_runs(dataset.name)
    chosen, k, unseen, filters = _controls(view, runs)
    if user is None:
        st.stop()
    seen = user_lists.user_view(view.history, view.target, user)
    allowed = filters.mask(view.catalogue)
    keep = user_lists.rankable(allowed, seen, unseen)
    lists = _lists(view, runs, chosen, user, allowed, unseen, k)
    _past(view, seen, lists, runs)
    _purchases(view, seen)
    if chosen:
        _columns(view, runs, user, seen, keep, lists, filters, unseen)


def _controls(view: cache.View, runs: FoundRuns) -> tuple[list[str], int, bool, Filters]:
    columns = st.columns([5, 1.4], vertical_alignment="bottom")
    with columns[0]:
        chosen = pickers.pick_runs(runs.usable)
    k = url.linked(columns[1].selectbox, "List length", LIST_LENGTHS, url.K, LIST_LENGTHS[1])
    left, _, right = st.columns([3, 2, 1.5], vertical_alignment="center")
    unseen = url.linked_toggle(
        left.toggle,
        "Hide bought before",
        url.ONLY_NEW,
        True,
        help="Leaves out the items of the user's own history.",
    )
    with right.popover("Filters", icon=":material/filter_alt:", width="stretch"):
        filters = _filters(view)
    if filters:
        parts = [*filters.categories, *filters.brands]
        parts += [f"price {filters.price[0]:,.2f} to {filters.price[1]:,.2f}"] if filters.price else []
        st.caption(f"Only: {theme.plain(' · '.join(parts))}")
    return chosen, int(k), unseen, filters


def _filters(view: cache.View) -> Filters:
    catalogue = view.catalogue
    categories = url.linked_many("Category", catalogue.category_order, url.CATEGORY, placeholder="All categories")
    brands = url.linked_many("Brand", catalogue.brand_order[: pickers.MOST_LISTED], url.BRAND, placeholder="All brands")
    price = None
    if catalogue.price_range:
        low, high = catalogue.price_range
        left, right = st.columns(2)
        least = url.linked_number(left.number_input, "Price from", url.PRICE_FROM, placeholder=f"{low:,.2f}")
        most = url.linked_number(right.number_input, "Price to", url.PRICE_TO, placeholder=f"{high:,.2f}")
        if least is not None or most is not None:
            price = (low if least is None else least, high if most is None else most)
    return Filters(tuple(categories), tuple(brands), price)


def _lists(
    view: cache.View, runs: FoundRuns, chosen: list[str], user: int, allowed: np.ndarray, unseen: bool, k: int
) -> dict[str, Suggestions]:
    """Each chosen Run's list; one that cannot be read says so and is left out."""
    lists = {}
    for name, one in recommenders.open_recommenders([runs.named(name) for name in chosen], view.dataset).items():
        try:
            lists[name] = one.for_user(user, k, unseen=unseen, allowed=allowed)
        except LearnError as error:
            theme.show_error(error)
    return lists


def _past(view: cache.View, seen: user_lists.UserView, lists: dict, runs: FoundRuns) -> None:
    left, right = st.columns([3, 2])
    labels = run_labels(runs.usable)
    with left:
        st.subheader("History: what they did before the cut", anchor=False)
        if not len(seen.history):
            st.info("Nothing: a cold-start user. Only lists that need no history can be shown.")
        else:
            table = user_lists.history_timeline(seen, view.catalogue)
            theme.chart(figures.history_figure(table, view.catalogue.category_order), "recommendations_history")
    with right:
        st.subheader("By category", anchor=False)
        groups = {"Before the cut": seen.history, "Bought later": seen.target}
        groups |= {labels[name]: found.items for name, found in lists.items()}
        table = user_lists.category_shares(
            {name: items for name, items in groups.items() if len(items)}, view.catalogue
        )
        theme.chart(figures.shares_figure(table, view.catalogue.category_order), "recommendations_shares")


def _purchases(view: cache.View, seen: user_lists.UserView) -> None:
    """Everything that the person bought, to look things up in."""
    later = np.unique(seen.target)
    new = len(np.setdiff1d(later, seen.history))
    with st.expander(
        f"All they bought: {len(seen.history):,} before the cut; {len(seen.target):,} later, of {len(later):,} "
        f"different items, of which {new:,} are new to them"
    ):
        columns = st.columns(2)
        parts = (("Before the cut", seen.history, seen.history_times), ("Later", seen.target, seen.target_times))
        for column, (name, items, times) in zip(columns, parts, strict=True):
            column.caption(f"{name}, the latest first")
            column.dataframe(
                user_lists.purchases(items, times, view.catalogue),
                hide_index=True,
                width="stretch",
                height=320,
                column_config={
                    "when": st.column_config.DatetimeColumn(format="D MMM YYYY", width=95),
                    "item": st.column_config.Column(width=150),
                    "category": st.column_config.Column(width=80),
                    "price": st.column_config.NumberColumn(format="%.2f", width=55),
                },
            )


def _columns(
    view: cache.View,
    runs: FoundRuns,
    user: int,
    seen: user_lists.UserView,
    keep: np.ndarray,
    lists: dict[str, Suggestions],
    filters: Filters,
    unseen: bool,
) -> None:
    labels = run_labels(runs.usable)
    colours = run_colours((run.name, run.info.variant) for run in runs.usable)
    later = seen.later(keep)
    columns = []
    for name, found in lists.items():
        hits = int(np.isin(found.items, later).sum())
        what = ("new" if unseen else "different") + " later items" + (" that pass the filters" if filters else "")
        source = "ranked now over every item" if found.live else f"from its stored top {found.depth}"
        if not found.live and not found.depth:
            source = "no list: nothing is known of this user" if not len(seen.history) else "no list for this user"
        columns.append(Column(name, labels[name], colours[name], f"hits: {hits} of {len(later)} {what}", source, found))
    user_id = str(view.dataset.user_ids[user])

    def row_links(item: int) -> list[dict[str, str]]:
        return links.of_item(view.dataset, item, user_id)

    show_lists(columns, view.catalogue, view.dataset.item_ids, later, view.counts == 0, links=row_links)


theme.guarded(draw)
