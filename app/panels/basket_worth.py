"""What popularity is worth for baskets like the one that is shown, counted once a Run and kind of basket."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app.components.bench_lists import BenchColumn, short_label
from app.shared import cache
from learn.data.splits import SplitInfo
from learn.explore.lists import new_user
from learn.explore.lists.basket_worth import SMALL, Baskets, Worth, baskets_like, like_it, worth_in_words
from learn.explore.lists.basket_worth import worth_of_popularity as worth
from learn.runs.recommender import Recommender


def as_data(
    view: cache.View, columns: list[BenchColumn], opened: dict[str, Recommender], history: list[int]
) -> dict[str, Any]:
    """What the bench is told: the names of the Runs where popularity clearly finds more, and a sentence; {} of none."""
    size = len(history)
    if not 0 < size <= SMALL:
        return {}
    kinds = new_user.kinds_in(view.catalogue, history)
    one_kind = len(kinds.sizes) == 1 and not kinds.unknown and size > 1
    key = view.dataset.fingerprint, view.split.info, size, one_kind
    found: dict[str, Worth] = {}
    for column in columns:
        one = opened[column.name]
        if (known := _worth(one, view, cache.run_key([one.run]), *key)) is not None:
            found[column.name] = known
    labels = {column.name: short_label(column.label) for column in columns}
    words = worth_in_words({labels[name]: known for name, known in found.items()})
    if not words:
        return {}
    names = [name for name, known in found.items() if known.clear]
    return {"names": names, "words": words, "note": like_it(size, one_kind)}


@st.cache_resource(max_entries=64, show_spinner=False)
def _worth(
    _one: Recommender, _view: cache.View, run: object, fingerprint: str, info: SplitInfo, size: int, one_kind: bool
) -> Worth | None:
    return worth(_one, _baskets(_view, fingerprint, info, size, one_kind))


@st.cache_resource(max_entries=16, show_spinner=False)
def _baskets(_view: cache.View, fingerprint: str, info: SplitInfo, size: int, one_kind: bool) -> Baskets:
    return baskets_like(_view.history, _view.catalogue, _view.dataset.available, size, one_kind)
