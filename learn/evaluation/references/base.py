"""What all references share: what they may learn from, how they score, and the matrices of who had what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from learn.data.recency import Forgetting, recency
from learn.data.sequences import Sequences
from learn.errors import LearnError
from learn.evaluation.targets import pair_keys

BLOCK_SCORES = 8_000_000  # scores held at a time: 32 MB

Scorer = Callable[[Sequences, int, int], np.ndarray]
"""(histories, start, stop) -> [stop - start, N] float32 scores of those users; -inf: not a recommendation."""

Settings = Mapping[str, Any]


class CannotFit(LearnError):
    """A reference cannot be fitted on this dataset: it is left out where several are made."""


@dataclass(frozen=True)
class Known:
    """What a reference learns from.

    Attributes:
        events: the training part, or training and validation.
        n_items: N.
        content: [N, D_llm] frozen content embeddings, for those that read them.
        groups: [N, 2] int64 categories, coarse and fine (`learn.data.categories.category_groups`), for those that read
            them.
        memo: what several settings have in common, kept while they are tried.
    """

    events: Sequences
    n_items: int
    content: np.ndarray | None = None
    groups: np.ndarray | None = None
    memo: dict[tuple[Any, ...], Any] = field(default_factory=dict)

    def kept(self, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        """``make()``, made once; of a kind (the key's first part) only the newest is held: they are large."""
        if key not in self.memo:
            for other in [other for other in self.memo if other[0] == key[0]]:
                del self.memo[other]
            self.memo[key] = make()
        return self.memo[key]


@dataclass(frozen=True)
class Reference:
    """A reference that is fitted.

    Attributes:
        fit: (known, **settings) -> its `Scorer`.
        settings: what it starts from.
        grid: setting -> the values to try, neighbours beside each other (`learn.evaluation.references.tune`).
        together: names of settings that make up for each other.
        reads_content: whether it needs ``known.content``.
        scores_cold: whether it has a score for an item that it met no event of; if not, an item-cold split's items are
            in none of its lists.
        inverts: whether it inverts a matrix of the smaller of users and items.
        ranks_history: whether its settings say only in which order a history's own items stand: they are tuned on all
            items, as nothing else tells.
    """

    fit: Callable[..., Scorer]
    settings: Settings = field(default_factory=dict)
    grid: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    together: tuple[tuple[str, ...], ...] = ()
    reads_content: bool = False
    scores_cold: bool = False
    inverts: bool = False
    ranks_history: bool = False


FORGETTING: tuple[Forgetting, ...] = ((2.0, "events"), (3.0, "events"), (5.0, "events"), (10.0, "events"),
                                      (30.0, "events"), None, (120.0, "days"), (60.0, "days"), (30.0, "days"),
                                      (15.0, "days"))  # fmt: skip
"""The half-lives that are tried, neighbours beside each other; days only where events have times."""

EVENTS, ITEMS = "events", "items"

COUNTS = (EVENTS, ITEMS)
"""What a profile counts: every event, or an item once, by its last event. Who buys milk every week is not told more by
that of what else they would like."""


def user_item(sequences: Sequences, n_items: int, weights: np.ndarray | None = None) -> Any:
    """Sparse [U, N] float32: 1 where the user has the item, or the sum of the events' ``weights`` ([n])."""
    from scipy.sparse import csr_array

    shape = (len(sequences), n_items)
    if weights is None:
        cells = np.divmod(pair_keys(sequences, n_items), n_items)
        return csr_array((np.ones(len(cells[0]), dtype=np.float32), cells), shape=shape)
    return csr_array((weights, (sequences.users, sequences.items)), shape=shape)


def profiles(
    histories: Sequences, start: int, stop: int, n_items: int, forgetting: Forgetting, counts: str = EVENTS
) -> Any:
    """Sparse [stop - start, N] float32: what users ``start`` to ``stop`` had, each event weighted by `recency`.

    Args:
        counts: one of `COUNTS`.
    """
    some = histories.between(start, stop)
    return user_item(some, n_items, counted(some, n_items, forgetting, counts))


def counted(events: Sequences, n_items: int, forgetting: Forgetting, counts: str) -> np.ndarray:
    """[n] float32: the weight of every event in a profile, `recency` and, as `COUNTS` says, 0 for all but the last on
    an item.

    Raises:
        LearnError: there is no such way to count.
    """
    if counts not in COUNTS:
        raise LearnError(f"A profile cannot count {counts!r}.", f"Choose one of: {', '.join(COUNTS)}.")
    weights = recency(events, forgetting)
    if counts == ITEMS:
        pairs = events.users[::-1] * n_items + events.items[::-1]
        again = np.ones(len(weights), dtype=bool)
        again[np.unique(pairs, return_index=True)[1]] = False
        weights[again[::-1]] = 0
    return weights


def known_only(score: Scorer, known: Known) -> Scorer:
    """``score`` without the items that ``known`` has no event of: they are no recommendation."""
    unknown = np.flatnonzero(np.bincount(known.events.items, minlength=known.n_items) == 0)

    def scored(histories: Sequences, start: int, stop: int) -> np.ndarray:
        found = score(histories, start, stop)
        found[:, unknown] = -np.inf
        return found

    return scored


def linear(weights: Any, n_items: int, forgetting: Forgetting, counts: str = EVENTS) -> Scorer:
    """The `Scorer` of a linear model: profile times ``weights`` ([N, N], dense or sparse)."""

    def score(histories: Sequences, start: int, stop: int) -> np.ndarray:
        found = profiles(histories, start, stop, n_items, forgetting, counts) @ weights
        return np.asarray(found.toarray() if hasattr(found, "toarray") else found, dtype=np.float32)

    return score
