"""An item under every variant, a card each: what it stands beside, and who would see it earliest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from app.components.answers import show_answers as draw
from app.shared import cache, links, pictures, theme
from learn.explore.colours import category_colours
from learn.explore.lists import newcomer
from learn.explore.lists.audience import SEEN, Audience
from learn.explore.lists.newcomer import Answer, Change
from learn.runs.recommender import Recommender
from learn.runs.suggestions import Suggestions

NEIGHBOURS, PEOPLE = 4, 4
PARTS = [
    {"name": "Stands beside (cosine)", "none": "Nothing."},
    {"name": "Its place in whose own list", "none": "Nobody has a history to go by."},
]


def answers(
    opened: dict[str, Recommender], vectors: dict[str, np.ndarray], view: cache.View, item: int | None
) -> dict[str, Answer]:
    """Run name -> `Answer` of one item.

    Args:
        opened: Run name -> what answers for it.
        vectors: Run name -> [d] the item's vector.
        item: its index in the catalogue; None for a new one.
    """
    warm = view.counts > 0
    return {
        name: newcomer.answer(one, vectors[name], view.history, warm, NEIGHBOURS, PEOPLE, item)
        for name, one in opened.items()
    }


def say(found: Mapping[str, Answer], view: cache.View, labels: dict[str, str]) -> None:
    """The two sentences over the cards: what the item is taken for, and who would see it."""
    named = {labels[name]: one for name, one in found.items()}
    st.markdown(
        f"**{theme.plain(newcomer.what_it_is(named, view.catalogue))}** {theme.plain(newcomer.who_would_see_it(named))}"
    )


def show_answers(
    found: dict[str, Answer],
    view: cache.View,
    labels: dict[str, str],
    colours: dict[str, str],
    item: int | None,
    key: str,
    changes: Mapping[str, Change] | None = None,
) -> None:
    """Draws `answers` in cards; ``changes`` marks what was not there before the text was changed."""
    buyers = set(view.target.users[view.target.items == item].tolist()) if item is not None else set()
    columns = []
    for name, one in found.items():
        new = changes[name].new if changes else frozenset()
        parts = [_beside(one.beside, view, new), _people(one.audience, view, buyers, item)]
        said = newcomer.reach(one.audience)
        if changes and changes[name].best[0] != changes[name].best[1]:
            said += f" · best place {changes[name].best[1]:,}, before {changes[name].best[0]:,}"
        columns.append({"name": name, "label": labels[name], "colour": colours[name], "said": said, "parts": parts})
    draw(PARTS, columns, key)


def _beside(one: Suggestions, view: cache.View, new: frozenset[int]) -> list[dict[str, Any]]:
    catalogue, colours = view.catalogue, category_colours(view.catalogue.category_order)
    rows = []
    for item, cosine in zip(one.items.tolist(), one.scores, strict=True):
        title, category = catalogue.titles[item], catalogue.categories[item]
        rows.append(
            {
                "key": str(view.dataset.item_ids[item]),
                "title": title,
                "about": f"{title} · {category}" + (f" · {catalogue.finer[item]}" if catalogue.finer[item] else ""),
                "number": f"{cosine:.2f}",
                "category": category,
                "colour": colours[category],
                "sign": "new" if item in new else "",
                **pictures.of_row(catalogue, item),
                "links": [link | {"about": f"{title} on the maps"} for link in links.on_maps(view.dataset, item)],
            }
        )
    return rows


def _people(one: Audience, view: cache.View, buyers: set[int], item: int | None) -> list[dict[str, Any]]:
    rows = []
    for user, rank, speaking in zip(one.users.tolist(), one.ranks.tolist(), one.reasons, strict=True):
        user_id = str(view.dataset.user_ids[user])
        go_to = [links.of_user(view.dataset, user_id) | {"about": f"User {user_id}'s recommendations"}]
        if item is not None:
            go_to += [
                link | {"about": f"Why for user {user_id}?"}
                for link in links.of_item(view.dataset, item, user_id)
                if link["text"] == "why?"
            ]
        had = [str(view.catalogue.titles[other]) for other in speaking]
        rows.append(
            {
                "key": f"user {user_id}",
                "place": f"{rank:,}.",
                "far": rank > SEEN,
                "title": f"User {user_id}",
                "detail": ("bought it later · " if user in buyers else "")
                + (f"had {' · '.join(had)}" if had else "by no single thing they had"),
                "hit": user in buyers,
                "links": go_to,
            }
        )
    return rows
