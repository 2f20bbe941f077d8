"""What the URL carries: it alone says what a page shows, so links, reload and the back button all come out the same.

Streamlit's own ``bind`` is not used: on a change of page it adds a step without the page's choices to the browser's
history, and the back button then leads to a page that has forgotten them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from app.shared import refused
from app.shared.text import plain, short

DATASET, USER, RUNS, K, SLICE = "dataset", "user", "runs", "k", "slice"
CATEGORY, BRAND, PRICE_FROM, PRICE_TO, ONLY_NEW = "category", "brand", "from", "to", "new"
BENCHMARK, BENCHMARK_DATASET, BENCHMARK_REFITTED = "table", "on", "refitted"
BENCHMARK_METRIC, BENCHMARK_K, BENCHMARK_SET, BENCHMARK_SLICE = "measure", "length", "ranked", "targets"
ITEM, BASKET, CHANGE, SEARCH, MODE = "item", "basket", "change", "find", "what"
NEW_TITLE, NEW_CATEGORY, NEW_BRAND, NEW_PRICE = "new_title", "new_category", "new_brand", "new_price"
GROUPED, WINNER, LOSER, BESIDE = "grouped", "one", "other", "beside"
SPACES, COLOUR, PEOPLE = "spaces", "colour", "people"
RANKED_DATASET, RANKED_METRIC = "impressions", "judged"
BEFORE, AFTER, NEAREST = "before", "after", "nearest"
EXPLAINED, NOT_SHOWN, WANTED, OTHERS, ALL_GAPS = "by", "not", "wanted", "others", "gaps"
ITEMS_FILE, EVENTS_FILE, NEW_DATASET = "items", "interactions", "called"
METRIC, METRIC_K, METRIC_SET, METRIC_SLICE = "metric", "at", "among", "part"

_PAGE, _CHOICE = "page_shown", "_choice"
_LARGEST_NUMBER = 1e12
"""That a number box takes: a browser keeps each cent of it, and writes it out."""
_LEFT_OUT = "left out"
_MOST_NAMED = 8
"""Options that a sentence lists; of more it says how many there are."""


class Refused(ValueError):
    """A value of the URL that cannot be used: its text says why, as the middle of a sentence in Markdown."""


def enter(page: str) -> None:
    """Forgets the choices of the page that was left: the router calls it before it draws ``page``.

    Streamlit still has them under their keys, of widgets that are gone: a widget of the same key on another page would
    look chosen and come up empty.
    """
    if st.session_state.get(_PAGE) == page:
        return
    for key in [str(key) for key in st.session_state if str(key).endswith(_CHOICE)]:
        del st.session_state[key]
    st.session_state[_PAGE] = page


def refuse(sentence: str) -> None:
    """Names a value of the URL that cannot be shown; ``sentence``: Markdown, without its full stop."""
    refused.name(sentence)


def named(key: str, value: str | None = None) -> str:
    """``key=value`` (of the URL, where none is given) as a sentence names it."""
    return f"**{plain(key)}={short(st.query_params.get(key, '') if value is None else value)}**"


def linked(
    widget: Callable,
    label: str,
    options: Sequence[str],
    key: str,
    default: str,
    others: Callable[[str], dict[str, str]] | None = None,
    why_not: Callable[[str], str] | None = None,
    **arguments: Any,
) -> str:
    """A widget of one choice whose value, not its wording, is in the URL under ``key``; ``linked_or_none`` for one that
    may also be left empty.

    A value of the URL that is none of ``options`` is named, and ``default`` is shown; a widget that accepts new options
    takes any. ``others`` gives what else of the URL a choice changes, in the same step; ``why_not`` says of a refused
    value why (Markdown, the middle of a sentence).
    """

    return _linked_choice(widget, label, options, key, default, others, why_not, False, **arguments)


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
    return _linked_choice(widget, label, options, key, default, others, None, True, **arguments)


def _linked_choice(
    widget: Callable,
    label: str,
    options: Sequence[str],
    key: str,
    default: str | None,
    others: Callable[[Any], dict[str, str]] | None,
    why_not: Callable[[str], str] | None,
    may_be_empty: bool,
    **arguments: Any,
) -> Any:
    def read(values: list[str]) -> str | None:
        value = values[-1]
        if value in options or (value and arguments.get("accept_new_options")):
            return value
        if not value and may_be_empty:
            return None
        raise Refused(why_not(value) if why_not and value else _not_among(options))

    words = arguments.get("format_func", str)
    fallback = f"{plain(str(words(default)))} is shown" if default is not None else "nothing is chosen"
    return _linked(
        widget, label, key, default, read, lambda value: value or "", fallback, others, options=options, **arguments
    )


def check_choice(options: Sequence[str], key: str, fallback: str) -> None:
    """Names a value that `linked` refuses, where what was asked for may have no such choice."""

    def read(values: list[str]) -> str:
        if values[-1] not in options:
            raise Refused(_not_among(options))
        return values[-1]

    _read(key, read, None, fallback)


def _not_among(options: Sequence[str]) -> str:
    named_all = len(options) <= _MOST_NAMED
    return f"is not among {', '.join(map(plain, options))}" if named_all else f"is not among the {len(options):,} here"


def linked_many(label: str, options: Sequence[str], key: str, default: Sequence[str] = (), **arguments: Any) -> list:
    """A multiselect whose choices are in the URL; those that are none of ``options`` are named and left out."""
    most = arguments.get("max_selections")

    def read(values: list[str]) -> list[str]:
        found = [value for value in dict.fromkeys(values) if value in options]
        unknown = [value for value in dict.fromkeys(values) if value and value not in options]
        if unknown and not found:
            raise Refused(_not_among(options))
        for value in unknown:
            refuse(f"{named(key, value)} {_not_among(options)}: left out")
        for value in found[most:] if most else ():
            refuse(f"{named(key, value)} is one too many: the first {most} are shown")
        return found[:most]

    words = arguments.get("format_func", str)
    chosen = ", ".join(plain(str(words(value))) for value in default)
    fallback = f"{chosen} are shown" if len(default) > 1 else f"{chosen} is shown" if chosen else "left out"
    return _linked(
        st.multiselect,
        label,
        key,
        list(default),
        read,
        lambda value: value or "",
        fallback,
        options=options,
        **arguments,
    )


def linked_toggle(widget: Callable, label: str, key: str, default: bool = False, **arguments: Any) -> bool:
    """A toggle that is ``true`` or ``false`` in the URL."""
    fallback = _off(label, default)
    return _linked(widget, label, key, default, _true_or_false, lambda value: str(value).lower(), fallback, **arguments)


def check_toggle(label: str, key: str) -> None:
    """Names a value that `linked_toggle` refuses, where what was asked for may have no such toggle."""
    _read(key, _true_or_false, False, _off(label, False))


def _off(label: str, default: bool) -> str:
    return f"“{plain(label)}” is {'on' if default else 'off'}"


def _true_or_false(values: list[str]) -> bool:
    value = {"true": True, "false": False}.get(values[-1].lower())
    if value is None:
        raise Refused("is neither true nor false")
    return value


def linked_text(widget: Callable, label: str, key: str, **arguments: Any) -> str:
    """A text box; its text is in the URL. What is longer than ``max_chars`` is cut, and said so."""
    most = arguments.pop("max_chars", None)  # Streamlit's own limit drops a longer text altogether, without a word
    cut = f"{key}_cut"

    def read(values: list[str]) -> str:
        length = len(values[-1])
        if length == most:  # as much as was left of what was typed
            length = max(length, st.session_state.get(cut, 0))
        if most is not None and length > most:
            refuse(f"**{plain(label)}** has {length:,} characters: the first {most:,} are read")
        return values[-1][:most]

    def write(text: str) -> str:
        st.session_state[cut] = len(text or "")
        return (text or "")[:most]

    return _linked(widget, label, key, "", read, write, "left out", **arguments)


def linked_number(widget: Callable, label: str, key: str, **arguments: Any) -> float | None:
    """A box for a number of 0 or more, or for none."""

    arguments |= {"min_value": 0.0, "max_value": _LARGEST_NUMBER}
    return _linked(widget, label, key, None, _number, lambda value: f"{value:.15g}", _LEFT_OUT, **arguments)


def check_number(key: str) -> None:
    """Names a value that `linked_number` refuses, where what was asked for may have no such box."""
    _read(key, _number, None, _LEFT_OUT)


def _number(values: list[str]) -> float | None:
    if not values[-1]:
        return None
    try:
        value = float(values[-1])
    except ValueError as error:
        raise Refused("is not a number") from error
    if not 0 <= value <= _LARGEST_NUMBER:
        raise Refused(f"is not a number from 0 to {_LARGEST_NUMBER:,.0f}")
    return value


def _read(key: str, read: Callable[[list[str]], Any], default: Any, fallback: str) -> Any:
    """What the URL says under ``key``, or ``default``; what ``read`` refuses is named."""
    if key not in st.query_params:
        return default
    values = st.query_params.get_all(key)
    try:
        return read(values)
    except Refused as error:
        given = ", ".join(named(key, one) for one in dict.fromkeys(values) if one)
        refuse(f"{given} {error}: {fallback}" if given else f"**{plain(key)}** has no value: {fallback}")
        return default


def _linked(
    widget: Callable,
    label: str,
    key: str,
    default: Any,
    read: Callable[[list[str]], Any],
    write: Callable[[Any], str | list[str]],
    fallback: str,
    others: Callable[[Any], dict[str, str]] | None = None,
    **arguments: Any,
) -> Any:
    """``widget`` under the URL's ``key``; a default is not written into the URL.

    ``read`` raises `Refused` for what it cannot use: that is named, with ``fallback`` for what comes in its place. The
    widget's own key is another one, which is forgotten on a change of page (`enter`).
    """
    inner, value = f"{key}{_CHOICE}", _read(key, read, default, fallback)
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
