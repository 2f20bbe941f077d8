"""A person's past on a page: in words, folded away behind them as charts, and as a table to look things up in."""

from __future__ import annotations

import numpy as np
import streamlit as st

from app.shared import cache, theme
from learn.explore.figures import base as figures
from learn.explore.lists import user_lists
from learn.runs.suggestions import Suggestions

BEFORE, LATER = "Before the cut", "Bought later"


def show_past(
    view: cache.View, user_id: str, seen: user_lists.UserView, lists: dict[str, Suggestions], labels: dict[str, str]
) -> None:
    """One line on the person; unfolded, their history, their categories beside those of ``lists``, their purchases."""
    words = user_lists.person_in_short(seen, view.catalogue)
    with st.expander(f"**{theme.plain(user_id)}**: {theme.plain(words)}"):
        said = [f"{user_id}: {user_lists.person_in_words(seen, view.catalogue)}."]
        said += [user_lists.most_in_words(seen.history, view.catalogue)]
        st.markdown(theme.plain(" ".join(filter(None, said))))
        left, right = st.columns([3, 2])
        with left:
            _history(view, seen)
        with right:
            _shares(view, seen, lists, labels)
        _purchases(view, seen)


def _history(view: cache.View, seen: user_lists.UserView) -> None:
    st.markdown("**What they did before the cut**")
    if not len(seen.history):
        st.info("Nothing: a cold-start user. Only lists that need no history can be shown.")
        return
    table = user_lists.history_timeline(seen, view.catalogue)
    st.caption(theme.plain(user_lists.history_in_words(table)))
    theme.chart(figures.history_figure(table, view.catalogue.category_order), "recommendations_history")


def _shares(view: cache.View, seen: user_lists.UserView, lists: dict[str, Suggestions], labels: dict[str, str]) -> None:
    st.markdown("**Their categories, and those of the lists**")
    groups = {BEFORE: seen.history, LATER: seen.target}
    groups |= {labels[name]: found.items for name, found in lists.items()}
    table = user_lists.category_shares({name: items for name, items in groups.items() if len(items)}, view.catalogue)
    words = user_lists.shares_in_words(table, BEFORE)
    if words:
        st.caption(theme.plain(words))
    theme.chart(figures.shares_figure(table, view.catalogue.category_order), "recommendations_shares")


def _purchases(view: cache.View, seen: user_lists.UserView) -> None:
    later = np.unique(seen.target)
    new = len(np.setdiff1d(later, seen.history))
    st.markdown(
        f"**All they bought**: {len(seen.history):,} before the cut; {len(seen.target):,} later, of {len(later):,} "
        f"different items, of which {new:,} are new to them"
    )
    columns = st.columns(2)
    parts = ((BEFORE, seen.history, seen.history_times), ("Later", seen.target, seen.target_times))
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
