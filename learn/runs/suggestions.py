"""What a Run answers: a list of items, and what their scores are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from learn.retrieval.exact import top_k
from learn.runs.folder import RunFolder
from learn.runs.vectors import residual_part


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
    """What the score of every item is made of, for one user: ``total`` is the sum of the three before it.

    Attributes:
        similarity: [N] float64, so that the sum is exact; cosine over temperature: what the towers say, and
            ``texts``.
        popularity_bias: [N] float32, how much everybody buys what reads like this; zeros of a Run without one.
        repeat_bias: [N] float32, the repeat-consumption bias of the items that the history holds; else zero.
        total: [N] float32, the score.
        texts: [N] float64, how much of ``similarity`` is the residual content path's; None: the Run has none.
    """

    similarity: np.ndarray
    popularity_bias: np.ndarray
    repeat_bias: np.ndarray
    total: np.ndarray
    texts: np.ndarray | None = None


def best_of(scores: np.ndarray, k: int, allowed: np.ndarray | None = None) -> Suggestions:
    """The ``k`` greatest of [N] ``scores`` among the ``allowed`` ([N] bool; None: all); -inf never comes back."""
    scores = scores if allowed is None else np.where(allowed, scores, -np.inf)
    items, best = top_k(scores[None].astype(np.float32), min(k, len(scores)))
    there = items[0] >= 0
    return Suggestions(items[0][there], best[0][there], live=True)


def residual_scores(run: RunFolder, user_vector: np.ndarray, items: np.ndarray) -> np.ndarray | None:
    """[N] float64 what the residual content path adds to each item's score; None: ``run`` has none of its own.

    Args:
        user_vector: [d]; items: [N, d].
    """
    part = residual_part(run)
    if part is None:
        return None
    found: np.ndarray = items[:, part].astype(np.float64) @ user_vector[part].astype(np.float64)
    return found
