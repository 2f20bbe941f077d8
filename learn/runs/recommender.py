"""The one answer to "which k items for this person?": any user, any history, any new text, of any kind of Run.

What is ranked from stored vectors or lists needs no torch: it is imported for new histories and new texts only.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from learn.data.dataset import Dataset
from learn.data.sequences import Sequences, one_history, sequences_of
from learn.errors import LearnError
from learn.retrieval.base import IndexKind
from learn.retrieval.index import checked_kind
from learn.retrieval.scores import pair_scores
from learn.runs.by_index import ByIndex
from learn.runs.exact_ranking import ExactRanking
from learn.runs.folder import RunFolder
from learn.runs.opened import OpenedRun
from learn.runs.stored_lists import StoredLists
from learn.runs.suggestions import ScoreTerms, Suggestions, best_of, residual_scores
from learn.runs.vectors import mean_content, normalise

if TYPE_CHECKING:
    from learn.runs.anchors import Anchors


class Recommender(OpenedRun):
    """A Run that answers: score = user vector . item vector (+ a repeat-consumption bias); stored lists where there are
    no vectors. Everything is read when it is first needed, and nothing is changed afterwards.

    Args:
        run: any Run.
        dataset: what it was made on, with its split.
        content: [N, D_llm] raw content embeddings of the catalogue, where the caller has them already.
        index: what finds the best items (`learn.retrieval.kinds.INDEXES`); stored lists need none.

    Raises:
        LearnError: no such index; ``run`` was made on another version of ``dataset``, or with another split.
    """

    def __init__(
        self, run: RunFolder, dataset: Dataset, content: np.ndarray | None = None, index: str = IndexKind.EXACT
    ) -> None:
        super().__init__(run, dataset, content)
        self.index_kind = checked_kind(index)

    @cached_property
    def _ranking(self) -> ExactRanking:
        return ExactRanking(self.items)

    @cached_property
    def _lists(self) -> StoredLists:
        return StoredLists(self.run, self.dataset)

    def without_popularity_bias(self) -> Recommender:
        """The same Run, whose stored users score every item by similarity alone."""
        if not self.has_popularity_bias:
            return self
        other = copy(self)
        for name in ("users", "_by_index"):
            other.__dict__.pop(name, None)
        other._by_similarity_alone = True
        return other

    @cached_property
    def _by_index(self) -> ByIndex:
        name, repeat = f"{self.dataset.name}/{self.run.name}", self.run.info.repeat_bias
        return ByIndex(self.index_kind, self.items, self.users, self.dataset.available, repeat, name)

    # From people and items to vectors.

    def prepared(self, rows: np.ndarray) -> np.ndarray:
        """[n, D_llm] what the towers read of the catalogue's items ``rows`` ([n] indices)."""
        return self.preprocessing.apply(self.content[rows])

    def directions(self, items: np.ndarray | None = None) -> np.ndarray:
        """[n, d'] ``items`` ([n, d], None: the catalogue's) at length 1 and without popularity: what is alike."""
        items = self.items if items is None else items
        return normalise(items[:, :-1] if self.has_popularity_bias else items)

    def embed_histories(self, histories: Sequences) -> np.ndarray:
        """[n, d] float32: the user embedding after each history of catalogue items; zeros without history.

        An item that comes again is one row, met twice, also where another item has the same text.
        """
        rows, places = np.unique(histories.items, return_inverse=True)
        if not len(rows):
            return np.zeros((len(histories), self.items.shape[1]), np.float32)
        prepared = self.prepared(rows)
        if self.towers is None:
            return mean_content(histories, places, prepared)
        import torch

        from learn.pal.infer import user_vectors

        compact = Sequences(places.astype(np.int32), histories.offsets)
        indices = torch.as_tensor(rows, dtype=torch.int64)
        return user_vectors(self.towers, torch.as_tensor(prepared), compact, self.run.config.sampling, indices)

    def embed_history(self, items: Sequence[int] | np.ndarray) -> np.ndarray:
        """[d] float32: the user embedding after one history of item indices, the oldest first.

        Raises:
            LearnError: the history is empty.
        """
        if not len(items):
            raise LearnError("The history is empty.", "Give at least one item that the catalogue has.")
        return self.embed_histories(sequences_of([np.asarray(items)]))[0]

    def embed_catalogue(self, rows: np.ndarray) -> np.ndarray:
        """[n, d] float32: the catalogue's items ``rows`` ([n] indices), embedded now, not read from the Run."""
        return self._embed(self.prepared(rows), rows)

    @cached_property
    def anchors(self) -> Anchors | None:
        """Where typed text is placed before a tower reads it; None: nothing is known of how it is said elsewhere."""
        from learn.runs.anchors import anchors_of

        return anchors_of(self.run, self.dataset, lambda: self.content)

    def embed_new_items(self, content: np.ndarray, as_written: bool = False) -> np.ndarray:
        """[n, D_llm] raw content embeddings of items outside the catalogue -> [n, d] float32.

        Args:
            as_written: the text was written as the catalogue's is, and is not placed beside it first (`anchors`).
        """
        placed = content if as_written or self.anchors is None else self.anchors.place(content)
        return self._embed(self.preprocessing.apply(placed), None)

    def _embed(self, prepared: np.ndarray, rows: np.ndarray | None) -> np.ndarray:
        if self.towers is None:
            return normalise(prepared).astype(np.float32)
        import torch

        from learn.pal.infer import item_vectors
        from learn.pal.inputs import UNKNOWN

        rows = np.full(len(prepared), UNKNOWN) if rows is None else rows
        return item_vectors(self.towers, torch.as_tensor(prepared), items=torch.as_tensor(rows))

    # Answers.

    def repeats(self, history: Sequences) -> np.ndarray:
        """[N] float32: the repeat-consumption bias of what one user's ``history`` holds and is in stock; else 0."""
        available = self.dataset.available
        return self.run.info.repeat_bias.dense(history.keep(available[history.items]), len(available))

    def score_terms(self, user_vector: np.ndarray, history: Sequences | np.ndarray) -> ScoreTerms:
        """What every item's score is made of.

        Args:
            user_vector: [d].
            history: that one user's; or item indices, the oldest first, at times that nobody knows.
        """
        whole = pair_scores(user_vector, self.items)
        popularity = np.zeros_like(whole)
        if self.has_popularity_bias:
            popularity = (self.items[:, -1] * user_vector[-1]).astype(np.float32)
        repeats = self.repeats(one_history(history))
        texts = residual_scores(self.run, user_vector, self.items)
        return ScoreTerms(whole.astype(np.float64) - popularity, popularity, repeats, whole + repeats, texts)

    def for_user(self, user: int, k: int, *, unseen: bool = True, allowed: np.ndarray | None = None) -> Suggestions:
        """The best ``k`` items for a user of the dataset, after all that they did before the test target.

        Args:
            user: the user's index.
            k: how many; fewer come back only where fewer are allowed, or a stored list is shorter.
            unseen: without the items of the user's history.
            allowed: [N] bool, the items that may be in the list; None: all.
        """
        if not self.has_vectors or not self.users[user].any():
            return self._lists.of(user, k, unseen, self._in_stock(allowed))
        return self.ranked(self.users[user], self.history_of(user), k, unseen=unseen, allowed=allowed)

    def for_history(
        self, items: Sequence[int] | np.ndarray, k: int, *, unseen: bool = True, allowed: np.ndarray | None = None
    ) -> Suggestions:
        """The best ``k`` items for anybody who had ``items`` (item indices, the oldest first).

        Raises:
            LearnError: the history is empty, or the Run has stored lists only.
        """
        return self.ranked(self.embed_history(items), np.asarray(items), k, unseen=unseen, allowed=allowed)

    def ranked(
        self,
        user_vector: np.ndarray,
        history: Sequences | np.ndarray,
        k: int,
        *,
        unseen: bool = True,
        allowed: np.ndarray | None = None,
    ) -> Suggestions:
        """The ``k`` best items by score for a user vector ([d]), by the index; equal scores by lower index."""
        if self.index_kind != IndexKind.EXACT:
            return self._by_index.ranked(user_vector, history, k, unseen, allowed)
        repeat = None if unseen else self.run.info.repeat_bias
        return self._ranking.best(user_vector, history, k, repeat, self._in_stock(allowed))

    def _in_stock(self, allowed: np.ndarray | None) -> np.ndarray | None:
        """[N] bool: the ``allowed`` items (None: all) that are in stock; None where all may be shown."""
        available = self.dataset.available
        return allowed if available.all() else available if allowed is None else allowed & available

    def neighbours(self, item_vector: np.ndarray, k: int, allowed: np.ndarray | None = None) -> Suggestions:
        """The ``k`` items of the catalogue with the greatest cosine to ``item_vector`` ([d]), by exact search.

        The popularity bias is left out: it says how much people buy, not what is alike.

        Args:
            allowed: [N] bool, the items that are asked; None: all.
        """
        cosines = pair_scores(self.directions(item_vector[None])[0], self.directions())
        return best_of(cosines, k, self._in_stock(allowed))
