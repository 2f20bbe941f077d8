"""The basket of somebody new: in the browser first, in the URL a moment later, never anywhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from app.shared import bench_settings, cache, pickers, pictures, url
from app.shared.text import short
from learn.data.splits import SplitInfo
from learn.explore.catalogue import told_title
from learn.explore.colours import category_colours
from learn.explore.lists import new_user

LIKES = "likes"
"""In the URL: what somebody likes, ids."""
FOUND = 40
"""Search results that are listed."""
EXAMPLE = 5
"""Items of an example basket."""
EMPTY = [""]
"""In the URL: a basket that was emptied. Without any a page opens with an example."""
MOST = 200
"""Items that a basket holds; of more the latest."""
LONGEST_ID = 1000
"""Characters of an id that a browser tells."""
_TOKEN = "_basket_token"
_SHOWN = "_basket_shown"


@dataclass(frozen=True)
class Basket:
    """Item indices: ``bought``, the oldest first, and ``liked``."""

    bought: list[int]
    liked: list[int]


def read(view: cache.View, start: Callable[[], list[int]]) -> Basket:
    """The basket of the URL, of one that says nothing of any ``start``; an id that the catalogue lacks is named."""
    if not any(key in st.query_params for key in (url.BASKET, LIKES)):
        return Basket(start(), [])
    bought, liked = (_known(view, list(dict.fromkeys(st.query_params.get_all(key)))) for key in (url.BASKET, LIKES))
    return Basket(bought, [item for item in liked if item not in bought])


def offered(view: cache.View) -> list[list[int]]:
    """The baskets one click away that are the same each time: a household's last purchases first; none is empty."""
    found = [example_of(view, pickers.typical_user(view)), *_suggested(view).values()]
    return [basket for basket in found if basket]


def _known(view: cache.View, ids: list[str]) -> list[int]:
    items = view.dataset.find_items(ids)
    unknown = [name for name, item in zip(ids, items, strict=True) if item < 0 and name]
    if unknown:
        what = f"{len(unknown)} items of the link are" if len(unknown) > 1 else "one item of the link is"
        url.refuse(f"{what} not in this catalogue, so not in the basket: {', '.join(map(short, unknown[:5]))}")
    return [int(item) for item in items if item >= 0]


def heard(key: str) -> None:
    """Writes the basket that the component ``key`` has into the URL, with what has changed; called when it has."""
    said = st.session_state[key].get("basket")
    if not isinstance(said, Mapping):
        return
    st.session_state[key + _TOKEN] = said.get("token")
    told = [said.get(part) for part in ("items", "likes")]
    bought, liked = (
        list(dict.fromkeys(str(one)[:LONGEST_ID] for one in part[-MOST:])) if isinstance(part, list) else []
        for part in told
    )
    old = st.session_state.get(key + _SHOWN, [])
    new = [*bought, *liked]
    change = [f"+{name}" for name in new if name not in old] + [f"-{name}" for name in old if name not in new]
    bench_settings.write({url.BASKET: bought or (None if liked else EMPTY), LIKES: liked, url.CHANGE: change})


def before_the_last_click(view: cache.View, basket: Basket) -> tuple[list[int], str]:
    """The history before the last change, and that change in words; [] and "" where nothing can be compared."""
    changes = [change for change in st.query_params.get_all(url.CHANGE) if change]
    items = view.dataset.item_index.get_indexer([change[1:] for change in changes]).tolist()
    history = new_user.basket_history(basket.bought, basket.liked)
    added = [i for change, i in zip(changes, items, strict=True) if change[0] == "+" and i in history]
    gone = [i for change, i in zip(changes, items, strict=True) if change[0] == "-" and i >= 0 and i not in history]
    earlier = [item for item in history if item not in added] + gone
    if not (added or gone) or not earlier or not history:
        return [], ""

    def words(some: list[int], what: str) -> list[str]:
        if not some:
            return []
        return [f"“{told_title(view.catalogue, some[0])}” was {what}" if len(some) == 1 else f"{len(some)} were {what}"]

    return earlier, "Changes since " + " and ".join(words(added, "put in") + words(gone, "taken out")) + "."


def as_data(view: cache.View, basket: Basket, words: str, key: str) -> dict[str, Any]:
    """What the component ``key`` is told: the basket, what a search found, and examples to start from."""
    ids = view.dataset.item_ids
    st.session_state[key + _SHOWN] = [str(ids[item]) for item in (*basket.bought, *basket.liked)]
    found = new_user.search_items(view.catalogue, words, view.counts, FOUND)
    note = f"the {len(found)} most bought: scroll, or search"
    if words.strip():
        note = f"the {len(found)} most bought with these words"
    if not len(found):
        note = "No item has all of these words: try fewer, or others."
    elif words.strip() and len(found) < FOUND:
        note = f"{len(found)} items have these words."
    return {
        "items": [str(ids[item]) for item in basket.bought],
        "likes": [str(ids[item]) for item in basket.liked],
        "held": [item_row(view, item) for item in (*basket.bought, *basket.liked)],
        "found": [item_row(view, int(item)) for item in found],
        "note": note,
        "searched": bool(words.strip()),
        "example": [item_row(view, item) for item in _any_example(view)],
        "first": [item_row(view, item) for item in example_of(view, pickers.typical_user(view))],
        "suggested": [
            {"name": name, "rows": [item_row(view, item) for item in items]} for name, items in _suggested(view).items()
        ],
        "token": st.session_state.get(key + _TOKEN),
    }


def item_row(view: cache.View, item: int) -> dict[str, Any]:
    """What a bench draws of an item, and tells it apart by."""
    catalogue = view.catalogue
    price = catalogue.prices[item]
    return {
        "item": str(view.dataset.item_ids[item]),
        "title": told_title(catalogue, item),
        "category": str(catalogue.categories[item]),
        "colour": category_colours(catalogue.category_order)[catalogue.categories[item]],
        "finer": str(catalogue.finer[item]),
        "brand": str(catalogue.brands[item]),
        "price": f"{price:,.2f}" if np.isfinite(price) else "",
        **pictures.of_row(catalogue, item),
    }


def _suggested(view: cache.View) -> dict[str, list[int]]:
    return _suggested_once(view, view.dataset.fingerprint, view.split.info)


@st.cache_resource(max_entries=4, show_spinner=False)
def _suggested_once(_view: cache.View, fingerprint: str, info: SplitInfo) -> dict[str, list[int]]:
    return new_user.suggested_baskets(_view.catalogue, _view.history, _view.dataset.available)


def _any_example(view: cache.View) -> list[int]:
    """`example_of` somebody, another one each time."""
    there = np.flatnonzero(view.history.lengths)
    return example_of(view, int(np.random.default_rng().choice(there))) if len(there) else []


def example_of(view: cache.View, user: int) -> list[int]:
    """The latest few different items of somebody's history that can be had, the oldest first."""
    latest = [item for item in view.history[user][::-1].tolist() if view.dataset.available[item]]
    return list(dict.fromkeys(latest))[:EXAMPLE][::-1]
