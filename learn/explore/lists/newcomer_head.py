"""The figures over one variant's answer for an item: in how many lists it stands high, and at which place in the
middle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from learn.evaluation.better import FEW_USERS
from learn.explore.lists.audience import SEEN, Audience
from learn.explore.lists.by_chance import middle_by_chance, rounded, shown_by_chance
from learn.explore.lists.newcomer import FIRST

NARROW, NEAR = 0.05, 2.0
"""Places are alike that lie within so much of a whole list, the last at most so many times as far down as the first:
among the first places of a list a small step is much."""


@dataclass(frozen=True)
class Head:
    """What stands over a card, the same lines in every one.

    Attributes:
        figure: in how many people's first `FIRST` the item is, of how many; what: what that is.
        chance: how many that would be by chance.
        lines: the same of longer lists, and its place in the middle.
    """

    figure: str
    what: str
    chance: str
    lines: tuple[str, ...]


def head(one: Audience, length: np.ndarray, ranks: np.ndarray) -> Head:
    """The `Head` of one variant's answer.

    Args:
        length: [U] how long each one's whole list is (`new_to_each`).
        ranks: [n] its places in the lists of those who got the item later.
    """
    asked = one.reach > 0
    if not asked.any():
        return Head("–", "nobody has a history", "", ())
    whole = length[asked]
    lines = []
    if whole.max() > SEEN:
        lines.append(f"in the first {SEEN:,}: {one.seen_by(SEEN):,} (chance: {rounded(shown_by_chance(whole, SEEN))})")
    lines.append(f"median place: {np.median(one.reach[asked]):,.0f} (chance: {rounded(middle_by_chance(whole))})")
    if len(ranks):
        lines.append(f"for its {f'{len(ranks):,} buyers' if len(ranks) > 1 else 'one buyer'}: {np.median(ranks):,.0f}")
    close = alike(one, length)
    if close is not None:
        lines.append(f"alike for all: {close[0]:,} to {close[1]:,} for nine in ten")
    chance = f"chance: {rounded(shown_by_chance(whole, FIRST))}" if whole.max() > FIRST else ""
    figure = f"{one.seen_by(FIRST):,} of {int(asked.sum()):,}"
    return Head(figure, f"people have it in their first {FIRST:,}", chance, tuple(lines))


def far(one: Audience) -> str:
    """What stands for people of whom nobody has the item in their first `SEEN`; "" where somebody has."""
    if not len(one.ranks) or one.ranks[0] <= SEEN:
        return ""
    return f"Nobody in their first {SEEN:,}; nearest: place {one.ranks[0]:,}"


def more_seen(one: Audience, length: np.ndarray) -> str:
    """ "… and 53 more in their first 1,000": people beyond those of ``one`` who have the item there; "" of none, and
    where all lists (``length``: as in `head`) are so short."""
    if not len(one.ranks) or one.ranks[-1] > SEEN or length[one.reach > 0].max() <= SEEN:
        return ""
    more = one.seen_by(SEEN) - len(one.ranks)
    return f"… and {more:,} more in their first {SEEN:,}" if more > 0 else ""


def alike(one: Audience, length: np.ndarray) -> tuple[int, int] | None:
    """The places between which the item stands for nine in ten people, where they hardly depend on the person.

    None where those lie further apart than `NARROW` of a whole list, or the last is more than `NEAR` times as far down
    as the first; and where fewer than `FEW_USERS` people are asked.
    """
    asked = one.reach > 0
    if asked.sum() < FEW_USERS:
        return None
    low, high = map(int, np.percentile(one.reach[asked], [5, 95], method="nearest"))
    return (low, high) if high - low <= NARROW * np.median(length[asked]) and high <= NEAR * low else None
