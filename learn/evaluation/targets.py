"""Who is evaluated, on which items, and which places of a ranked list are hits."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from learn.data.item_cold import draw_cold_items
from learn.data.schema import Recommendations
from learn.data.sequences import Sequences
from learn.data.split import NEWER
from learn.data.splits import Phase, Split
from learn.errors import LearnError

_BLOCK_EVENTS = 1_000_000
"""Events looked at together."""
_BLOCK_PAIRS = 1_000_000
"""Pairs of user and item looked at together: a table of 1 MB, whatever the numbers of users and items."""

CANDIDATE_SETS = (Recommendations.ALL_CANDIDATES, Recommendations.UNSEEN, Recommendations.COLD)


@dataclass(frozen=True)
class Targets:
    """What the evaluated users should have been shown.

    Attributes:
        users: [E] int64 user indices: those with a history and with at least one target.
        rows: [n] int64: the place in ``users`` of every (user, target) pair.
        items: [n] int64: its item; pairs are distinct and sorted by row, then item.
        n_items: N.
        left_out: how many users were not evaluated, by reason.
    """

    users: np.ndarray
    rows: np.ndarray
    items: np.ndarray
    n_items: int
    left_out: dict[str, int]

    @property
    def keys(self) -> np.ndarray:
        """[n] int64, increasing: one number per (row, item) pair."""
        return self.rows * self.n_items + self.items

    def counts(self, members: np.ndarray | None = None) -> np.ndarray:
        """[E] int64: each user's distinct targets, of those in ``members`` ([N] bool) where given."""
        rows = self.rows if members is None else self.rows[members[self.items]]
        return np.bincount(rows, minlength=len(self.users))

    def hits(self, ranked: np.ndarray) -> np.ndarray:
        """[E, K] bool: whether the item at that rank of [E, K] ``ranked`` (-1 padded) is a target of the user."""
        return listed(self.keys, ranked, self.n_items)


