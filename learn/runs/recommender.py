"""The one answer to "which k items for this person?": any user, any history, any new text, of any kind of Run.

What is ranked from stored vectors or lists needs no torch: it is imported for new histories and new texts only.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
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
from learn.retrieval.exact import top_k
from learn.retrieval.scores import pair_scores
from learn.runs.exact_ranking import ExactRanking
from learn.runs.folder import RunFolder, check_fits
from learn.runs.stored_lists import StoredLists
from learn.runs.suggestions import ScoreTerms, Suggestions
from learn.runs.vectors import embeds, has_popularity_bias, has_vectors, normalise, run_vectors, stored_content_of

if TYPE_CHECKING:
    from learn.pal.towers import Towers
    from learn.runs.anchors import Anchors


class Recommender:
    """A Run that answers: score = user vector . item vector (+ a repeat-consumption bias); stored lists where there are
    no vectors. Everything is read when it is first needed, and nothing is changed afterwards.

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

    # What there is.

    @property
    def can_embed(self) -> bool:
        """Whether it answers for new histories and new items; else it has its stored lists, or vectors, only."""
        return embeds(self.run)

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
    def _ranking(self) -> ExactRanking:
        return ExactRanking(self.items)

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

    @cached_property
    def _lists(self) -> StoredLists:
        return StoredLists(self.run, self.dataset)

    def without_popularity_bias(self) -> Recommender:
        """The same Run, whose stored users score every item by similarity alone."""
        if not self.has_popularity_bias:
            return self
        other = copy(self)
        other.__dict__.pop("users", None)
        other._by_similarity_alone = True
        return other

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
            cells = histories.users * len(rows) + places
            counts = np.bincount(cells, minlength=len(histories) * len(rows)).reshape(len(histories), len(rows))
            return normalise(counts.astype(np.float32) @ prepared).astype(np.float32)
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

    def score_terms(self, user_vector: np.ndarray, history: np.ndarray) -> ScoreTerms:
        """What every item's score is made of.

        Args:
            user_vector: [d]; history: item indices that the user had.
        """
        whole = pair_scores(user_vector, self.items)
        popularity = np.zeros_like(whole)
        if self.has_popularity_bias:
            popularity = (self.items[:, -1] * user_vector[-1]).astype(np.float32)
        repeats = np.zeros_like(whole)
        repeats[np.unique(history)] = np.float32(self.run.info.repeat)
        return ScoreTerms(whole.astype(np.float64) - popularity, popularity, repeats, whole + repeats)

    def for_user(self, user: int, k: int, *, unseen: bool = True, allowed: np.ndarray | None = None) -> Suggestions:
        """The best ``k`` items for a user of the dataset, after all that they did before the test target.

        Args:
            user: the user's index.
            k: how many; fewer come back only where fewer are allowed, or a stored list is shorter.
            unseen: without the items of the user's history.
            allowed: [N] bool, the items that may be in the list; None: all.
        """
        if not has_vectors(self.run) or not self.users[user].any():
            return self._lists.of(user, k, unseen, self._in_stock(allowed))
        return self.ranked(self.users[user], self.history[user], k, unseen=unseen, allowed=allowed)

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
        history: np.ndarray,
        k: int,
        *,
        unseen: bool = True,
        allowed: np.ndarray | None = None,
    ) -> Suggestions:
        """The exact ``k`` best items by score for a user vector ([d]); equal scores by lower index."""
        bonus = None if unseen else np.float32(self.run.info.repeat)
        return self._ranking.best(user_vector, history, k, bonus, self._in_stock(allowed))

    def _in_stock(self, allowed: np.ndarray | None) -> np.ndarray | None:
        """[N] bool: the ``allowed`` items (None: all) that are in stock; None where all may be shown."""
        available = self.dataset.available
        if available.all():
            return allowed
        return available if allowed is None else allowed & available

    def neighbours(self, item_vector: np.ndarray, k: int, allowed: np.ndarray | None = None) -> Suggestions:
        """The ``k`` items of the catalogue with the greatest cosine to ``item_vector`` ([d]), by exact search.

        The popularity bias is left out: it says how much people buy, not what is alike.

        Args:
            allowed: [N] bool, the items that are asked; None: all.
        """
        return best_of(
            pair_scores(self.directions(item_vector[None])[0], self.directions()), k, self._in_stock(allowed)
        )


def best_of(scores: np.ndarray, k: int, allowed: np.ndarray | None = None) -> Suggestions:
    """The ``k`` greatest of [N] ``scores`` among the ``allowed`` ([N] bool; None: all); -inf never comes back."""
    scores = scores if allowed is None else np.where(allowed, scores, -np.inf)
    items, best = top_k(scores[None].astype(np.float32), min(k, len(scores)))
    there = items[0] >= 0
    return Suggestions(items[0][there], best[0][there], live=True)


def sequences_of(histories: Sequence[np.ndarray]) -> Sequences:
    """Histories ([length] item indices each) laid end to end, without times."""
    lengths = [len(history) for history in histories]
    items = np.concatenate([*histories, np.zeros(0, np.int32)]).astype(np.int32)
    return Sequences(items, np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64))
