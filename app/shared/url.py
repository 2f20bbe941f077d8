"""What the URL carries: it alone says what a page shows, so links, reload and the back button all come out the same.

Streamlit's own ``bind`` is not used: on a change of page it adds a step without the page's choices to the browser's
history, and the back button then leads to a page that has forgotten them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
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
EXPLAINED, NOT_SHOWN, WANTED = "by", "not", "wanted"
METRIC, METRIC_K, METRIC_SET, METRIC_SLICE = "metric", "at", "among", "part"


def linked(
    widget: Callable,
    label: str,
    options: Sequence[str],
    key: str,
    default: str,
    others: Callable[[str], dict[str, str]] | None = None,
    **arguments: Any,
) -> str:
    """A widget of one choice whose value, not its wording, is in the URL under ``key``; ``linked_or_none`` for one that
    may also be left empty.

    A value of the URL that is none of ``options`` is left for the page to name, and ``default`` is shown; a widget
    that accepts new options takes any. ``others`` gives what else of the URL a choice changes, in the same step.
    """

    return _linked_choice(widget, label, options, key, default, others, **arguments)


def linked_or_none(
    widget: Callable,
    label: str,
    options: Sequence[str],
    key: str,
    default: str | None,
    others: Callable[[str | None], dict[str, str]] | None = None,
    **arguments: Any,
) -> str | None:
    """As `linked`, of a widget that may be empty (``index=None``)."""
    return _linked_choice(widget, label, options, key, default, others, **arguments)


def _linked_choice(
    widget: Callable,
    label: str,
    options: Sequence[str],
    key: str,
    default: str | None,
    others: Callable[[Any], dict[str, str]] | None,
    **arguments: Any,
) -> Any:
    def read(values: list[str]) -> str | None:
        value = values[-1] or None
        if value is not None and value not in options and not arguments.get("accept_new_options"):
            raise ValueError(value)
        return value

    return _linked(widget, label, key, default, read, lambda value: value or "", others, options=options, **arguments)


def linked_many(label: str, options: Sequence[str], key: str, default: Sequence[str] = (), **arguments: Any) -> list:
    """A multiselect whose choices are in the URL; those that are none of ``options`` are left out."""

    def read(values: list[str]) -> list[str]:
        found = [value for value in dict.fromkeys(values) if value in options]
        if not found and any(values):
            raise ValueError(values)
        return found[: arguments.get("max_selections")]

    return _linked(
        st.multiselect, label, key, list(default), read, lambda value: value or "", options=options, **arguments
    )


def linked_toggle(widget: Callable, label: str, key: str, default: bool = False, **arguments: Any) -> bool:
    """A toggle that is ``true`` or ``false`` in the URL."""

    def read(values: list[str]) -> bool:
        return {"true": True, "false": False}.get(values[-1].lower(), default)

    return _linked(widget, label, key, default, read, lambda value: str(value).lower(), **arguments)


def linked_text(widget: Callable, label: str, key: str, **arguments: Any) -> str:
    """A text box; its text is in the URL."""
    longest = arguments.get("max_chars")
    return _linked(widget, label, key, "", lambda values: values[-1][:longest], str, **arguments)


def linked_number(widget: Callable, label: str, key: str, **arguments: Any) -> float | None:
    """A box for a number of 0 or more, or for none."""

    def read(values: list[str]) -> float:
        value = float(values[-1])
        if not 0 <= value < float("inf"):
            raise ValueError(value)
        return value

    return _linked(widget, label, key, None, read, lambda value: f"{value:g}", min_value=0.0, **arguments)


def _linked(
    widget: Callable,
    label: str,
    key: str,
    default: Any,
    read: Callable[[list[str]], Any],
    write: Callable[[Any], str | list[str]],
    others: Callable[[Any], dict[str, str]] | None = None,
    **arguments: Any,
) -> Any:
    """``widget`` under the URL's ``key``: ``read`` raises ValueError for what it cannot use; a default is not written.

    The widget's own key is another one, which Streamlit forgets on a change of page.
    """
    inner, value = f"{key}_choice", default
    if key in st.query_params:
        with suppress(ValueError):
            value = read(st.query_params.get_all(key))
    if inner not in st.session_state or st.session_state[inner] != value:
        st.session_state[inner] = value

    def changed() -> None:
        chosen = st.session_state[inner]
        if others is not None:
            st.query_params.update({key: write(chosen), **others(chosen)})
        elif chosen == default:
            st.query_params.pop(key, None)
        else:
            st.query_params[key] = write(chosen)

    return widget(label, key=inner, on_change=changed, **arguments)


def from_url(key: str, allowed: Sequence[str]) -> list[str]:
    """Values that the URL has for ``key`` and that are not among ``allowed``: what a link asks for in vain."""
    return [value for value in st.query_params.get_all(key) if value and value not in allowed]
