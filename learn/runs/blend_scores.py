"""What a blend adds up: z-scores of a trained Run and of references, and a bonus for the long tail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from learn.data.schema import Slices
from learn.data.sequences import Sequences
from learn.data.slices import item_slices
from learn.data.split import Split
from learn.evaluation import references
from learn.runs.recommender import Recommender


def z_scores(scores: np.ndarray, history: Sequences, start: int) -> np.ndarray:
    """[Q, N] float32: ``scores`` of users ``start`` onwards in units of their spread among what ``history`` lacks.

    What is no recommendation (-inf) counts as 0 before; a user to whom all is the same has zeros.
    """
    found = np.where(np.isfinite(scores), scores, 0.0).astype(np.float32)
    held = np.zeros(found.shape, dtype=bool)
    rows = np.repeat(np.arange(len(found)), history.lengths[start : start + len(found)])
    held[rows, history.items[history.offsets[start] : history.offsets[start + len(found)]]] = True
    new = np.maximum((~held).sum(axis=1, keepdims=True), 1)
    mean = np.where(held, 0.0, found).sum(axis=1, keepdims=True, dtype=np.float64) / new
    spread = np.sqrt((np.where(held, 0.0, found - mean) ** 2).sum(axis=1, keepdims=True) / new)
    return np.where(spread > 0, (found - mean) / np.where(spread > 0, spread, 1.0), 0.0).astype(np.float32)


class EmbeddedScores:
    """A trained Run as a `references.Scorer`; the vectors of the histories asked for last are kept."""

    def __init__(self, recommender: Recommender) -> None:
        self._recommender = recommender
        self._asked: Sequences | None = None
        self._users = np.zeros((0, 0), np.float32)

    def __call__(self, histories: Sequences, start: int, stop: int) -> np.ndarray:
        """[stop - start, N] float32 scores of users ``start`` to ``stop`` of ``histories``."""
        asked = self._asked
        same = asked is not None and np.array_equal(asked.offsets, histories.offsets)
        if asked is None or not same or not np.array_equal(asked.items, histories.items):
            self._asked, self._users = histories, self._recommender.embed_histories(histories)
        found: np.ndarray = self._users[start:stop] @ self._recommender.items.T
        return found


@dataclass(frozen=True)
class Weights:
    """What each part of a blend is multiplied by.

    Attributes:
        text: of the trained Run's z-scores.
        counts: of each reference's; the first has 1.
        tail: added to the score of the long tail's items.
    """

    text: float
    counts: tuple[float, ...] = (1.0,)
    tail: float = 0.0

    @property
    def total(self) -> float:
        """The sum of the weights of z-scores: `tail` is in units of it."""
        return self.text + sum(self.counts)


def long_tail(split: Split) -> np.ndarray:
    """[N] float32: 1 for the items that were bought least before the test, the slice ``long-tail``; else 0."""
    return (item_slices(split.training_counts()) == Slices.LONG_TAIL).astype(np.float32)


def blended(
    text: references.Scorer, counts: Sequence[references.Scorer], weights: Weights, tail: np.ndarray
) -> references.Scorer:
    """The `references.Scorer` of the sum.

    Args:
        tail: [N] as `long_tail` gives it.
    """

    def score(histories: Sequences, start: int, stop: int) -> np.ndarray:
        parts = list(zip((text, *counts), (weights.text, *weights.counts), strict=True))
        found = np.tile(np.float32(weights.tail) * tail, (stop - start, 1))
        for scorer, weight in parts:
            if weight:
                found += np.float32(weight) * z_scores(scorer(histories, start, stop), histories, start)
        return found

    return score
