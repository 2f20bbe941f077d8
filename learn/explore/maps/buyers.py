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


class Buyers:
    """Who had each item: made once, asked often.

    Args:
        sequences: what each user bought; repeats count once.
        n_items: N.
    """

    def __init__(self, sequences: Sequences, n_items: int) -> None:
        from scipy.sparse import csr_array

        bought = np.unique(sequences.items.astype(np.int64) * len(sequences) + sequences.users)
        items, users = np.divmod(bought, max(len(sequences), 1))
        self._matrix = csr_array((np.ones(len(bought)), (items, users)), shape=(n_items, len(sequences)))
        self._sizes = np.bincount(items, minlength=n_items).astype(float)

    def shared(self, pairs: np.ndarray) -> np.ndarray:
        """[P] float64: of two items ([P, 2] indices), the cosine of their sets of buyers; 0 where either has none.

        |buyers of both| / sqrt(|buyers of the first| |buyers of the second|), as item-kNN counts it.
        """
        first, second = pairs[:, 0], pairs[:, 1]
        both = self._matrix[first].multiply(self._matrix[second]).sum(axis=1)
        sizes = np.sqrt(self._sizes[first] * self._sizes[second])
        cosines: np.ndarray = np.divide(both, sizes, out=np.zeros(len(pairs)), where=sizes > 0)
        return cosines

    def shared_with(self, items: np.ndarray, near: np.ndarray) -> np.ndarray:
        """[Q] float64: how many buyers each of ``items`` shares with its ``near`` ([Q, k]) on average (`shared`)."""
        if not near.size:
            return np.zeros(len(items))
        pairs = np.stack([np.repeat(items, near.shape[1]), near.ravel()], axis=1)
        found: np.ndarray = self.shared(pairs).reshape(near.shape).mean(axis=1)
        return found


def shared_buyers(pairs: np.ndarray, sequences: Sequences, n_items: int) -> np.ndarray:
    """`Buyers.shared` of [P, 2] ``pairs``, asked once."""
    return Buyers(sequences, n_items).shared(pairs)
