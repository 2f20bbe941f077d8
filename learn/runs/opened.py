"""A Run opened on its dataset: vectors, content embeddings, histories and towers, each read when it is first needed."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from learn.config import Inputs
from learn.data.dataset import Dataset
from learn.data.sequences import Sequences
from learn.data.split import Phase
from learn.errors import LearnError
from learn.item_towers import ITEM_TOWERS
from learn.pal.preprocessing import ContentPreprocessing
from learn.runs.folder import RunFolder, check_fits
from learn.runs.vectors import embeds, has_popularity_bias, has_vectors, run_vectors, stored_content_of

if TYPE_CHECKING:
    from learn.pal.towers import Towers


class OpenedRun:
    """What a Run holds, beside the dataset that it was made on.

    Args:
        run: any Run.
        dataset: what it was made on, with its split.
        content: [N, D_llm] raw content embeddings of the catalogue, where the caller has them already.

    Raises:
        LearnError: ``run`` was made on another version of ``dataset``, or with another split.
    """

    def __init__(self, run: RunFolder, dataset: Dataset, content: np.ndarray | None = None) -> None:
        check_fits(run, dataset)
        self.run, self.dataset, self._content = run, dataset, content
        self._by_similarity_alone = False

    @property
    def can_embed(self) -> bool:
        """Whether it answers for new histories and new items; else it has its stored lists, or vectors, only."""
        return embeds(self.run)

    @cached_property
    def has_vectors(self) -> bool:
        """Whether it can rank live; an imported or counting Run has its stored lists only."""
        return has_vectors(self.run)

    @cached_property
    def has_popularity_bias(self) -> bool:
        """Whether the last dimension of its vectors is the popularity bias."""
        return has_popularity_bias(self.run)

    @property
    def reads_text(self) -> bool:
        """False for a Run that knows items by their ID only: a new item is nothing to it."""
        return self.run.config.pal.inputs is not Inputs.ID

    @cached_property
    def history(self) -> Sequences:
        """Every user's events before the test target; all of them where there are newer ones (`Split.now`)."""
        return self.dataset.split.now.history(Phase.TEST)

    def history_of(self, user: int) -> Sequences:
        """The `history` of the user index ``user`` alone, with its times."""
        return self.history.between(user, user + 1)

    @cached_property
    def content(self) -> np.ndarray:
        """[N, D_llm] raw content embeddings of the catalogue."""
        return self._content if self._content is not None else stored_content_of(self.run, self.dataset)

    @cached_property
    def _vectors(self) -> tuple[np.ndarray, np.ndarray]:
        return run_vectors(self.run, self.dataset, self._content)

    @cached_property
    def users(self) -> np.ndarray:
        """[U, d] stored vectors of the dataset's users; zeros without history."""
        users = self._vectors[0]
        if self._by_similarity_alone and self.has_popularity_bias:
            users = users.copy()
            users[:, -1] = 0
        return users

    @property
    def items(self) -> np.ndarray:
        """[N, d] vectors of the catalogue; the last dimension is the popularity bias where `has_popularity_bias`."""
        return self._vectors[1]

    @cached_property
    def _trained(self) -> tuple[Towers | None, ContentPreprocessing]:
        if not self.can_embed:
            raise LearnError(
                f"Run {self.run.name} ({self.run.info.label}) has stored lists only: it cannot answer for new people "
                "or items.",
                f"Use a trained Run: learn train {self.run.info.dataset}",
            )
        if not ITEM_TOWERS[self.run.info.variant].trained:
            return None, ContentPreprocessing.from_tensors(self.run.tensors("preprocessing"))
        from learn.runs.towers import load_towers

        return load_towers(self.run)

    @property
    def towers(self) -> Towers | None:
        """The trained towers; None for w/o Align, which has nothing trained.

        Raises:
            LearnError: the Run has stored lists only, or a file is damaged.
        """
        return self._trained[0]

    @property
    def preprocessing(self) -> ContentPreprocessing:
        """Raw content embeddings -> what the towers read."""
        return self._trained[1]
