"""Who would be shown an item first, by its place in their own lists; what speaks for it there, and who got it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from learn.data.sequences import Sequences, take_users
from learn.explore.lists.attention_weights import attention_gradients, distinct_items
from learn.explore.lists.attribution import leave_one_out
from learn.retrieval.scores import pair_scores, pair_scores_at, rounding_bound
from learn.runs.recommender import Recommender

SHORT = 8
"""Histories of up to this many distinct items are explained exactly: it costs next to nothing."""

SEEN = 1000
"""Nobody scrolls farther: who has an item beyond this place of their list would not see it."""

_BLOCK_SCORES = 4_000_000  # scores held at a time: 16 MB


@dataclass(frozen=True)
class Audience:
    """The users in whose own lists one item stands highest.

    Scores of different users cannot be compared: one's tenth may be higher than another's first. Places can.

    Attributes:
        users: [k] user indices, the one who would see it earliest first; equal ranks by lower index.
        ranks: [k] where the item stands in each one's own list of what is new to them; 1 is the first place.
        reasons: [k] up to three items of each one's history that speak for it, the strongest first.
        reach: [U] its rank in everybody's list; 0 for those who are not asked (`own_ranks`).
    """

    users: np.ndarray
    ranks: np.ndarray
    reasons: list[np.ndarray]
    reach: np.ndarray

    def seen_by(self, first: int = SEEN) -> int:
        """How many people have it among the ``first`` of their list."""
        return int(((self.reach > 0) & (self.reach <= first)).sum())


def asked_users(history: Sequences, item: int | None = None) -> np.ndarray:
    """[n] user indices, increasing: those with a history, and without ``item`` in it."""
    asked = history.lengths > 0
    if item is not None:
        asked[history.users[history.items == item]] = False
    return np.flatnonzero(asked)


def own_ranks(
    user_vectors: np.ndarray,
    item_vectors: np.ndarray,
    item_vector: np.ndarray,
    history: Sequences,
    users: np.ndarray,
    item: int | None = None,
) -> np.ndarray:
    """[len(users)] the place of an item in each one's list of what is new to them, every item of it looked at.

    An item outside the catalogue (``item`` None) is one more beside it; of equal scores the lower index is first, a
    new item last.

    Args:
        user_vectors: [U, d]; item_vectors: [N, d]; item_vector: [d].
        history: of every user.
        users: [n] user indices.
        item: its index, where it is one of the catalogue.
    """
    users = np.asarray(users, dtype=np.int64)
    block = max(1, _BLOCK_SCORES // max(len(item_vectors), 1))
    parts = [
        _ranks_of_block(user_vectors[some], item_vectors, item_vector, take_users(history, some), item)
        for some in np.split(users, range(block, len(users), block))
    ]
    return np.concatenate(parts)


def _ranks_of_block(
    asked: np.ndarray, item_vectors: np.ndarray, item_vector: np.ndarray, history: Sequences, item: int | None
) -> np.ndarray:
    scores, own = asked @ item_vectors.T, pair_scores(asked, item_vector)
    slack = rounding_bound(asked, np.concatenate([item_vectors, item_vector[None]]))
    high = np.nextafter((own + slack).astype(np.float32), np.float32(np.inf))
    low = np.nextafter((own - slack).astype(np.float32), np.float32(-np.inf))
    ahead, reach = scores > high[:, None], scores >= low[:, None]
    for one in (ahead, reach):  # what is bought is in no list, and nothing stands before itself
        one[history.users, history.items] = False
        if item is not None:
            one[:, item] = False
    places, reached = (np.array([np.count_nonzero(row) for row in one], dtype=np.int64) for one in (ahead, reach))
    # Where the matrix product's rounding could tell the two apart, or not tell them apart, the exact scores do.
    doubtful = np.flatnonzero(reached > places)
    rows, columns = np.nonzero(reach[doubtful] ^ ahead[doubtful])
    rows = doubtful[rows]
    exact = pair_scores_at(asked, rows, item_vectors, columns)
    last = len(item_vectors) if item is None else item
    before = (exact > own[rows]) | ((exact == own[rows]) & (columns < last))
    found: np.ndarray = 1 + places + np.bincount(rows[before], minlength=len(asked))
    return found


def first_users(
    user_vectors: np.ndarray,
    item_vectors: np.ndarray,
    item_vector: np.ndarray,
    history: Sequences,
    k: int,
    item: int | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The ``k`` users in whose own lists an item stands highest; arguments as `own_ranks`.

    Users without history, or who had ``item``, are not asked.

    Returns:
        users [<= k], the lowest rank first and equal ranks by lower index; their ranks; and everybody's rank [U], 0
        for those who are not asked.
    """
    asked = asked_users(history, item)
    ranks = own_ranks(user_vectors, item_vectors, item_vector, history, asked, item)
    order = np.argsort(ranks, kind="stable")[:k]
    everybody = np.zeros(len(history), dtype=np.int64)
    everybody[asked] = ranks
    return asked[order], ranks[order], everybody


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
    users, ranks, reach = first_users(recommender.users, recommender.items, item_vector, history, k, item)
    return Audience(users, ranks, reasons(recommender, history, users, item_vector), reach)


def later_buyers(target: Sequences, item: int) -> np.ndarray:
    """[n] user indices, increasing: who did get ``item`` in the target period."""
    return np.unique(target.users[target.items == item])
