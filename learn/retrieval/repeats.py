"""The k best items where those of a user's own history score more, or less, than their vectors say."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from learn.data.recency import recency
from learn.data.sequences import Sequences
from learn.retrieval.base import Index, best_first
from learn.retrieval.scores import pair_scores

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
    bounds = _blocks(history)
    parts = [
        _search_some(index, item_vectors, queries[start:stop], k, history.between(start, stop), repeat, allowed)
        for start, stop in pairwise(bounds)
    ]
    return np.concatenate([items for items, _ in parts]), np.concatenate([scores for _, scores in parts])


def _blocks(history: Sequences) -> list[int]:
    """Where blocks of users begin, and the end: each has `_EVENTS_AT_ONCE` events, or a single user who has more."""
    bounds = [0]
    while bounds[-1] < len(history):
        start = bounds[-1]
        stop = int(np.searchsorted(history.offsets, history.offsets[start] + _EVENTS_AT_ONCE, side="right")) - 1
        bounds.append(min(max(stop, start + 1), len(history)))
    return bounds if len(bounds) > 1 else [0, 0]


def _search_some(
    index: Index,
    item_vectors: np.ndarray,
    queries: np.ndarray,
    k: int,
    history: Sequences,
    repeat: Repeat,
    allowed: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray]:
    items, scores = index.search(queries, k, history, allowed)
    rows, places = np.nonzero(items >= 0)
    users, owned, more = repeat.pairs(history)
    again = pair_scores(queries[users], item_vectors[owned]) + more
    return best_first(
        np.concatenate([rows, users]),
        np.concatenate([items[rows, places], owned]),
        np.concatenate([scores[rows, places], again]),
        len(queries),
        k,
    )
