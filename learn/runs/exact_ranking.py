"""The k best items for one person, to the last bit as if every score were computed exactly, at a tenth of the time.

A matrix product chooses who may be among the k best, allowing for all that its rounding can do; `pair_scores` decides.
"""

from __future__ import annotations

import numpy as np

from learn.retrieval.scores import pair_scores, rounding_bound
from learn.runs.suggestions import Suggestions


class ExactRanking:
    """Ranks a catalogue by inner product.

    Args:
        items: [N, d] float32; they are not changed afterwards.
    """

    def __init__(self, items: np.ndarray) -> None:
        self._items = items
        lengths = np.einsum("nd,nd->n", items, items, dtype=np.float64)
        self._longest = items[int(lengths.argmax())][None] if len(items) else items  # the bound asks for no other

    def best(
        self, user: np.ndarray, history: np.ndarray, k: int, bonus: np.float32 | None, allowed: np.ndarray | None = None
    ) -> Suggestions:
        """The ``k`` items with the greatest scores, best first; equal scores by lower index.

        Args:
            user: [d]; history: item indices that the user had.
            k: how many; fewer come back only where fewer are allowed.
            bonus: is added to the scores of the history's items; None: these are left out.
            allowed: [N] bool, the items that may come back; None: all.
        """
        user = np.asarray(user, dtype=np.float32)
        held = np.unique(np.asarray(history, dtype=np.int64))
        scores = self._items @ user
        # What is added is added to exact scores: rounding then is the product's alone, which the bound covers.
        scores[held] = -np.inf if bonus is None else self._exact(user, held) + bonus
        if allowed is not None:
            scores[~allowed] = -np.inf
        found = self._candidates(scores, user, min(k, len(scores)))
        exact = self._exact(user, found)
        if bonus is not None:
            exact[np.isin(found, held)] += bonus
        order = np.lexsort((found, -exact))[:k]
        return Suggestions(found[order], exact[order], live=True)

    def _exact(self, user: np.ndarray, items: np.ndarray) -> np.ndarray:
        return pair_scores(user, self._items[items]) if len(items) else np.zeros(0, np.float32)

    def _candidates(self, scores: np.ndarray, user: np.ndarray, k: int) -> np.ndarray:
        """[C] indices, increasing, of all whose exact score may be among the ``k`` greatest."""
        if not len(scores):
            return np.zeros(0, np.int64)
        slack = 2 * rounding_bound(user[None], self._longest)[0]
        lowest = -np.partition(-scores, k - 1)[k - 1]
        lowest = np.nextafter((lowest - slack).astype(np.float32), np.float32(-np.inf))
        return np.flatnonzero((scores >= lowest) & (scores > -np.inf))
