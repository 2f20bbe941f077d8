"""PureSVD: a truncated singular value decomposition of users by items (Cremonesi et al., RecSys 2010).

With the ``factors`` largest right singular vectors V [N, f], a user's scores are the profile times V V'.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from learn.data.sequences import Sequences
from learn.evaluation.references.base import FORGETTING, Forgetting, Known, Reference, Scorer, profiles, user_item


def fit_svd(known: Known, factors: int = 64, forgetting: Forgetting = None) -> Scorer:
    """The `Scorer` of PureSVD; as many factors as there can be, if fewer.

    Args:
        factors: how many singular vectors.
        forgetting: of a history's events; the decomposition counts each pair once.
    """
    largest = max(FACTORS)
    directions = known.kept(("svd", largest if factors <= largest else factors), lambda: _directions(known, factors))
    chosen = np.ascontiguousarray(directions[:, :factors])

    def score(histories: Sequences, start: int, stop: int) -> np.ndarray:
        rows = profiles(histories, start, stop, known.n_items, forgetting)
        found: np.ndarray = np.asarray(rows @ chosen) @ chosen.T
        return found

    return score


FACTORS = (16, 32, 64, 128, 256, 512)
SVD = Reference(
    fit_svd, {"factors": 64, "forgetting": (3.0, "events")}, ({"forgetting": FORGETTING}, {"factors": FACTORS})
)


def _directions(known: Known, factors: int) -> np.ndarray:
    """[N, f] float32 right singular vectors, the largest first, at least ``factors`` and `FACTORS`' largest."""
    from scipy.sparse.linalg import svds

    owned: Any = user_item(known.events, known.n_items)
    most = min(max(factors, *FACTORS), min(owned.shape) - 1)
    if most < 1:
        return np.zeros((known.n_items, 1), dtype=np.float32)
    start = np.random.default_rng(0).standard_normal(min(owned.shape)).astype(np.float32)
    _, values, found = svds(owned, k=most, v0=start, return_singular_vectors="vh")
    return np.ascontiguousarray(found[np.argsort(-values)].T, dtype=np.float32)
