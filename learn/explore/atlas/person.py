"""A person on the maps: what they bought, in order, and what each variant's list holds for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from learn.errors import LearnError
from learn.explore.maps.spaces import Space
from learn.runs.recommender import Recommender

LIST_LENGTH = 10
MOST_HISTORY = 400
"""Latest purchases that are drawn: more would be a cloud."""


def person_on_map(
    user: str,
    history: np.ndarray,
    lists: Mapping[str, tuple[str, np.ndarray]],
    items: np.ndarray,
) -> dict[str, Any]:
    """What the browser draws of one person.

    Args:
        user: the id.
        history: item indices before the cut, the oldest first, repetitions included.
        lists: space name -> (label, item indices, the best first), of every variant that has a list.
        items: [M] ascending, the items on the map.

    Returns:
        ``history``: points, each at its latest time, the oldest first; ``bought``: how many different items that is of,
        on the map or not; ``lists``: {name, label, points, of}, ``points`` -1 where an item is not on the map.
    """
    latest = list(dict.fromkeys(history[::-1].tolist()))[::-1]
    drawn = points_of(np.array(latest[-MOST_HISTORY:], dtype=np.int64), items)
    return {
        "user": user,
        "bought": len(latest),
        "history": drawn[drawn >= 0].tolist(),
        "lists": [
            {"name": name, "label": label, "points": points_of(found, items).tolist()}
            for name, (label, found) in lists.items()
        ],
    }


def points_of(wanted: np.ndarray, items: np.ndarray) -> np.ndarray:
    """Where each of ``wanted`` (item indices) is in ``items`` ([M] ascending); -1 where it is not."""
    places = np.searchsorted(items, wanted)
    inside = places < len(items)
    inside[inside] = items[places[inside]] == wanted[inside]
    return np.where(inside, places, -1)


def list_in_space(space: Space, recommenders: Mapping[str, Recommender], user: int, k: int = LIST_LENGTH) -> np.ndarray:
    """[<= k] item indices: the list of the Run that recommends in ``space``; empty where none does.

    It is the list that `Recommender.for_user` gives, without what the person had before.
    """
    one = recommenders.get(space.run.name)
    if one is None or (space.is_content and one.run.info.item_vectors != "content"):
        return np.zeros(0, dtype=np.int64)
    try:
        return one.for_user(user, k).items
    except LearnError:  # nothing is known of this person to this Run: it has no list of theirs
        return np.zeros(0, dtype=np.int64)