def contains(ordered: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Bool, the shape of ``wanted``: whether each value is in ``ordered`` ([n], increasing)."""
    if not len(ordered):
        return np.zeros(wanted.shape, dtype=bool)
    places = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    return ordered[places] == wanted


def pair_keys(sequences: Sequences, n_items: int) -> np.ndarray:
    """[n] int64, increasing and distinct: user x N + item of every (user, item) pair in ``sequences``."""
    keys = np.sort(sequences.users * n_items + sequences.items)
    return keys[np.append(True, keys[1:] != keys[:-1])] if len(keys) else keys


def in_sequences(sequences: Sequences, keys: np.ndarray, n_items: int) -> np.ndarray:
    """[n] bool: whether each pair of ``keys`` ([n] int64, increasing: user x N + item) is in ``sequences``.

    A block of users at a time: the events are not held as pairs all at once.
    """
    found = np.zeros(len(keys), dtype=bool)
    for start, stop in pairwise(sequences.blocks(_BLOCK_EVENTS)):
        first, last = np.searchsorted(keys, (start * n_items, stop * n_items))
        own = pair_keys(sequences.between(start, stop), n_items)
        found[first:last] = contains(own, keys[first:last] - start * n_items)
    return found


def listed(keys: np.ndarray, ranked: np.ndarray, n_items: int) -> np.ndarray:
    """[E, K] bool: whether the pair of row and item at each place of [E, K] ``ranked`` (-1 padded) is in ``keys``.

    Args:
        keys: [n] int64, increasing: row x N + item.
    """
    found = np.zeros(ranked.shape, dtype=bool)
    block = max(1, _BLOCK_PAIRS // max(1, n_items))
    starts = np.arange(0, len(ranked), block)
    bounds = np.searchsorted(keys, np.append(starts, len(ranked)) * n_items)
    table = np.zeros(block * n_items + 1, dtype=bool)  # the last is of where a list has ended
    for number, start in enumerate(starts):
        some = ranked[start : start + block]
        own = keys[bounds[number] : bounds[number + 1]] - start * n_items
        table[own] = True
        found[start : start + block] = table[
            np.where(some >= 0, np.arange(len(some))[:, None] * n_items + some, block * n_items)
        ]
        table[own] = False
    return found


def make_targets(split: Split, phase: Phase, candidates: str) -> Targets:
    """The distinct targets of ``phase`` among all items or unseen ones.

    ``all``: everything that the user did in the phase. ``new``: without the items of the user's own history.
    ``cold``: as ``all``, of an item-cold split, whose targets training never met. Users without history are left out:
    no method that reads histories can tell them apart, and with them a comparison of Runs would be one of fallbacks.

    Raises:
        LearnError: no such candidates, or no user is left.
    """
    if candidates not in CANDIDATE_SETS:
        raise LearnError(f"There are no candidates {candidates!r}.", f"Choose one of: {', '.join(CANDIDATE_SETS)}.")
    history, target = split.history(phase), split.target(phase)
    keys = pair_keys(target, split.n_items)
    has_target = target.lengths > 0
    has_history = history.lengths > 0
    if candidates == Recommendations.UNSEEN:
        keys = keys[~in_sequences(history, keys, split.n_items)]
    users, items = np.divmod(keys, split.n_items)
    remaining = np.zeros(len(target), dtype=bool)
    remaining[users] = True
    evaluated = remaining & has_history
    left_out = {
        "without_target": int((~has_target).sum()),
        "without_history": int((has_target & ~has_history).sum()),
        "without_new_target": int((has_target & has_history & ~remaining).sum()),
    }
    if not evaluated.any():
        raise LearnError(
            f"No user has a history and a target in phase {Phase(phase).value!r} "
            f"(candidates {candidates!r}): {left_out}.",
            "Choose another split, or a dataset with more interactions per user.",
        )
    kept = evaluated[users]
    places = np.cumsum(evaluated) - 1
    return Targets(np.flatnonzero(evaluated), places[users[kept]], items[kept], split.n_items, left_out)


def candidate_sets(split: Split, phase: Phase) -> list[str]:
    """The candidates under which anybody can be evaluated: where every target is a repeat, there is no ``new``, and
    ``cold`` is there for the test of an item-cold split alone.

    Raises:
        LearnError: not even ``all`` has a user.
    """
    make_targets(split, phase, Recommendations.ALL_CANDIDATES)
    new = ~in_sequences(split.history(phase), pair_keys(_tested(split, phase), split.n_items), split.n_items)
    found = [Recommendations.ALL_CANDIDATES]
    if new.any():
        found.append(Recommendations.UNSEEN)
    if split.info.is_item_cold and phase == Phase.TEST:
        found.append(Recommendations.COLD)
    return found


def is_left_out(split: Split) -> np.ndarray:
    """[N] bool: the items that ``split``, an item-cold one, left out: all that the test's targets can be.

    They are drawn from the events that the split was made of; without these, or of another split, none.
    """
    if split.info.cold_seed is None:
        return np.zeros(split.n_items, dtype=bool)
    then = split.sequences.keep(split.codes != NEWER)
    return draw_cold_items(then, split.n_items, int(split.info.cold_seed))


def _tested(split: Split, phase: Phase) -> Sequences:
    """The target of the users who have a history."""
    target = split.target(phase)
    return target.keep(np.repeat(split.history(phase).lengths > 0, target.lengths))


def without_history(ranked: np.ndarray, split: Split, phase: Phase) -> np.ndarray:
    """[U, K] ``ranked`` with every user's history items taken out and the rest moved up, padded with -1."""
    history, found = split.history(phase), ranked
    for start, stop in pairwise(history.blocks(_BLOCK_EVENTS)):
        some = ranked[start:stop]
        ended = some < 0
        seen = pair_keys(history.between(start, stop), split.n_items)
        kept = ~(ended | listed(seen, some, split.n_items))
        if (kept | ended).all() and not (ended[:, :-1] & kept[:, 1:]).any():
            continue  # nothing to take out
        if found is ranked:
            found = ranked.copy()
        order = np.argsort(~kept, axis=1, kind="stable")
        found[start:stop] = np.take_along_axis(np.where(kept, some, -1), order, axis=1)
    return found
