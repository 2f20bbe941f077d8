"""What a Run answers: a list of items, and what their scores are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from learn.retrieval.exact import top_k


@dataclass(frozen=True)
class Suggestions:
    """One Run's list for somebody.

    Attributes:
        items: [<= k] item indices, the best first; equal scores by lower index.
        scores: [<= k] float.
        live: True when ranked now over every allowed item; False when read from the Run's stored list.
        depth: how many items the stored list has, before filters (0 when live).
    """

    items: np.ndarray
    scores: np.ndarray
    live: bool
    depth: int = 0


@dataclass(frozen=True)
class ScoreTerms:
    """What the score of every item is made of, for one user: ``total`` is the sum of the other three.

    Attributes:
        similarity: [N] float64, so that the sum is exact; cosine over temperature: what the towers say.
        popularity_bias: [N] float32, how much everybody buys what reads like this; zeros of a Run without one.
        repeat_bias: [N] float32, the repeat-consumption bias of the items that the history holds; else zero.
        total: [N] float32, the score.
    """

    similarity: np.ndarray
    popularity_bias: np.ndarray
    repeat_bias: np.ndarray
    total: np.ndarray


def best_of(scores: np.ndarray, k: int, allowed: np.ndarray | None = None) -> Suggestions:
    """The ``k`` greatest of [N] ``scores`` among the ``allowed`` ([N] bool; None: all); -inf never comes back."""
    scores = scores if allowed is None else np.where(allowed, scores, -np.inf)
    items, best = top_k(scores[None].astype(np.float32), min(k, len(scores)))
    there = items[0] >= 0
    return Suggestions(items[0][there], best[0][there], live=True)
