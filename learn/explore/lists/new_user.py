"""Somebody new: a basket of items, what every Run recommends for it, and what one item changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from learn.data.sequences import Sequences
from learn.explore.catalogue import NO_CATEGORY, Catalogue
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


LEAST_SHARE, MOST_SHARE = 0.02, 0.3
"""Of the people: a kind of product that fewer buy is an oddity, one that more buy tells nothing of who somebody is."""


def suggested_baskets(
    catalogue: Catalogue, history: Sequences, available: np.ndarray, most: int = 3, size: int = 5
) -> dict[str, list[int]]:
    """Baskets to begin with that tell much of their owner: name of a kind of product -> [size] item indices of it.

    The kinds (finer categories) are those of which their buyers have most different items each, among those that
    `LEAST_SHARE` to `MOST_SHARE` of the people buy; a basket has its items with most buyers, that with most last.

    Args:
        history: of every user; available: [N] bool, the items that can be had.
    """
    names = [(str(one), str(other)) for one, other in zip(catalogue.categories, catalogue.finer, strict=True)]
    codes, kinds = pd.factorize(pd.Series(names))
    users, items = (part.astype(np.int64) for part in (history.users, history.items))
    users, items = np.divmod(np.unique(users * len(codes) + items), len(codes))  # each item of each person once
    users, items = users[available[items]], items[available[items]]
    n_items = np.bincount(codes[np.unique(items)], minlength=len(kinds))
    n_people = np.bincount(np.unique(users * len(kinds) + codes[items]) % len(kinds), minlength=len(kinds))
    each = np.bincount(codes[items], minlength=len(kinds)) / np.maximum(n_people, 1)
    share = n_people / max(int((history.lengths > 0).sum()), 1)
    known = np.array([bool(finer) for _, finer in kinds])
    telling = known & (share >= LEAST_SHARE) & (share <= MOST_SHARE) & (n_items >= size)
    buyers = np.bincount(items, minlength=len(codes))
    found: dict[str, list[int]] = {}
    for kind in np.argsort(-each, kind="stable")[telling[np.argsort(-each, kind="stable")]].tolist():
        own = np.flatnonzero(codes == kind)
        if kinds[kind][1] not in found and len(found) < most:
            found[kinds[kind][1]] = own[np.argsort(-buyers[own], kind="stable")][:size][::-1].tolist()
    return found


@dataclass(frozen=True)
class BasketKinds:
    """Which items are of a kind (finest category) that is in a basket.

    Attributes:
        places: [N] which of the basket's kinds an item is of, from 1; 0: of none. Items without a category are of none.
        names: the kinds, in that order; sizes: how many items of the basket are of each.
        unknown: how many items of the basket have no category.
    """

    places: np.ndarray
    names: list[str]
    sizes: list[int]
    unknown: int


def kinds_in(catalogue: Catalogue, basket: Sequence[int]) -> BasketKinds:
    """The `BasketKinds` of ``basket`` (item indices)."""
    kinds = np.where(catalogue.finer.astype(str) != "", catalogue.finer, catalogue.categories).astype(str)
    own = kinds[np.asarray(basket, dtype=np.int64)]
    known = own[own != NO_CATEGORY]
    names, sizes = np.unique(known, return_counts=True)
    places = np.zeros(len(kinds), dtype=np.int64)
    if len(names):
        near = np.minimum(np.searchsorted(names, kinds), len(names) - 1)
        places = np.where(names[near] == kinds, near + 1, 0)
    return BasketKinds(places, names.tolist(), sizes.tolist(), len(own) - len(known))


def recommend(recommender: Recommender, basket: Sequence[int], k: int) -> Suggestions:
    """The exact top ``k`` after a history of ``basket`` (item indices, oldest first), without its own items.

    An empty basket has no list: nothing is known of its owner.
    """
    if not len(basket):
        return Suggestions(np.zeros(0, np.int64), np.zeros(0, np.float32), live=True)
    return recommender.for_history(list(basket), k)


def differ_most(lists: Sequence[Sequence[Suggestions]]) -> int:
    """Which of some histories' ``lists`` (one of each Run) share fewest items, two by two; of equal ones the first."""

    def shared(found: Sequence[Suggestions]) -> int:
        return sum(len(np.intersect1d(one.items, other.items)) for one, other in combinations(found, 2))

    return min(range(len(lists)), key=lambda place: shared(lists[place]))


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
