"""A user's list from an index in place of a scan over all scores: for large catalogues."""

from __future__ import annotations

import numpy as np

from learn.data.sequences import Sequences, one_history, sequences_of
from learn.retrieval.base import best_first
from learn.retrieval.index import build_index
from learn.retrieval.repeats import Repeat, search_with_repeats
from learn.retrieval.scores import pair_scores
from learn.runs.suggestions import Suggestions


class ByIndex:
    """A Run's items in an index, without those out of stock.

    Args:
        kind: as `learn.retrieval.index.build_index` takes it.
        items: [N, d]; users: [U, d] who will ask: an approximate index chooses by them how far it looks.
        available: [N] bool, in stock.
        repeat: added to the score of what a user had, where that is not left out.
        name: the Run's, for an index that lives at a place beside others.
    """

    def __init__(
        self, kind: str, items: np.ndarray, users: np.ndarray, available: np.ndarray, repeat: Repeat, name: str
    ) -> None:
        self._items, self._available, self._repeat = items, available, repeat
        self.index = build_index(kind, items, users[users.any(axis=1)], name)
        if not available.all():
            self.index.remove(np.flatnonzero(~available))

    def ranked(
        self,
        user_vector: np.ndarray,
        history: Sequences | np.ndarray,
        k: int,
        unseen: bool,
        allowed: np.ndarray | None,
    ) -> Suggestions:
        """As `learn.runs.recommender.Recommender.ranked`: its scores to the bit, of what the index finds."""
        held = one_history(history)
        query, k = user_vector[None].astype(np.float32), min(k, len(self._items))
        more = np.zeros(len(self._items), dtype=np.float32)
        if unseen:
            found, _ = self.index.search(query, k, sequences_of([np.unique(held.items)]), allowed)
        else:
            may = self._available if allowed is None else allowed & self._available
            mine = held.keep(may[held.items])
            found, _ = search_with_repeats(self.index, self._items, query, k, mine, self._repeat, allowed)
            more = self._repeat.dense(mine, len(self._items))
        rows = found[0][found[0] >= 0]
        scores = pair_scores(user_vector, self._items[rows]) + more[rows]
        best, values = best_first(np.zeros(len(rows), np.int64), rows, scores, 1, len(rows))
        return Suggestions(best[0], values[0], live=True)
