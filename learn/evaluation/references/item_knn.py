"""Item-kNN on co-occurrence, tuned on validation (Sarwar et al., 2001; shrinkage as in Koren, 2008).

Similarity of two items is their cosine over users, ``n_ij / (sqrt(n_i n_j) + shrinkage)`` where n_ij users have both;
every item keeps its nearest ones, itself included (people buy again). A user's score of an item is the sum of its
similarity to the user's history events, each weighted by `learn.evaluation.references.base.recency`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from learn.data.recency import Forgetting
from learn.data.sequences import Sequences
from learn.evaluation.references.base import (
    BLOCK_SCORES,
    COUNTS,
    EVENTS,
    FORGETTING,
    ITEMS,
    Known,
    Reference,
    Scorer,
    linear,
    profiles,
    user_item,
)
from learn.retrieval.exact import top_k


def fit_item_knn(
    known: Known,
    neighbours: int = 25,
    shrinkage: float = 20.0,
    forgetting: Forgetting = (30.0, "events"),
    counts: str = EVENTS,
) -> Scorer:
    """The `Scorer` of item-kNN; what has nothing in common with a history is not recommended.

    Args:
        neighbours: kept per item.
        shrinkage: takes trust from pairs that few users share.
        forgetting, counts: of a history's events.
    """
    owned = known.kept(("owned",), lambda: user_item(known.events, known.n_items))
    most = max(neighbours, MOST_TRIED)
    many = known.kept(("similar", most, shrinkage), lambda: similar_items(owned, most, shrinkage))
    similar = nearest_of(many, neighbours)
    sums = linear(similar, known.n_items, forgetting, counts)

    def score(histories: Sequences, start: int, stop: int) -> np.ndarray:
        block = sums(histories, start, stop)
        block[block <= 0] = -np.inf
        return block

    return score


MOST_TRIED = 400
"""The most neighbours that tuning tries: fewer are the first of these, and nothing is sorted anew."""

ITEM_KNN = Reference(
    fit_item_knn,
    {"neighbours": 100, "shrinkage": 20.0, "forgetting": (3.0, "events"), "counts": ITEMS},
    {
        "forgetting": FORGETTING,
        "counts": COUNTS,
        "neighbours": (25, 100, MOST_TRIED),
        "shrinkage": (5.0, 20.0, 40.0, 100.0),
    },
    together=(("neighbours", "shrinkage"),),
)


def item_knn_terms(
    events: Sequences, history: Sequences, n_items: int, user: int, neighbours: int, shrinkage: float,
    forgetting: Forgetting, counts: str = EVENTS,
) -> tuple[np.ndarray, Any]:  # fmt: skip
    """What each item of one user's history adds to their scores.

    Args:
        events: what similarities are counted from.
        history: every user's; user: whose.
        neighbours, shrinkage, forgetting, counts: as of `fit_item_knn`.

    Returns:
        [n] distinct items of the history, increasing, and sparse [n, N] float32 whose column sums are the scores.
    """
    items = np.unique(history[user])
    similar = similar_items(user_item(events, n_items), neighbours, shrinkage, items)
    weights = profiles(history, user, user + 1, n_items, forgetting, counts).toarray()[0, items]
    return items, similar.multiply(weights.astype(np.float32)[:, None]).tocsr()


def nearest_of(similar: Any, neighbours: int) -> Any:
    """The first ``neighbours`` of each row of `similar_items`."""
    from scipy.sparse import csr_array

    place = np.arange(similar.nnz) - np.repeat(similar.indptr[:-1], np.diff(similar.indptr))
    kept = place < neighbours
    starts = np.concatenate([[0], np.cumsum(np.minimum(np.diff(similar.indptr), neighbours))])
    return csr_array((similar.data[kept], similar.indices[kept], starts), shape=similar.shape)


def similar_items(owned: Any, neighbours: int, shrinkage: float, of: np.ndarray | None = None) -> Any:
    """Sparse [n, N] float32: a row for each of ``of`` ([n]; None: all items) holds its ``neighbours`` most similar, the
    nearest first."""
    from scipy.sparse import csr_array, vstack

    n_items = owned.shape[1]
    of = np.arange(n_items) if of is None else of
    by_item = owned.T.tocsr()[of]
    length = np.sqrt(np.asarray(owned.sum(axis=0), dtype=np.float32).ravel())
    parts = []
    block = max(1, BLOCK_SCORES // n_items)
    for start in range(0, len(of), block):
        stop = min(start + block, len(of))
        together = (by_item[start:stop] @ owned).toarray()
        below = np.outer(length[of[start:stop]], length) + shrinkage
        together /= np.where(below > 0, below, 1.0)
        together[together <= 0] = -np.inf
        items, values = top_k(together, min(neighbours, n_items))
        rows, places = np.nonzero(items >= 0)
        starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=stop - start))])
        parts.append(csr_array((values[rows, places], items[rows, places], starts), shape=(stop - start, n_items)))
    return vstack(parts, format="csr")
