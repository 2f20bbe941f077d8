"""Do items that lie together share buyers? Asked of the much-bought ones, of which buyers can tell something."""

from __future__ import annotations

import numpy as np

from learn.data.sequences import Sequences
from learn.explore.catalogue import NO_CATEGORY, Catalogue

MOST_ITEMS = 1500
"""Items that are looked at: the most bought ones."""


def much_bought(counts: np.ndarray, items: np.ndarray, catalogue: Catalogue) -> np.ndarray:
    """Rows of ``items`` ([M] item indices) that were bought most, the first the most: the upper quarter, at most
    `MOST_ITEMS`, of those that have a category and a buyer.

    Args:
        counts: [M] training interactions of ``items``.
    """
    least = np.quantile(counts, 0.75) if len(counts) else 0
    known = (counts >= least) & (counts > 0) & (catalogue.categories[items] != NO_CATEGORY)
    order = np.argsort(-counts, kind="stable")
    found: np.ndarray = order[known[order]][:MOST_ITEMS]
    return found


def buyers_with(items: np.ndarray, near: np.ndarray, bought: Sequences, n_items: int) -> np.ndarray:
    """[Q] float64: how many buyers each of ``items`` shares with its ``near`` ([Q, k]) on average (`shared_buyers`)."""
    if not near.size:
        return np.zeros(len(items))
    pairs = np.stack([np.repeat(items, near.shape[1]), near.ravel()], axis=1)
    found: np.ndarray = shared_buyers(pairs, bought, n_items).reshape(near.shape).mean(axis=1)
    return found


def shared_buyers(pairs: np.ndarray, sequences: Sequences, n_items: int) -> np.ndarray:
    """[P] float64: of two items, the cosine of their sets of buyers; 0 where either has none.

    |buyers of both| / sqrt(|buyers of the first| |buyers of the second|), as item-kNN counts it.

    Args:
        pairs: [P, 2] item indices.
        sequences: what each user bought; repeats count once.
    """
    from scipy.sparse import csr_array

    bought = np.unique(np.stack([sequences.items.astype(np.int64), sequences.users]), axis=1)
    matrix = csr_array((np.ones(bought.shape[1]), (bought[0], bought[1])), shape=(n_items, len(sequences)))
    buyers = np.bincount(bought[0], minlength=n_items)
    shared = matrix[pairs[:, 0]].multiply(matrix[pairs[:, 1]]).sum(axis=1)
    sizes = np.sqrt(buyers[pairs[:, 0]].astype(float) * buyers[pairs[:, 1]])
    cosines: np.ndarray = np.divide(shared, sizes, out=np.zeros(len(pairs)), where=sizes > 0)
    return cosines
