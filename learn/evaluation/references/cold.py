"""References for items that nobody bought yet: what reads alike, and what its category is worth. Nothing is trained.

Text kNN: an item is its content embedding at length 1, a user the sum of those of the history, weighted by recency;
score = their cosine. W/o Align is nearly the same on whitened embeddings, its mean taken before they have length 1.

Popularity of the category: of user u and an item of category c, with n_uc of u's n_u events in c and q_c the share
of all events, score = (n_uc + alpha q_c) / (n_u + alpha) / N_c: the smoothed share of the category, parted among its
N_c items.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from learn.data.recency import Forgetting
from learn.data.sequences import Sequences
from learn.evaluation.references.base import (
    FORGETTING,
    CannotFit,
    Known,
    Reference,
    Scorer,
    profiles,
)

SPACES = ("raw", "centred", "standardised")
"""How content embeddings are brought to a scale: as they are, without their mean, each dimension at variance 1."""

LEVELS = ("coarse", "fine")
"""The columns of `Known.groups`."""


def fit_text_knn(known: Known, space: str = "standardised", forgetting: Forgetting = None) -> Scorer:
    """The `Scorer` of text kNN.

    Args:
        space: one of `SPACES`; mean and variance are of the items that ``known`` has events of.
        forgetting: of a history's events.

    Raises:
        CannotFit: no content embeddings.
    """
    if known.content is None:
        raise CannotFit("Text kNN reads content embeddings, and there are none.", "Extract them: learn extract DATASET")
    rows = known.content.astype(np.float32)
    met = rows[np.bincount(known.events.items, minlength=known.n_items) > 0]
    if space != "raw":
        rows = rows - met.mean(axis=0)
    if space == "standardised":
        rows = rows / np.maximum(met.std(axis=0), 1e-6)
    rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)

    def score(histories: Sequences, start: int, stop: int) -> np.ndarray:
        users = profiles(histories, start, stop, known.n_items, forgetting) @ rows
        users /= np.maximum(np.linalg.norm(users, axis=1, keepdims=True), 1e-12)
        return np.asarray(users @ rows.T, dtype=np.float32)

    return score


def fit_category_popularity(
    known: Known, level: str = "fine", smoothing: float = 10.0, forgetting: Forgetting = None
) -> Scorer:
    """The `Scorer` of the category's popularity.

    Args:
        level: one of `LEVELS`.
        smoothing: alpha, events that everybody's choice of categories is worth beside the user's own.
        forgetting: of a history's events.

    Raises:
        CannotFit: the items have no categories, or all have the same.
    """
    groups = None if known.groups is None else known.groups[:, LEVELS.index(level)]
    if groups is None or groups.max(initial=0) == 0:
        raise CannotFit(
            "Popularity of the category needs categories, and the items have none, or all the same.",
            "Map a column: --map category=YOUR_COLUMN",
        )
    from scipy.sparse import csr_array

    cells = (np.arange(known.n_items), groups)
    member: Any = csr_array((np.ones(known.n_items, dtype=np.float32), cells))
    sizes = np.bincount(groups)
    everybody = np.bincount(groups[known.events.items], minlength=len(sizes)) / max(len(known.events.items), 1)

    def score(histories: Sequences, start: int, stop: int) -> np.ndarray:
        own = (profiles(histories, start, stop, known.n_items, forgetting) @ member).toarray()
        shares = (own + smoothing * everybody) / (own.sum(axis=1, keepdims=True) + smoothing)
        return np.asarray((shares / sizes)[:, groups], dtype=np.float32)

    return score


TEXT_KNN = Reference(
    fit_text_knn,
    {"space": "standardised", "forgetting": None},
    {"space": SPACES, "forgetting": FORGETTING},
    reads_content=True,
    scores_cold=True,
)
CATEGORY_POPULARITY = Reference(
    fit_category_popularity,
    {"level": "fine", "smoothing": 10.0, "forgetting": None},
    {"level": LEVELS, "smoothing": (1.0, 10.0, 100.0, 1e6), "forgetting": FORGETTING},
    scores_cold=True,
)
