"""What any aligned model has to beat: popularity, and item-kNN on co-occurrence. Both read interactions only."""

from __future__ import annotations

from typing import Any

import numpy as np

from learn.data.schema import Recommendations
from learn.data.sequences import Sequences
from learn.data.splits import Phase, Split
from learn.evaluation.protocol import LIST_LENGTH
from learn.evaluation.targets import pair_keys
from learn.retrieval.exact import mask_excluded, top_k

Ranked = dict[str, tuple[np.ndarray, np.ndarray]]

_DAY = 86_400e9  # nanoseconds
_BLOCK_SCORES = 8_000_000  # scores held at a time: 32 MB


def popularity(split: Split, phase: Phase = Phase.TEST, k: int = LIST_LENGTH) -> Ranked:
    """Every user's list is the items that most *distinct* users have in their history.

    Distinct users rather than events: one household that buys milk daily says nothing of the others.

    Args:
        split, phase: the history before ``phase`` is what is counted.
        k: list length.

    Returns:
        candidates -> items [U, min(k, N)] int64 and scores (counts) float32; users without history get a list too.
    """
    counts = buyers(split, phase)
    return _rank_blocks(split, phase, k, lambda start, stop: np.tile(counts, (stop - start, 1)))


def item_knn(
    split: Split,
    phase: Phase = Phase.TEST,
    k: int = LIST_LENGTH,
    neighbours: int = 25,
    shrinkage: float = 20.0,
    half_life: float = 30.0,
) -> Ranked:
    """Item-based nearest neighbours (Sarwar et al., 2001; shrinkage as in Koren, 2008).

    Similarity of two items is their cosine over users, ``n_ij / (sqrt(n_i n_j) + shrinkage)`` where n_ij users have
    both in their history; every item keeps its nearest ones, itself included (people buy again). A user's score of an
    item is the sum of its similarity to the user's history events, each weighted ``0.5 ** (age / half_life)``, the age
    counted back from the user's last event. The defaults did best on completejourney's validation target, over all
    items and over unseen ones, among 10 to 800 neighbours, shrinkage 0 to 100 and half-lives of 15 days to none.

    Args:
        split, phase: the history before ``phase`` is all that is used.
        k: list length.
        neighbours: kept per item.
        shrinkage: takes trust from pairs that few users share.
        half_life: days where the events have times, else events from the user's last one.

    Returns:
        As `popularity`; users without history have empty lists.
    """
    history = split.history(phase)
    similar = _similar_items(_user_item(history, split.n_items), neighbours, shrinkage)
    profiles = _user_item(history, split.n_items, _recency(history, half_life))

    def scores(start: int, stop: int) -> np.ndarray:
        block = (profiles[start:stop] @ similar).toarray().astype(np.float32)
        block[block <= 0] = -np.inf  # nothing in common: not a recommendation
        return block

    return _rank_blocks(split, phase, k, scores)


def item_knn_terms(
    split: Split,
    user: int,
    phase: Phase = Phase.TEST,
    neighbours: int = 25,
    shrinkage: float = 20.0,
    half_life: float = 30.0,
) -> tuple[np.ndarray, Any]:
    """What each item of one user's history adds to their scores of `item_knn`; arguments as there.

    Returns:
        [n] distinct items of the history, increasing, and sparse [n, N] float32 whose column sums are the scores.
    """
    history = split.history(phase)
    items = np.unique(history[user])
    similar = _similar_items(_user_item(history, split.n_items), neighbours, shrinkage, items)
    events = slice(history.offsets[user], history.offsets[user + 1])
    weights = np.bincount(history.items[events], _recency(history, half_life)[events], split.n_items)[items]
    return items, similar.multiply(weights.astype(np.float32)[:, None]).tocsr()


def buyers(split: Split, phase: Phase = Phase.TEST) -> np.ndarray:
    """[N] float32: how many distinct users have each item in their history before ``phase``: `popularity`'s score."""
    return np.asarray(_user_item(split.history(phase), split.n_items).sum(axis=0), dtype=np.float32).ravel()


def _recency(history: Sequences, half_life: float) -> np.ndarray:
    """[n] float32 weights of events by age; a user's last event weighs 1, however long ago it was."""
    last = np.repeat(history.offsets[1:], history.lengths) - 1
    if history.times is not None:
        age = (history.times[last] - history.times) / _DAY
    else:
        age = last - np.arange(len(history.items))
    return (0.5 ** (age / half_life)).astype(np.float32)


def _user_item(sequences: Sequences, n_items: int, weights: np.ndarray | None = None) -> Any:
    """Sparse [U, N] float32: 1 where the user has the item, or the sum of the events' ``weights`` ([n])."""
    from scipy.sparse import csr_array

    shape = (len(sequences), n_items)
    if weights is None:
        cells = np.divmod(pair_keys(sequences, n_items), n_items)
        return csr_array((np.ones(len(cells[0]), dtype=np.float32), cells), shape=shape)
    return csr_array((weights, (sequences.users, sequences.items)), shape=shape)


def _similar_items(owned: Any, neighbours: int, shrinkage: float, of: np.ndarray | None = None) -> Any:
    """Sparse [n, N] float32: a row for each of ``of`` ([n]; None: all items) holds its ``neighbours`` most similar."""
    from scipy.sparse import csr_array, vstack

    n_items = owned.shape[1]
    of = np.arange(n_items) if of is None else of
    by_item = owned.T.tocsr()[of]
    length = np.sqrt(np.asarray(owned.sum(axis=0), dtype=np.float32).ravel())
    parts = []
    block = max(1, _BLOCK_SCORES // n_items)
    for start in range(0, len(of), block):
        stop = min(start + block, len(of))
        together = (by_item[start:stop] @ owned).toarray()
        below = np.outer(length[of[start:stop]], length) + shrinkage
        together /= np.where(below > 0, below, 1.0)
        together[together <= 0] = -np.inf
        items, values = top_k(together, min(neighbours, n_items))
        rows, places = np.nonzero(items >= 0)
        cells = (rows, items[rows, places])
        parts.append(csr_array((values[rows, places], cells), shape=(stop - start, n_items)))
    return vstack(parts, format="csr")


def _rank_blocks(split: Split, phase: Phase, k: int, scores: Any) -> Ranked:
    """Top k of all items and of unseen ones from ``scores(start, stop)`` -> [stop - start, N] float32."""
    history, k = split.history(phase), min(k, split.n_items)
    found: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {
        Recommendations.ALL_CANDIDATES: [],
        Recommendations.UNSEEN: [],
    }
    block = max(1, _BLOCK_SCORES // split.n_items)
    for start in range(0, len(history), block):
        values = scores(start, min(start + block, len(history)))
        found[Recommendations.ALL_CANDIDATES].append(top_k(values, k))
        mask_excluded(values, history, start)
        found[Recommendations.UNSEEN].append(top_k(values, k))
    return {
        candidates: (np.concatenate([items for items, _ in parts]), np.concatenate([values for _, values in parts]))
        for candidates, parts in found.items()
    }
