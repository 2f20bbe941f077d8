"""Somebody new: a basket of items, what every Run recommends for it, and what one item changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from learn.explore.catalogue import Catalogue
from learn.runs.recommender import Recommender
from learn.runs.suggestions import Suggestions


def search_items(catalogue: Catalogue, words: str, popularity: np.ndarray, most: int = 20) -> np.ndarray:
    """[<= most] item indices whose title, category, details or brand hold every one of ``words``, any case.

    Those whose title holds all of them come first, then the most popular ([N] ``popularity``); no words: the most
    popular of all.
    """
    wanted = words.casefold().split()
    titles, rest = catalogue.searchable
    in_title = np.ones(len(titles), dtype=bool)
    anywhere = np.ones(len(titles), dtype=bool)
    for word in wanted:
        holds = np.array([word in title for title in titles])
        in_title &= holds
        anywhere &= holds | np.array([word in text for text in rest])
    found = np.flatnonzero(anywhere)
    return found[np.lexsort((found, -popularity[found], ~in_title[found]))][:most]


def basket_history(bought: Sequence[int], liked: Sequence[int]) -> list[int]:
    """The history that a basket stands for, the oldest first, every item once.

    What is only ``liked`` has no date: it comes before all that was ``bought``, so that it never counts as the latest.
    """
    purchases = list(dict.fromkeys(bought))
    return [item for item in dict.fromkeys(liked) if item not in set(purchases)] + purchases


def recommend(recommender: Recommender, basket: Sequence[int], k: int) -> Suggestions:
    """The exact top ``k`` after a history of ``basket`` (item indices, oldest first), without its own items.

    An empty basket has no list: nothing is known of its owner.
    """
    if not len(basket):
        return Suggestions(np.zeros(0, np.int64), np.zeros(0, np.float32), live=True)
    return recommender.for_history(list(basket), k)


@dataclass(frozen=True)
class Change:
    """What one list has become beside another.

    Attributes:
        moves: item -> places that it rose (negative: fell); items of both lists only.
        entered: items of the new list only, in its order.
        left: items of the old list only, in its order.
    """

    moves: dict[int, int]
    entered: list[int]
    left: list[int]


def what_changed(before: Suggestions, after: Suggestions) -> Change:
    """The `Change` from ``before`` to ``after``."""
    old = {item: rank for rank, item in enumerate(before.items.tolist())}
    new = {item: rank for rank, item in enumerate(after.items.tolist())}
    return Change(
        {item: old[item] - rank for item, rank in new.items() if item in old},
        [item for item in new if item not in old],
        [item for item in old if item not in new],
    )
