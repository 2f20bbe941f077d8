"""What the URL carries. Widgets bound to it write their value there, so that a link opens the same view."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

DATASET, USER, RUNS, K, SLICE = "dataset", "user", "runs", "k", "slice"
CATEGORY, BRAND, PRICE_FROM, PRICE_TO, ONLY_NEW = "category", "brand", "from", "to", "new"
BENCHMARK, BENCHMARK_DATASET = "table", "on"
BENCHMARK_METRIC, BENCHMARK_K, BENCHMARK_SET = "measure", "length", "ranked"
SPACES, COLOUR, PEOPLE, ITEM = "spaces", "colour", "people", "item"
BEFORE, AFTER, NEAREST = "before", "after", "nearest"
METRIC, METRIC_K, METRIC_SET, METRIC_SLICE = "metric", "at", "among", "part"

BOUND = "query-params"
"""The value of a widget's ``bind`` that ties it to the URL under its key."""


def preset(key: str, value: object) -> None:
    """Gives the widget ``key`` its first value, unless the URL has one."""
    if key not in st.session_state and key not in st.query_params:
        st.session_state[key] = value


def from_url(key: str, allowed: Sequence[str]) -> list[str]:
    """Values that the URL has for ``key`` and that are not among ``allowed``: what a link asks for in vain."""
    return [value for value in st.query_params.get_all(key) if value and value not in allowed]
