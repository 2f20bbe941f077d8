"""What the URL carries. Widgets bound to it write their value there, so that a link opens the same view."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

DATASET, USER, RUNS, K, SLICE = "dataset", "user", "runs", "k", "slice"
CATEGORY, BRAND, PRICE_FROM, PRICE_TO, ONLY_NEW = "category", "brand", "from", "to", "new"
BENCHMARK, BENCHMARK_DATASET = "table", "on"
BENCHMARK_METRIC, BENCHMARK_K, BENCHMARK_SET, BENCHMARK_SLICE = "measure", "length", "ranked", "targets"
ITEM, BASKET, CHANGE, SEARCH, MODE = "item", "basket", "change", "find", "what"
NEW_TITLE, NEW_CATEGORY, NEW_BRAND, NEW_PRICE = "new_title", "new_category", "new_brand", "new_price"
EXACT, WINNER, LOSER, BESIDE = "exact", "one", "other", "beside"
SPACES, COLOUR, PEOPLE = "spaces", "colour", "people"
RANKED_DATASET, RANKED_METRIC = "impressions", "judged"
BEFORE, AFTER, NEAREST = "before", "after", "nearest"
METRIC, METRIC_K, METRIC_SET, METRIC_SLICE = "metric", "at", "among", "part"

BOUND = "query-params"
"""The value of a widget's ``bind`` that ties it to the URL under its key."""


def preset(key: str, value: object) -> None:
    """Gives the widget ``key`` its first value, unless the URL has one."""
    if key not in st.session_state and key not in st.query_params:
        st.session_state[key] = value


def linked(
    widget: Callable, label: str, options: Sequence[str], key: str, default: str | None, **arguments: Any
) -> str | None:
    """A widget of one choice whose value, not its wording, is in the URL under ``key``; the URL is what counts.

    A widget's own ``bind`` writes what ``format_func`` says. A value of the URL that is none of ``options`` is left
    for the page to name, and ``default`` is shown.
    """
    inner = f"{key}_choice"
    asked = st.query_params.get(key)
    value = asked if asked in options else default
    if st.session_state.get(inner) != value:
        st.session_state[inner] = value

    def changed() -> None:
        chosen = st.session_state[inner]
        if chosen is None:
            st.query_params.pop(key, None)
        else:
            st.query_params[key] = chosen

    return widget(label, options, key=inner, on_change=changed, **arguments)


def from_url(key: str, allowed: Sequence[str]) -> list[str]:
    """Values that the URL has for ``key`` and that are not among ``allowed``: what a link asks for in vain."""
    return [value for value in st.query_params.get_all(key) if value and value not in allowed]
