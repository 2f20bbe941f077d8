"""A Run: one folder that says what was trained and holds what came out, and answers for anybody."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from learn.data.dataset import Dataset
from learn.data.split import Split
from learn.data.stored import open_dataset
from learn.data.where import Where
from learn.retrieval.base import IndexKind
from learn.runs.folder import FOLLOWING, REPLACED, RunFolder, check_fits, following
from learn.runs.recommend import recommend_for_history, recommend_for_users
from learn.runs.recommender import Recommender


class Run(RunFolder):
    """A Run's folder with its dataset: recommends to its users, to anybody with a history, and embeds items.

    Args:
        path: the folder.
        dataset: what it was made on, with its split, where that is open already; None: it is opened from the
            workspace that the Run lies in when it is first needed.
    """

    def __init__(self, path: Path | str, dataset: Dataset | None = None) -> None:
        super().__init__(path)
        self._given = dataset
        self._by_index: dict[str, Recommender] = {}

    @cached_property
    def dataset(self) -> Dataset:
        """The dataset that it was made on, with its split.

        Raises:
            LearnError: the workspace does not hold it, or holds another version or another split of it.
        """
        dataset = self._given if self._given is not None else open_dataset(self.workspace, self.info.dataset)
        check_fits(self, dataset)
        return dataset

    @cached_property
    def _following(self) -> Path | None:
        home = self._given.folder if self._given is not None else self.workspace.dataset(self.info.dataset)
        if home is None or not (home / FOLLOWING / self.name).is_dir():
            return None
        return following(self, self.dataset)

    def file(self, name: str) -> Path:
        """Where the file ``name`` of this Run is: in its folder, or with its dataset where that has changed since."""
        if name.split(".")[0] in REPLACED and self._following is not None and (self._following / name).exists():
            return self._following / name
        return super().file(name)

    @property
    def follows(self) -> str:
        """The state of the dataset that its vectors follow; "" where nothing changed since it was made."""
        return self.dataset.fingerprint if self._following is not None else ""

    @property
    def split(self) -> Split:
        """Which events of `dataset` were history and which target."""
        return self.dataset.split

    @cached_property
    def recommender(self) -> Recommender:
        """What answers for this Run: `Recommender`."""
        return Recommender(self, self.dataset)

    def recommender_by(self, index: str) -> Recommender:
        """`recommender`, with another index (`learn.retrieval.kinds.INDEXES`); built once."""
        if index == self.recommender.index_kind:
            return self.recommender
        if index not in self._by_index:
            self._by_index[index] = Recommender(self, self.dataset, index=index)
        return self._by_index[index]

    def recommend(
        self,
        users: Sequence[str],
        k: int = 10,
        unseen: bool = True,
        where: Where | None = None,
        index: str = IndexKind.EXACT,
    ) -> pd.DataFrame:
        """The best ``k`` items for users of the dataset, after all that they did before the test target.

        Args:
            users: their ids.
            k: how many items, 1 to N.
            unseen: without the items of each one's own history.
            where: which items may be in the lists (`learn.data.where.Where`); None: all that are in stock.
            index: what finds them (`learn.retrieval.kinds.INDEXES`).

        Returns:
            user_id, rank, item_id, title, category, brand, price, score; the best first within a user.

        Raises:
            LearnError: an unknown user, one of whom nothing is known, a ``k`` out of range, no such index, or nothing
                that passes ``where``.
        """
        return recommend_for_users(self.recommender_by(index), users, k, unseen, where)

    def recommend_for(
        self,
        history: Sequence[str],
        k: int = 10,
        unseen: bool = True,
        where: Where | None = None,
        index: str = IndexKind.EXACT,
    ) -> pd.DataFrame:
        """The best ``k`` items for anybody, known to the training or not.

        Args:
            history: ids of the items that they had, the oldest first.
            k: how many items, 1 to N.
            unseen: without the items of ``history``.
            where: as in `recommend`.
            index: as in `recommend`.

        Returns:
            rank, item_id, title, category, brand, price, score; the best first.

        Raises:
            LearnError: an unknown item, no item, a ``k`` out of range, no such index, nothing that passes ``where``, or
                a Run that has stored lists only.
        """
        return recommend_for_history(self.recommender_by(index), history, k, unseen, where)

    def embed_items(self, items: pd.DataFrame | None = None) -> np.ndarray:
        """[n, d] float32 item embeddings; their inner product with a user's is the score.

        Args:
            items: new items, with a title at least (as `learn.data.new_items.check_new_items` takes them), which the
                LLM reads now; None: the catalogue's own.

        Raises:
            LearnError: a table without text, an LLM that is not there, or a Run that has stored lists only.
        """
        if items is None:
            return self.recommender.items
        from learn.runs.new_items import read_new_items  # the LLM, and torch with it

        return self.recommender.embed_new_items(read_new_items(self, items))
