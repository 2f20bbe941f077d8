"""The k best items for one person, to the last bit as if every score were computed exactly, at a sixth of the time.

A matrix product chooses who may be among the k best, allowing for all that its rounding can do; `pair_scores` decides.
"""

from __future__ import annotations

import numpy as np

from learn.data.sequences import Sequences, one_history
from learn.retrieval.repeats import Repeat, as_repeat
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
        if bonus is None:
            held = np.unique(one_history(history).items)
        else:
            _, held, more = as_repeat(bonus).pairs(one_history(history))
        scores = self._items @ user
        # What is added is added to exact scores: rounding then is the product's alone, which the bound covers.
        scores[held] = -np.inf if bonus is None else self._exact(user, held) + more
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
        slack = 2 * rounding_bound(user[None], self._longest)[0]
        lowest = -np.partition(-scores, k - 1)[k - 1]
        lowest = np.nextafter((lowest - slack).astype(np.float32), np.float32(-np.inf))
        return np.flatnonzero((scores >= lowest) & (scores > -np.inf))
