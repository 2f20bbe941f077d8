"""The figures over one variant's answer for an item: in how many lists it stands high, and at which place in the
middle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from learn.evaluation.better import FEW_USERS
from learn.explore.lists.audience import SEEN, Audience
from learn.explore.lists.newcomer import FIRST

NARROW, NEAR = 0.05, 2.0
"""Places are alike that lie within so much of a whole list, the last at most so many times as far down as the first:
among the first places of a list a small step is much."""


@dataclass(frozen=True)
class Head:
    """What stands over a card, the same lines in every one.

    Attributes:
        figure: in how many people's first `FIRST` the item is, of how many; what: what that is.
        lines: the same of longer lists, and its place in the middle.
    """

    figure: str
    what: str
    lines: tuple[str, ...]


def head(one: Audience, length: np.ndarray, buyers: np.ndarray, ranks: np.ndarray) -> Head:
    """The `Head` of one variant's answer.

    Args:
        length: [U] how long each one's whole list is (`new_to_each`).
        buyers: [n] user indices of those who got the item later; ranks: [n] its places in their lists.
    """
    asked = one.reach > 0
    if not asked.any():
        return Head("–", "nobody has a history", ())
    lines = [f"in the first {SEEN:,}: {one.seen_by(SEEN):,}"] if length.max() > SEEN else []
    middle, whole = f"{np.median(one.reach[asked]):,.0f} for all", length[asked]
    if len(ranks):
        who = f"its {len(ranks):,} buyers" if len(ranks) > 1 else "its one buyer"
        middle, whole = f"{np.median(ranks):,.0f} for {who}, {middle}", length[buyers]
    lines.append(f"median place: {middle}, of {about(float(np.median(whole)))}")
    close = alike(one, length)
    if close is not None:
        lines.append(f"alike for all: {close[0]:,} to {close[1]:,} for nine in ten")
    return Head(
        f"{one.seen_by(FIRST):,} of {int(asked.sum()):,}", f"people have it in their first {FIRST:,}", tuple(lines)
    )


def about(number: float) -> str:
    """ "about 16,900" of 16,874; small numbers as they are."""
    whole = round(number)
    return f"{whole:,}" if whole < 1000 else f"about {round(whole, 3 - len(str(whole))):,}"


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
