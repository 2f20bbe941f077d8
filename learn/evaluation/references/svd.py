"""PureSVD: a truncated singular value decomposition of users by items (Cremonesi et al., RecSys 2010).

With the ``factors`` largest right singular vectors V [N, f], a user's scores are the profile times V V'. Columns may be
divided by a power of how many had the item first (EigenRec: Nikolakopoulos et al., 2019, arXiv 1511.06033), which keeps
the most bought items from taking the first directions for themselves; scores are multiplied by it again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from learn.data.recency import Forgetting
from learn.data.sequences import Sequences
from learn.evaluation.references.base import (
    COUNTS,
    EVENTS,
    FORGETTING,
    ITEMS,
    Known,
    Reference,
    Scorer,
    profiles,
    user_item,
)


def fit_svd(
    known: Known, factors: int = 64, forgetting: Forgetting = None, counts: str = EVENTS, power: float = 0.0
) -> Scorer:
    """The `Scorer` of PureSVD; as many factors as there can be, if fewer.

    Args:
        factors: how many singular vectors.
        forgetting, counts: of a history's events; the decomposition counts each pair once.
        power: of an item's number of users, by which its column is divided.
    """
    from scipy.sparse import csr_array

    owned = known.kept(("owned",), lambda: user_item(known.events, known.n_items))
    scale = np.maximum(np.asarray(owned.sum(axis=0), dtype=np.float32).ravel(), 1.0) ** np.float32(power)
    largest = max(factors, *FACTORS)
    divided: Any = csr_array((owned.data / scale[owned.indices], owned.indices, owned.indptr), shape=owned.shape)
    found = known.kept((f"svd {power:g}", largest), lambda: directions(divided, largest))
    chosen = found[:, :factors]
    inward, outward = chosen / scale[:, None], np.ascontiguousarray((chosen * scale[:, None]).T)

    def score(histories: Sequences, start: int, stop: int) -> np.ndarray:
        rows = profiles(histories, start, stop, known.n_items, forgetting, counts)
        scores: np.ndarray = np.asarray(rows @ inward) @ outward
        return scores

    return score


FACTORS = (16, 32, 64, 128, 256, 512)
SVD = Reference(
    fit_svd,
    {"factors": 64, "forgetting": (3.0, "events"), "counts": ITEMS, "power": 0.25},
    {"forgetting": FORGETTING, "counts": COUNTS, "factors": FACTORS, "power": (0.0, 0.25, 0.5)},
)


SMALL = 3_000
"""Of fewer users or items than this all directions are found from their Gram matrix, which is quicker."""


def directions(owned: Any, most: int) -> np.ndarray:
    """[N, f] float32 right singular vectors of sparse [U, N] ``owned``, the largest first: ``most`` if there are."""
    from scipy.linalg import eigh
    from scipy.sparse.linalg import svds

    smaller = min(owned.shape)
    most = min(most, smaller - 1)
    if most < 1:
        return np.zeros((owned.shape[1], 1), dtype=np.float32)
    if smaller <= SMALL and owned.shape[0] <= owned.shape[1]:
        values, left = eigh((owned @ owned.T).toarray(), subset_by_index=[smaller - most, smaller - 1])
        found = np.asarray(owned.T @ left[:, ::-1]) / np.sqrt(np.maximum(values[::-1], 1e-6))
        return np.ascontiguousarray(found, dtype=np.float32)
    start = np.random.default_rng(0).standard_normal(smaller).astype(np.float32)
    _, values, found = svds(owned, k=most, v0=start, return_singular_vectors="vh")
    return np.ascontiguousarray(found[np.argsort(-values)].T, dtype=np.float32)
