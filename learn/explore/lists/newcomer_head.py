"""The figures over one variant's answer for an item: in how many lists it stands high, and at which place in the
middle."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from learn.evaluation.better import FEW_USERS
from learn.explore.lists.audience import SEEN, Audience
from learn.explore.lists.by_chance import middle_by_chance, rounded, shown_by_chance
from learn.explore.lists.newcomer import FIRST

MEDIAN, SINGLE = "median place for", "place for"
"""How rows begin that say where its later buyers would have met it: the lowest is the best."""
REACH = "reach: "
"""How rows begin that say how high it stands for everybody, be that right or wrong: none of them is the best."""
NARROW, NEAR = 0.05, 2.0
"""Places are alike that lie within so much of a whole list, the last at most so many times as far down as the first:
among the first places of a list a small step is much."""


@dataclass(frozen=True)
class Spread:
    """Where one variant places the item: what the rows of places are told from.

    Attributes:
        low, middle, high: the 5th, 50th and 95th percentile of its places, over everybody who is asked.
        buyers: its places in the lists of those who got it later.
        chance: its place in the middle of random lists; last: the last place of a list.
    """

    low: float
    middle: float
    high: float
    buyers: tuple[int, ...]
    chance: float
    last: int


@dataclass(frozen=True)
class Head:
    """One variant's figures, the same rows under every one.

    Attributes:
        of: of how many people it is told.
        rows: (what, how much, how much by chance): in how many people's first `FIRST` and `SEEN` the item is, and its
            place in the middle of their lists and of its later buyers'; chance is "" where it tells nothing.
        lines: what else is to be said.
        spread: the places themselves; None where nobody is asked.
    """

    of: str
    rows: tuple[tuple[str, str, str], ...]
    lines: tuple[str, ...]
    spread: Spread | None = None


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
            rows.append((f"{REACH}in their first {first:,}", f"{one.seen_by(first):,}", chance))
    spread = _spread(one.reach[asked], whole, ranks)
    rows.append((f"{REACH}median place (1: the top)", f"{spread.middle:,.0f}", rounded(spread.chance)))
    if len(ranks):
        whose = f"{MEDIAN if len(ranks) > 1 else SINGLE} {later_buyers(len(ranks))}"
        rows.append((whose, f"{np.median(spread.buyers):,.0f}", rounded(middle_by_chance(length[buyers]))))
    close = alike(one, length)
    lines = () if close is None else (f"alike for all: {close[0]:,} to {close[1]:,} for nine in ten",)
    n = int(asked.sum())
    return Head(f"of {n:,} {'people' if n > 1 else 'person'}", tuple(rows), lines, spread)


def _spread(reach: np.ndarray, whole: np.ndarray, ranks: np.ndarray) -> Spread:
    low, middle, high = map(float, np.percentile(reach, [5, 50, 95]))
    return Spread(low, middle, high, tuple(map(int, ranks)), middle_by_chance(whole), int(whole.max()))


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
        best: which figure of a row is the best, in rows that say who is right.
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
    best = [_best(told, min) if what.startswith((MEDIAN, SINGLE)) else (False,) * len(told) for what, _, *told in rows]
    if more is not None and more[2]:
        rows.append((more[0], more[1], *(more[2].get(label, "") for label in heads)))
        best.append(_best(rows[-1][2:], max))
    return Figures(every[0].of, tuple(heads), tuple(rows), tuple(best))


def _best(told: Sequence[str], choose: Callable[[list[float]], float]) -> tuple[bool, ...]:
    """Which of the figures ``told`` are the one to ``choose``; none where all are the same."""
    known = [float(figure.replace(",", "")) for figure in told if figure]
    if len(set(known)) < 2:
        return (False,) * len(told)
    return tuple(bool(figure) and float(figure.replace(",", "")) == choose(known) for figure in told)


def what_rows_mean(table: Figures, buyers: int) -> str:
    """What is shaded in a ``table``, and what reach is; of few ``buyers`` that they prove nothing."""
    if not table.rows:
        return ""
    said = f"{REACH.strip(' :').capitalize()}: how high it stands for everybody, right or wrong. "
    if not any(map(any, table.best)):
        return said
    few = f"; {later_buyers(buyers)}: a hint, no proof" if 0 < buyers < FEW_USERS else ""
    return f"{said}Shaded: the best of a row that says who is right{few}. "


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
