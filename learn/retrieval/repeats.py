"""The k best items where those of a user's own history score more, or less, than their vectors say."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from learn.data.recency import recency
from learn.data.sequences import Sequences
from learn.retrieval.base import Index, best_first
from learn.retrieval.scores import pair_scores_at
from learn.scratch import scratch

_EVENTS_AT_ONCE = 1 << 18
"""Two vectors are gathered for each distinct event: at 64 numbers, 128 MiB."""
LEAST = 1e-3
"""A frequency below it counts as this: its logarithm would be without bound."""


@dataclass(frozen=True)
class Repeat:
    """The repeat-consumption bias: what the score of an item that the history holds gets.

    ``constant + slope * log(frequency)``, where the frequency is the sum over the user's events on the item of
    ``0.5 ** (age / half_life)``, and age is counted back from the user's last event: what is bought often and lately
    is bought again. A history whose times nobody knows has its events counted alone.

    Attributes:
        constant, slope: in the unit of the scores.
        half_life: in days; None: all events count alike.
    """

    constant: float = 0.0
    slope: float = 0.0
    half_life: float | None = None

    def __bool__(self) -> bool:
        return bool(self.constant or self.slope)

    def scaled(self, factor: float) -> Repeat:
        """The same for scores that are ``factor`` times as large."""
        return Repeat(self.constant * factor, self.slope * factor, self.half_life)

    def pairs(self, history: Sequences) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Users [n] and items [n] of ``history``, each pair once and in order, and [n] float32 what its score gets."""
        width = int(history.items.max(initial=0)) + 1
        keys, place = np.unique(history.users * width + history.items, return_inverse=True)
        values = np.full(len(keys), self.constant)
        if self.slope:
            timed = self.half_life is not None and history.times is not None
            weights = recency(history, (float(self.half_life), "days") if timed else None)  # type: ignore[arg-type]
            values += self.slope * np.log(np.maximum(np.bincount(place, weights, len(keys)), LEAST))
        return keys // width, keys % width, values.astype(np.float32)

    def dense(self, history: Sequences, n_items: int) -> np.ndarray:
        """[N] float32: what the score of every item gets for one user's ``history``; 0 for those not in it."""
        found = np.zeros(n_items, dtype=np.float32)
        _, items, more = self.pairs(history)
        found[items] = more
        return found


def as_repeat(value: Repeat | float) -> Repeat:
    """A number is a `Repeat` of that constant."""
    return value if isinstance(value, Repeat) else Repeat(float(value))


def search_with_repeats(
    index: Index,
    item_vectors: np.ndarray,
    queries: np.ndarray,
    k: int,
    history: Sequences,
    repeat: Repeat | float,
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
    repeat = as_repeat(repeat)
    if not repeat:
        return index.search(queries, k, None, allowed)
    return with_history(index.search(queries, k, history, allowed), item_vectors, queries, history, repeat)


def with_history(
    unseen: tuple[np.ndarray, np.ndarray],
    item_vectors: np.ndarray,
    queries: np.ndarray,
    history: Sequences,
    repeat: Repeat | float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """The lists of all items, from those of ``unseen`` ones: the items of the history take their places among them.

    Of an exact index, and without a bias, the same to the bit as a search that leaves nothing out.

    Args:
        unseen: items and scores [Q, k] of `Index.search` with ``history`` left out.

    The others, and what it returns, are as in `search_with_repeats`.
    """
    repeat, (found, values) = as_repeat(repeat), unseen
    items, scores = scratch(found.shape, found.dtype), scratch(values.shape, values.dtype)
    for start, stop in pairwise(history.blocks(_EVENTS_AT_ONCE)):
        some = found[start:stop], values[start:stop]
        own = history.between(start, stop)
        items[start:stop], scores[start:stop] = _merged(*some, item_vectors, queries[start:stop], own, repeat)
    return items, scores


def _merged(
    items: np.ndarray,
    scores: np.ndarray,
    item_vectors: np.ndarray,
    queries: np.ndarray,
    history: Sequences,
    repeat: Repeat,
) -> tuple[np.ndarray, np.ndarray]:
    rows, places = np.nonzero(items >= 0)
    users, owned, more = repeat.pairs(history)
    again = pair_scores_at(queries, users, item_vectors, owned) + more
    return best_first(
        np.concatenate([rows, users]),
        np.concatenate([items[rows, places], owned]),
        np.concatenate([scores[rows, places], again]),
        len(queries),
        items.shape[1],
    )
