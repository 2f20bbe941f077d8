"""The k best items where those of a user's own history score more, or less, than their vectors say."""

from __future__ import annotations

import numpy as np

from learn.data.sequences import Sequences
from learn.retrieval.base import Index, best_first
from learn.retrieval.scores import pair_scores


def search_with_repeats(
    index: Index,
    item_vectors: np.ndarray,
    queries: np.ndarray,
    k: int,
    history: Sequences,
    repeat: float,
    allowed: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """`Index.search` under score = inner product + (``repeat`` if the history holds the item).

    Args:
        index: over ``item_vectors`` ([N, d] float32).
        queries: [Q, d] float32.
        history: Q sequences of item indices, all of which may be returned.
        allowed: as in `Index.search`.

    Returns:
        items [Q, k] int64 and scores [Q, k] float32, padded as in `Index.search`.
    """
    if not repeat:
        return index.search(queries, k, None, allowed)
    items, scores = index.search(queries, k, history, allowed)
    rows, places = np.nonzero(items >= 0)
    owned = np.unique(np.stack([history.users, history.items.astype(np.int64)], axis=1), axis=0)
    again = pair_scores(queries[owned[:, 0]], item_vectors[owned[:, 1]]) + np.float32(repeat)
    return best_first(
        np.concatenate([rows, owned[:, 0]]),
        np.concatenate([items[rows, places], owned[:, 1]]),
        np.concatenate([scores[rows, places], again]),
        len(queries),
        k,
    )
