"""References that count: popularity, and how often a person had the item themselves."""

from __future__ import annotations

import numpy as np

from learn.data.recency import Forgetting
from learn.data.sequences import Sequences
from learn.evaluation.references.base import FORGETTING, Known, Reference, Scorer, profiles, user_item


def buyers(events: Sequences, n_items: int) -> np.ndarray:
    """[N] float32: how many distinct users have each item among ``events``: popularity's score.

    Distinct users rather than events: one household that buys milk daily says nothing of the others.
    """
    return np.asarray(user_item(events, n_items).sum(axis=0), dtype=np.float32).ravel()


def fit_popularity(known: Known) -> Scorer:
    """Everybody's scores are `buyers`, also of users without history."""
    counts = buyers(known.events, known.n_items)
    return lambda histories, start, stop: np.tile(counts, (stop - start, 1))


def fit_frequency(known: Known, forgetting: Forgetting = None) -> Scorer:
    """Personal frequency: how often, and how lately, a person had the item.

    The sum of ``0.5 ** (age / half-life)`` over their own events of it: the personal part of TIFU-KNN (Hu et al., 2020,
    arXiv 2006.00556) and of UP-CF (Faggioli et al., 2020). What they never had follows by popularity, whose share is
    too small to change the order of the rest.
    """
    counts = buyers(known.events, known.n_items)
    rest = (1e-6 * counts / max(float(counts.max(initial=0.0)), 1.0)).astype(np.float32)

    def score(histories: Sequences, start: int, stop: int) -> np.ndarray:
        found: np.ndarray = profiles(histories, start, stop, known.n_items, forgetting).toarray() + rest
        return found

    return score


POPULARITY = Reference(fit_popularity)
PERSONAL_FREQUENCY = Reference(fit_frequency, {"forgetting": None}, {"forgetting": FORGETTING}, ranks_history=True)
