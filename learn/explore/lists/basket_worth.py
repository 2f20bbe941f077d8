"""What popularity is worth for a small basket: what lists find of all else that people had, with it and without."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from learn.data.sequences import Sequences, sequences_of
from learn.evaluation.better import FEW_USERS
from learn.explore.catalogue import NO_CATEGORY, Catalogue
from learn.runs.recommender import Recommender
from learn.runs.suggestions import best_of

K = 100
"""List length: as many places as people look through."""
MOST_USERS = 200
SMALL = 10
"""A basket of more items is not called small."""
CLEAR = 1.96
"""Standard errors that the gain has to be away from 0: the ends of a 95% interval."""


@dataclass(frozen=True)
class Baskets:
    """Baskets that known people could have had.

    Attributes:
        given: of each person [size] item indices, the oldest purchase first; rest: [n] all else that they had.
    """

    given: list[np.ndarray]
    rest: list[np.ndarray]


@dataclass(frozen=True)
class Worth:
    """Mean recall@`K` of all else that people had, over ``n_users``.

    Attributes:
        whole: with every term of the score; alone: without popularity.
        clear: whether popularity clearly finds more.
    """

    whole: float
    alone: float
    n_users: int
    clear: bool


def baskets_like(history: Sequences, catalogue: Catalogue, available: np.ndarray, size: int, one_kind: bool) -> Baskets:
    """Up to `MOST_USERS` `Baskets` of ``size`` different items each.

    Args:
        history: of every user; available: [N] bool, what can be had.
        one_kind: whether a basket is of one kind (finest category): that of which the person had most different items;
            else it is what they had last.
    """
    kinds = np.where(catalogue.finer.astype(str) != "", catalogue.finer, catalogue.categories).astype(str)
    given, rest = [], []
    for user in np.random.default_rng(0).permutation(len(history)):
        items = np.array(list(dict.fromkeys(history[user].tolist())), dtype=np.int64)  # the oldest first
        items = items[available[items]]
        own = items
        if one_kind:
            names, counts = np.unique(kinds[items][kinds[items] != NO_CATEGORY], return_counts=True)
            own = items[kinds[items] == names[counts.argmax()]] if len(names) else items[:0]
        if len(own) >= size and len(items) > size:
            given.append(own[-size:])
            rest.append(np.setdiff1d(items, own[-size:]))
        if len(given) == MOST_USERS:
            break
    return Baskets(given, rest)


def worth_of_popularity(recommender: Recommender, baskets: Baskets) -> Worth | None:
    """The `Worth` under one Run; None where its score has no popularity in it, or of too few people."""
    if not recommender.has_popularity_bias or len(baskets.given) < FEW_USERS:
        return None
    users, items = recommender.embed_histories(sequences_of(baskets.given)), recommender.items
    found = np.empty((len(users), 2))
    for row, (user, given, rest) in enumerate(zip(users, baskets.given, baskets.rest, strict=True)):
        allowed = recommender.dataset.available.copy()
        allowed[given] = False
        alone = items[:, :-1] @ user[:-1]
        for column, scores in enumerate((alone + items[:, -1] * user[-1], alone)):
            found[row, column] = np.isin(rest, best_of(scores.astype(np.float32), K, allowed).items).mean()
    gain = found[:, 0] - found[:, 1]
    clear = gain.mean() > CLEAR * gain.std(ddof=1) / np.sqrt(len(gain))
    return Worth(float(found[:, 0].mean()), float(found[:, 1].mean()), len(gain), bool(clear))


def worth_in_words(found: Mapping[str, Worth]) -> str:
    """One sentence on the one of ``found`` (label -> `Worth`) that finds most, of those where popularity clearly finds
    more; "" of none."""
    sure = {label: one for label, one in found.items() if one.clear}
    if not sure:
        return ""
    best = max(sure, key=lambda label: sure[label].whole)
    one = sure[best]
    tried = f"Tried on {one.n_users} known users’ baskets like it, {best}’s first {K} hold {one.whole:.0%}"
    return f"{tried} of what else they had; without popularity {one.alone:.0%}."


def like_it(size: int, one_kind: bool) -> str:
    """What "like it" means."""
    products = f"{size} products" if size > 1 else "one product"
    return f"Baskets like it: {products} that {'are of one kind' if one_kind and size > 1 else 'a user had last'}."
