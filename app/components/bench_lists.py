"""The bench: lists side by side that are ranked anew in the browser while a term of the score is turned down."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from app.components.lists import ROWS_JS, STYLE
from app.shared import pictures
from learn.explore.catalogue import Catalogue, told_title
from learn.explore.colours import category_colours, category_legend
from learn.explore.lists.bestsellers import in_words
from learn.explore.lists.new_user import BasketKinds
from learn.explore.lists.terms import STEP, TERMS, candidates
from learn.runs.suggestions import ScoreTerms, Suggestions

_HERE = Path(__file__).resolve().parent
_FILES = ("rank", "said", "said_basket", "apart", "lines", "told", "controls", "basket", "columns", "bench")


def _read(*names: str) -> str:
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in names)


_mount = st.components.v2.component(
    "learn_bench",
    html='<div class="lists"></div>',
    css=STYLE + _read("folded.css", "bench/bench.css"),
    js=ROWS_JS + _read("folded.js", *(f"bench/{name}.js" for name in _FILES)),
)

LEGEND = ("hit", "line", "alone")
STILL = "A stored list, without the parts of its scores."
"""What a list is that no slider moves."""


@dataclass(frozen=True)
class BenchColumn:
    """One Run's list.

    Attributes:
        name, label, colour: the Run's.
        source: a line under the label; may be empty.
        found: its list with every term in full.
        terms: what the scores of all items are made of; None of a stored list, which no slider moves.
        before: item indices of an earlier list to tell changes from, the best first; None: tell none.
        of: how many items a list could hit; None: hits are not counted.
        empty: what to say where the list is empty.
        about: what it is in plain words, under the label; may be empty.
        less: figures of a variant that finds clearly less among real users (`stored_recall.finds_less`); may be empty.
    """

    name: str
    label: str
    colour: str
    source: str
    found: Suggestions
    terms: ScoreTerms | None = None
    before: np.ndarray | None = None
    of: int | None = None
    empty: str = "No item to show."
    about: str = ""
    less: str = ""


@dataclass(frozen=True)
class BenchItems:
    """What a bench says of items: ``later`` (indices that count as hits), ``cold`` and ``held`` ([N] bool: never
    bought in training; in this person's history), ``best`` ([N] bool: `bestsellers`), ``akin`` (what is of a kind that
    is in the basket; None: there is none, or its items have no kind), ``basket`` (item indices, shown above the lists),
    ``counts`` ([N] training interactions; None: it is not said how much an item was bought).
    """

    catalogue: Catalogue
    ids: np.ndarray
    cold: np.ndarray
    held: np.ndarray
    later: np.ndarray
    best: np.ndarray
    akin: BasketKinds | None = None
    basket: Sequence[int] = ()
    counts: np.ndarray | None = None


def bench_data(
    columns: Sequence[BenchColumn],
    items: BenchItems,
    k: int,
    allowed: np.ndarray,
    links: Sequence[dict[str, str]] = (),
    hit_words: str = "",
    legend: Sequence[str] = LEGEND,
) -> dict[str, Any]:
    """What the component is given of the lists: plain text and numbers only, never markup.

    Args:
        columns: the lists, left to right.
        items: what is said of items.
        k: how long a list is.
        allowed: [N] bool, the items that may be in one.
        links: text and href of where a row leads to; "{item}" in a href stands for the item's id.
        hit_words: what is counted as hits.
        legend: which signs to explain.
    """
    needed = {one.name: candidates(one.terms, k, allowed) for one in columns if one.terms is not None}
    shown = [one.found.items for one in columns] + [one.before for one in columns if one.before is not None]
    table = np.unique(np.concatenate([np.zeros(0, np.int64), *needed.values(), *shown]).astype(np.int64))
    return {
        "columns": [_column(one, table, needed.get(one.name), k) for one in columns],
        "terms": _terms(columns, allowed, items.held),
        "items": _items(table, items),
        "words": _words(table, items),
        "links": [dict(link) for link in links],
        "told": {
            "bestsellers": in_words(items.best),
            "most_bought": int(items.best.sum()),
            "kinds": [] if items.akin is None else items.akin.sizes,
            "names": [] if items.akin is None else items.akin.names,
            "unknown": 0 if items.akin is None else items.akin.unknown,
        },
        "hit_words": hit_words,
        "legend": list(legend),
        "still": STILL,
    }


def _packed(values: np.ndarray, kind: str) -> str:
    return base64.b64encode(np.ascontiguousarray(values, dtype=np.dtype(kind)).tobytes()).decode()


def _column(one: BenchColumn, table: np.ndarray, needed: np.ndarray | None, k: int) -> dict[str, Any]:
    data: dict[str, Any] = {
        "name": one.name,
        "label": one.label,
        "short": short_label(one.label),
        "colour": one.colour,
        "source": one.source,
        "about": one.about,
        "less": one.less,
        "of": one.of,
        "empty": one.empty,
        "k": k,
        "before": None if one.before is None else np.searchsorted(table, one.before).tolist(),
        "terms": None,
    }
    if one.terms is None or needed is None:
        rows = np.searchsorted(table, one.found.items).tolist()
        return data | {"fixed": {"rows": rows, "scores": [float(score) for score in one.found.scores]}}
    popularity = one.terms.popularity_bias[needed]
    repeats = one.terms.repeat_bias
    data["terms"] = {
        "rows": _packed(np.searchsorted(table, needed), "<i4"),
        "whole": _packed(one.terms.similarity[needed] + popularity, "<f4"),
        "popularity": _packed(popularity, "<f4"),
        "repeats": _packed(repeats[needed], "<f4"),
        "has_popularity": bool(popularity.any()),
    }
    return data


def _terms(columns: Sequence[BenchColumn], allowed: np.ndarray, held: np.ndarray) -> list[dict[str, Any]]:
    """The sliders; none where no list has terms."""
    found = [one.terms for one in columns if one.terms is not None]
    if not found:
        return []
    why_not = {
        "popularity_bias": "" if any(one.popularity_bias.any() for one in found) else "No list here has such a bias.",
        "repeat_bias": ""
        if (allowed & held).any() and any(one.repeat_bias.any() for one in found)
        else "These lists leave out what was bought before.",
    }
    return [
        {
            "code": term.code,
            "label": term.label,
            "summand": term.summand,
            "explanation": term.explanation,
            "step": STEP,
            "why_not": why_not.get(term.code, ""),
        }
        for term in TERMS
    ]


def _items(table: np.ndarray, items: BenchItems) -> dict[str, list]:
    catalogue = items.catalogue
    _, category = np.unique(catalogue.categories[table].astype(str), return_inverse=True)
    _, finer = np.unique(catalogue.finer[table].astype(str), return_inverse=True)
    prices = catalogue.prices[table]
    shown = catalogue.pictures
    there: dict[str, list] = {}
    if shown is not None:
        there["picture"] = [pictures.address(shown, int(item)) for item in table]
    if items.akin is not None:
        there["akin"] = items.akin.places[table].tolist()
    if items.counts is not None:
        fewer = np.searchsorted(np.sort(items.counts), items.counts[table], side="right")
        there["sold"] = (1 + len(items.counts) - fewer).tolist()
    return {
        **there,
        "id": [str(name) for name in items.ids[table]],
        "title": [told_title(catalogue, int(item)) for item in table],
        "detail": [str(detail) for detail in catalogue.details[table]],
        "category": category.tolist(),
        "finer": finer.tolist(),
        "brand": [str(brand) for brand in catalogue.brands[table]],
        "price": [f"{price:,.2f}" if np.isfinite(price) else "" for price in prices],
        "cold": items.cold[table].astype(int).tolist(),
        "held": items.held[table].astype(int).tolist(),
        "hit": np.isin(table, items.later).astype(int).tolist(),
        "best": items.best[table].astype(int).tolist(),
    }


def _words(table: np.ndarray, items: BenchItems) -> dict[str, list]:
    catalogue = items.catalogue
    colours = category_colours(catalogue.category_order)
    names = np.unique(catalogue.categories[table].astype(str)).tolist()
    coloured = {*names, *catalogue.categories[list(items.basket)].astype(str).tolist()}
    return {
        "categories": names,
        "legend": [list(entry) for entry in category_legend(coloured, catalogue.category_order)],
        "colours": [colours[name] for name in names],
        "finer": np.unique(catalogue.finer[table].astype(str)).tolist(),
    }


def short_label(label: str) -> str:
    """ "(a)" of "(a) sequence to sequence"; a label without such a beginning, or of several added up, as it is."""
    found = re.match(r"\([^)]{1,3}\)(?! \+)", label)
    return found.group() if found and " and " not in label else label


def short_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """`short_label` of each of ``labels`` (Run name -> label); the labels where two of them would be the same."""
    found = {name: short_label(label) for name, label in labels.items()}
    return found if len(set(found.values())) == len(found) else dict(labels)


def show_bench(
    data: dict[str, Any], key: str, on_settings: Callable[[], None], on_basket: Callable[[], None] | None = None
) -> None:
    """Draws `bench_data` joined with "settings", "token", "said", "hold", "hint", "next" and, of a new user, "basket".

    Args:
        key: of the component; ``st.session_state[key]`` then has "settings" and "basket", as the browser told them.
        on_settings, on_basket: called when either has changed.
    """
    if on_basket is None:
        _mount(key=key, data=data, on_settings_change=on_settings)
    else:
        _mount(key=key, data=data, on_settings_change=on_settings, on_basket_change=on_basket)
