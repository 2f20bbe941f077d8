"""Revenue, replayed: what the head of every user's reordered list had sold. A replay of what happened, not an A/B test:
it cannot know what people would have bought had they been shown the list."""

from __future__ import annotations

import numpy as np


def captured(users: np.ndarray, values: np.ndarray, scores: np.ndarray, n: int) -> np.ndarray:
    """[rows] float64: the value of an impression that is among the first ``n`` of its user's list, else 0.

    Args:
        users: [rows] int; values: [rows] what was bought is worth, 0 where nothing was.
        scores: [rows] float; the list is in descending order, ties in the order of the rows.
    """
    order = np.lexsort((np.arange(len(users)), -scores, users))
    sorted_users = users[order]
    starts = np.flatnonzero(np.append(True, sorted_users[1:] != sorted_users[:-1])) if len(users) else np.zeros(0, int)
    rank = np.arange(len(users)) - np.repeat(starts, np.diff(np.append(starts, len(users))))
    taken = np.zeros(len(users))
    head = order[rank < n]
    taken[head] = values[head]
    return taken
