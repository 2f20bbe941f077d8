"""An item under every variant, side by side: what is like it, and who would be shown it first."""

from __future__ import annotations

import numpy as np
import streamlit as st

from app.components.lists import Column, column_data, show, show_lists
from app.shared import cache, links
from learn.explore.lists.audience import Audience, audience
from learn.runs.recommender import Recommender
from learn.runs.suggestions import Suggestions

NEIGHBOURS, PEOPLE = 6, 5


def answers(
    opened: dict[str, Recommender], vectors: dict[str, np.ndarray], view: cache.View, item: int | None
) -> dict[str, tuple[Suggestions, Audience]]:
    """Run name -> (nearest warm items, audience) of one item.

    Args:
        opened: Run name -> what answers for it.
        vectors: Run name -> [d] the item's vector.
        item: its index in the catalogue; None for a new one.
    """
    warm = view.counts > 0
    return {
        name: (
            one.neighbours(vectors[name], NEIGHBOURS, warm),
            audience(one, vectors[name], view.history, PEOPLE, item),
        )
        for name, one in opened.items()
    }


def show_answers(
    found: dict[str, tuple[Suggestions, Audience]],
    view: cache.View,
    labels: dict[str, str],
    colours: dict[str, str],
    item: int | None,
    key: str,
) -> None:
    """Draws `answers` in two rows of lists."""
    nothing = np.zeros(0, dtype=np.int64)
    st.subheader("Nearest items that people already buy", anchor=False)
    st.caption(
        "By cosine in each variant's item space, among all items with a buyer: in good company, a variant has "
        "understood what the item is."
    )
    columns = [Column(name, labels[name], colours[name], "", "", one[0]) for name, one in found.items()]
    show_lists(
        columns,
        view.catalogue,
        view.dataset.item_ids,
        nothing,
        view.counts == 0,
        key=f"{key}_nearest",
        score_name="cosine",
        links=lambda other: links.on_maps(view.dataset, other),
        legend=("category", "shared"),
    )
    st.subheader("Who would be shown it first", anchor=False)
    st.caption(
        "The people with the highest score for it, and the items of their history that speak for it most. The rank is "
        "its place in that person's own list: far down, they would hardly see it."
    )
    buyers = set(view.target.users[view.target.items == item].tolist()) if item is not None else set()
    data = {
        "legend": ["hit", "shared"] if item is not None else ["shared"],
        "columns": [
            column_data(
                Column(name, labels[name], colours[name], "", "", one[0]),
                _people(one[1], view, found, name, buyers, item),
            )
            for name, one in found.items()
        ],
    }
    show(data, f"{key}_people")


def _people(one: Audience, view: cache.View, found: dict, name: str, buyers: set[int], item: int | None) -> list[dict]:
    rows = []
    for place, (user, rank, speaking) in enumerate(zip(one.users.tolist(), one.ranks, one.reasons, strict=True), 1):
        user_id = str(view.dataset.user_ids[user])
        go_to = [links.of_user(view.dataset, user_id)]
        if item is not None:
            go_to += [link for link in links.of_item(view.dataset, item, user_id) if link["text"] == "why?"]
        rows.append(
            {
                "rank": place,
                "item": user_id,
                "title": f"User {user_id}",
                "reasons": [f"had {view.catalogue.titles[other]}" for other in speaking],
                "score": f"rank {rank:,} in their list",
                "hit": user in buyers,
                "others": [other for other in found if other != name and user in found[other][1].users],
                "links": go_to,
            }
        )
    return rows
