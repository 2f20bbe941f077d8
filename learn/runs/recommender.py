"""A Run that answers for people and items its training never met: any history, any text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from learn.config import Inputs
from learn.data.dataset import Dataset
from learn.data.sequences import Sequences
from learn.errors import LearnError
from learn.item_towers import ITEM_TOWERS
from learn.pal.infer import item_vectors, user_vectors
from learn.pal.inputs import UNKNOWN
from learn.pal.preprocessing import ContentPreprocessing
from learn.pal.towers import Towers
from learn.runs.run import Run
from learn.runs.towers import load_towers
from learn.runs.vectors import is_live, normalise, run_vectors
from learn.workspace import Workspace


@dataclass(frozen=True)
class Recommender:
    """What is needed to embed somebody's history or somebody's new item; score = user vector . item vector.

    Attributes:
        run: the Run.
        content: [N, D_llm] raw content embeddings of the catalogue.
        users: [U, d] stored vectors of the dataset's users.
        items: [N, d] vectors of the catalogue; the last dimension is the popularity prior where `has_popularity_bias`.
        preprocessing: raw content embeddings -> what the towers read.
        towers: None for w/o Align, which has nothing trained.
    """

    run: Run
    content: np.ndarray
    users: np.ndarray
    items: np.ndarray
    preprocessing: ContentPreprocessing
    towers: Towers | None

    @property
    def has_popularity_bias(self) -> bool:
        return self.towers is not None and self.towers.prior_head is not None

    @property
    def reads_text(self) -> bool:
        """False for a Run that knows items by their ID only: a new item is nothing to it."""
        return self.run.config.pal.inputs is not Inputs.ID

    def without_popularity_bias(self) -> Recommender:
        """The same Run, whose stored users score every item by taste alone."""
        if not self.has_popularity_bias:
            return self
        users = self.users.copy()
        users[:, -1] = 0
        return replace(self, users=users)

    def directions(self, items: np.ndarray | None = None) -> np.ndarray:
        """[n, d'] ``items`` ([n, d], None: the catalogue's) at length 1 and without the prior: what is alike."""
        items = self.items if items is None else items
        return normalise(items[:, :-1] if self.has_popularity_bias else items)

    def prepared(self, rows: np.ndarray) -> np.ndarray:
        """[n, D_llm] what the towers read of the catalogue's items ``rows`` ([n] indices)."""
        return self.preprocessing.apply(self.content[rows])

    def user_vectors(self, histories: Sequences) -> np.ndarray:
        """[n, d] float32: the user embedding after each history of catalogue items; zeros without history."""
        rows, places = np.unique(histories.items, return_inverse=True)
        if not len(rows):
            return np.zeros((len(histories), self.items.shape[1]), np.float32)
        prepared = self.prepared(rows)
        if self.towers is None:
            cells = histories.users * len(rows) + places
            counts = np.bincount(cells, minlength=len(histories) * len(rows)).reshape(len(histories), len(rows))
            return normalise(counts.astype(np.float32) @ prepared).astype(np.float32)
        compact = Sequences(places.astype(np.int32), histories.offsets)
        indices = torch.as_tensor(rows, dtype=torch.int64)
        return user_vectors(self.towers, torch.as_tensor(prepared), compact, self.run.config.sampling, indices)

    def new_items(self, content: np.ndarray) -> np.ndarray:
        """[n, D_llm] raw content embeddings of items outside the catalogue -> [n, d] float32."""
        prepared = self.preprocessing.apply(content)
        if self.towers is None:
            return normalise(prepared).astype(np.float32)
        unknown = torch.full((len(prepared),), UNKNOWN)
        return item_vectors(self.towers, torch.as_tensor(prepared), items=unknown)


def sequences_of(histories: Sequence[np.ndarray]) -> Sequences:
    """Histories ([length] item indices each) laid end to end, without times."""
    lengths = [len(history) for history in histories]
    items = np.concatenate([*histories, np.zeros(0, np.int32)]).astype(np.int32)
    return Sequences(items, np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64))


def open_recommender(
    run: Run, workspace: Workspace, dataset: Dataset, content: np.ndarray | None = None
) -> Recommender:
    """Loads ``run`` for new histories and new items.

    Args:
        workspace: where the Run lies, with its content store.
        content: [N, D_llm], where the caller has it already; None: read from the store.

    Raises:
        LearnError: the Run has stored lists only, its content store is missing, or a file is damaged.
    """
    if not is_live(run):
        raise LearnError(
            f"Run {run.name} ({run.info.label}) has stored lists only: it cannot answer for new people or items.",
            f"Use a trained Run: learn train {run.info.dataset}",
        )
    if content is None:
        from learn.cex.store import stored_content

        content = stored_content(workspace, dataset, run.info.content_key)
    users, items = run_vectors(run, workspace, dataset)
    if not ITEM_TOWERS[run.info.variant].trained:
        return Recommender(
            run, content, users, items, ContentPreprocessing.from_tensors(run.tensors("preprocessing")), None
        )
    towers, preprocessing = load_towers(run)
    return Recommender(run, content, users, items, preprocessing, towers)
