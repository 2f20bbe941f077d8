"""Who would be shown an item first, what in their history speaks for it, and who did get it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from learn.data.sequences import Sequences
from learn.explore.lists.attention_weights import attention_gradients, distinct_items
from learn.explore.lists.attribution import leave_one_out
from learn.retrieval.scores import pair_scores, rounding_bound
from learn.runs.recommender import Recommender

SHORT = 8
"""Histories of up to this many distinct items are explained exactly: it costs next to nothing."""


@dataclass(frozen=True)
class Audience:
    """The users with the highest score of one item.

    Attributes:
        users: [k] user indices, best first; equal scores by lower index.
        scores: [k] float32.
        ranks: [k] where the item stands in each one's own list of what is new to them; 1 is the first place.
        reasons: [k] up to three items of each one's history that speak for it, the strongest first.
    """

    users: np.ndarray
    scores: np.ndarray
    ranks: np.ndarray
    reasons: list[np.ndarray]


def top_users(
    user_vectors: np.ndarray, item_vector: np.ndarray, history: Sequences, k: int, item: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The ``k`` users with the highest score, exactly: users without history, or who had ``item``, are not asked.

    Args:
        user_vectors: [U, d]; item_vector: [d].
        history: of every user.
        item: its index, where it is one of the catalogue.

    Returns:
        users [<= k] and scores, best first.
    """
    scores = pair_scores(item_vector, user_vectors)
    allowed = history.lengths > 0
    if item is not None:
        allowed[history.users[history.items == item]] = False
    found = np.flatnonzero(allowed)
    order = np.argsort(-scores[found], kind="stable")[:k]
    return found[order], scores[found[order]]


def own_ranks(
    user_vectors: np.ndarray,
    item_vectors: np.ndarray,
    item_vector: np.ndarray,
    history: Sequences,
    users: np.ndarray,
    item: int | None = None,
) -> np.ndarray:
    """[len(users)] the place of an item in each one's list of what is new to them.

    An item outside the catalogue (``item`` None) is one more beside it; of equal scores the lower index is first, a
    new item last.
    """
    asked = user_vectors[users]
    catalogue, own = asked @ item_vectors.T, pair_scores(asked, item_vector)
    # Where the matrix product's rounding could tell the two apart, or not tell them apart, the exact scores do.
    near = np.abs(catalogue - own[:, None]) <= rounding_bound(asked, item_vectors)[:, None]
    rows, columns = np.nonzero(near)
    catalogue[rows, columns] = pair_scores(asked[rows], item_vectors[columns])
    places = np.arange(catalogue.shape[1])
    last = len(places) if item is None else item
    ahead = (catalogue > own[:, None]) | ((catalogue == own[:, None]) & (places < last))
    if item is not None:
        ahead[:, item] = False
    for row, user in enumerate(users):
        ahead[row, history[user]] = False
    return 1 + ahead.sum(axis=1)


def reasons(
    recommender: Recommender, history: Sequences, users: np.ndarray, item_vector: np.ndarray, most: int = 3
) -> list[np.ndarray]:
    """Per user: up to ``most`` items of the history that speak for an item, best first.

    By `leave_one_out` where the history is short, else by `attention_gradients`: attention to a single item has no
    weight to change.
    """
    histories = [history[user] for user in users]
    found = []
    for past, slopes in zip(histories, attention_gradients(recommender, histories, item_vector), strict=True):
        items = distinct_items(past)
        values = leave_one_out(recommender, past, item_vector, items) if len(items) <= SHORT else slopes
        order = np.argsort(-values, kind="stable")[:most]
        found.append(items[order[values[order] > 0]])
    return found


def audience(
    recommender: Recommender, item_vector: np.ndarray, history: Sequences, k: int, item: int | None = None
) -> Audience:
    """The `Audience` of an item of the catalogue (its index ``item``) or of a new one (None)."""
    users, scores = top_users(recommender.users, item_vector, history, k, item)
    ranks = own_ranks(recommender.users, recommender.items, item_vector, history, users, item)
    return Audience(users, scores, ranks, reasons(recommender, history, users, item_vector))


def later_buyers(target: Sequences, item: int) -> np.ndarray:
    """[n] user indices, increasing: who did get ``item`` in the target period."""
    return np.unique(target.users[target.items == item])
