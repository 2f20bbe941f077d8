"""The figures over one variant's answer for an item: in how many lists it stands high, and at which place in the
middle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from learn.evaluation.better import FEW_USERS
from learn.explore.lists.audience import SEEN, Audience
from learn.explore.lists.by_chance import middle_by_chance, rounded, shown_by_chance
from learn.explore.lists.newcomer import FIRST

MEDIAN, SINGLE = "median place", "place"
"""How rows begin whose figures are places: the lowest is the best."""
NARROW, NEAR = 0.05, 2.0
"""Places are alike that lie within so much of a whole list, the last at most so many times as far down as the first:
among the first places of a list a small step is much."""


@dataclass(frozen=True)
class Head:
    """One variant's figures, the same rows under every one.

    Attributes:
        of: of how many people it is told.
        rows: (what, how much, how much by chance): in how many people's first `FIRST` and `SEEN` the item is, and its
            place in the middle of their lists and of its later buyers'; chance is "" where it tells nothing.
        lines: what else is to be said.
    """

    of: str
    rows: tuple[tuple[str, str, str], ...]
    lines: tuple[str, ...]


def head(one: Audience, length: np.ndarray, ranks: np.ndarray, buyers: np.ndarray) -> Head:
    """The `Head` of one variant's answer.

    Args:
        length: [U] how long each one's whole list is (`new_to_each`).
        ranks: [n] its places in the lists of those who got the item later, ``buyers`` ([n] user indices).
    """
    asked = one.reach > 0
    if not asked.any():
        return Head("nobody has a history", (), ())
    whole = length[asked]
    rows = []
    for first in (FIRST, SEEN):
        chance = rounded(shown_by_chance(whole, first)) if whole.max() > first else ""
        if first == FIRST or chance:
            rows.append((f"in their first {first:,}", f"{one.seen_by(first):,}", chance))
    rows.append((f"{MEDIAN} (1: the top)", f"{np.median(one.reach[asked]):,.0f}", rounded(middle_by_chance(whole))))
    if len(ranks):
        whose = f"{MEDIAN} for {later_buyers(len(ranks))}" if len(ranks) > 1 else f"{SINGLE} for {later_buyers(1)}"
        rows.append((whose, f"{np.median(ranks):,.0f}", rounded(middle_by_chance(length[buyers]))))
    close = alike(one, length)
    lines = () if close is None else (f"alike for all: {close[0]:,} to {close[1]:,} for nine in ten",)
    n = int(asked.sum())
    return Head(f"of {n:,} {'people' if n > 1 else 'person'}", tuple(rows), lines)


def later_buyers(n: int) -> str:
    """ "its 27 later buyers", of ``n``."""
    return f"its {n:,} later buyers" if n > 1 else "its one later buyer"


@dataclass(frozen=True)
class Figures:
    """All variants' figures in one table.

    Attributes:
        of: of how many people they are.
        columns: the variants, then rows: what, by chance, and a figure under each of them; chance and figures are ""
            where there is none.
    """

    of: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    best: tuple[tuple[bool, ...], ...] = ()


def figures(heads: Mapping[str, Head], more: tuple[str, str, Mapping[str, str]] | None = None) -> Figures:
    """One table of ``heads`` (label -> `Head`, of the same people).

    Args:
        more: one more row: what, by chance, and label -> its figure.
    """
    every = list(heads.values())
    rows = [(what, chance, *(one.rows[at][1] for one in every)) for at, (what, _, chance) in enumerate(every[0].rows)]
    if more is not None and more[2]:
        rows.append((more[0], more[1], *(more[2].get(label, "") for label in heads)))
    return Figures(every[0].of, tuple(heads), tuple(rows), tuple(_best(what, told) for what, _, *told in rows))


def _best(what: str, told: Sequence[str]) -> tuple[bool, ...]:
    """Which of the figures ``told`` in the row ``what`` are the best: of places the lowest, of all else the highest."""
    known = [float(figure.replace(",", "")) for figure in told if figure]
    if len(set(known)) < 2:
        return (False,) * len(told)
    best = min(known) if what.startswith((MEDIAN, SINGLE)) else max(known)
    return tuple(bool(figure) and float(figure.replace(",", "")) == best for figure in told)


def list_length(length: np.ndarray) -> str:
    """ "about 20,450": how long whole lists (``length``: [n], not empty) are, as people read it."""
    middle, exact = float(np.median(length)), len(np.unique(length)) == 1
    return f"{middle:,.0f}" if exact else f"about {round(middle, -1 if middle >= 1000 else 0):,.0f}"


def far(one: Audience) -> str:
    """What stands over people of whom nobody has the item in their first `SEEN`; "" where somebody has."""
    return f"Nobody in their first {SEEN:,}; the nearest:" if len(one.ranks) and one.ranks[0] > SEEN else ""


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
