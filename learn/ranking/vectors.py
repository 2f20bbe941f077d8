"""LEARN's vectors of every impression: the item's, and the user's as the history before the period has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from learn.data.dataset import Dataset
from learn.progress import make_progress
from learn.ranking.feature_windows import window_of, window_start
from learn.ranking.impressions import Impressions
from learn.runs.recommender import Recommender
from learn.runs.vectors import normalise


@dataclass(frozen=True)
class ImpressionVectors:
    """Attributes:
    users, items: [n, d] float32 of length 1 (zeros without history), their dot product the cosine.
    priors: [n] float32, the item's popularity prior, standardised; zeros of a Run without one.
    """

    users: np.ndarray
    items: np.ndarray
    priors: np.ndarray

    @property
    def cosines(self) -> np.ndarray:
        """[n] float32."""
        return np.einsum("nd,nd->n", self.users, self.items)


def impression_vectors(
    recommender: Recommender, dataset: Dataset, shown: Impressions, cut: int, refresh_days: float, progress: Any = None
) -> ImpressionVectors:
    """Reads each user's history once per period in which they were shown something.

    The Run's weights know nothing from ``cut`` on; a history grows with the periods, as a ranker in use would see it.
    """
    sequences = dataset.sequences
    times = sequences.timestamps
    periods = window_of(shown.times, cut, refresh_days)
    users = np.zeros((len(shown), recommender.items.shape[1]), np.float32)
    wanted = np.unique(periods)
    with (progress or make_progress()).task("Reading histories", len(wanted), "periods") as bar:
        for period in wanted:
            rows = np.flatnonzero(periods == period)
            before = times < window_start(period, cut, refresh_days)
            here = np.isin(sequences.users, np.unique(shown.users[rows]))
            users[rows] = recommender.embed_histories(sequences.keep(before & here))[shown.users[rows]]
            bar.update()
    items = recommender.items[shown.items]
    if not recommender.has_popularity_bias:
        return ImpressionVectors(normalise(users), normalise(items), np.zeros(len(shown), np.float32))
    prior = recommender.items[:, -1]
    priors = ((prior - prior.mean()) / max(float(prior.std()), 1e-6))[shown.items]
    return ImpressionVectors(normalise(users[:, :-1]), normalise(items[:, :-1]), priors.astype(np.float32))
