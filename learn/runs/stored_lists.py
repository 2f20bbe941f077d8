"""The lists that a Run's folder holds: the answer of what was counted or made elsewhere, for the dataset's users."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from learn.data.dataset import Dataset
from learn.data.schema import Recommendations
from learn.runs.folder import RunFolder
from learn.runs.suggestions import Suggestions


class StoredLists:
    """Every user's lists of one Run.

    Args:
        run: whose.
        dataset: what it was made on.
    """

    def __init__(self, run: RunFolder, dataset: Dataset) -> None:
        self._run, self._dataset = run, dataset

    @cached_property
    def _rows(self) -> dict[tuple[str, str], np.ndarray]:
        """(user id, candidates) -> places in the Run's recommendations, the best first."""
        table = self._run.recommendations.sort_values(Recommendations.RANK, kind="stable")
        keys = [Recommendations.USER, Recommendations.CANDIDATES]
        return dict(table.groupby(keys, sort=False, observed=True).groups)

    def of(self, user: int, k: int, unseen: bool, allowed: np.ndarray | None = None) -> Suggestions:
        """The first ``k`` of the list of user index ``user`` that ``allowed`` ([N] bool; None: all) lets through."""
        candidates = Recommendations.UNSEEN if unseen else Recommendations.ALL_CANDIDATES
        places = self._rows.get((self._dataset.user_ids[user], candidates), np.zeros(0, np.int64))
        rows = self._run.recommendations.loc[places]
        items = self._dataset.item_index.get_indexer(rows[Recommendations.ITEM])
        known = items >= 0
        if allowed is not None:
            known[known] = allowed[items[known]]
        scores = rows[Recommendations.SCORE].to_numpy(dtype=np.float32)
        return Suggestions(items[known][:k], scores[known][:k], live=False, depth=len(rows))
