"""Why an item is shown, or is not, in sentences computed from what `learn.explore.lists` found; plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from learn.explore.lists.attribution import Attribution, sum_up
from learn.explore.lists.numbers import adding_up, fixed, with_sign
from learn.explore.lists.purchases import Level
from learn.explore.lists.score_terms import (
    BUYERS,
    OF_PURCHASES,
    POPULARITY_BIAS,
    REPEAT_BIAS,
    SIMILARITY,
    TEXTS,
    TOGETHER,
    RankBreakdown,
)
from learn.retrieval.repeats import Repeat

SHORT_TERMS = {
    SIMILARITY: "fit to their purchases",
    TEXTS: "texts like those of their purchases",
    TOGETHER: "bought together with theirs",
    POPULARITY_BIAS: "popularity",
    BUYERS: "popularity",
    REPEAT_BIAS: "had it before",
}
"""What each term of a score is, in words that need no explanation."""

SCALE = "0: an average product for this user; 100: the first of their list, under each variant."

MOSTLY = {POPULARITY_BIAS: "because it is popular", SIMILARITY: "because it fits what they bought"}
"""Term -> why an item is shown that has more than half of its points by it."""

DECIDES = 0.25
"""A group of purchases that gives less than this part of what all give does not decide by itself."""

SURE = 0.8
SEEN = 0.05
"""Points that are not told as 0 (`with_sign`)."""


def scale(label: str) -> str:
    """What a point is, in one line."""
    return f"Points: 0 is an average product for this user, 100 the first of {label}’s list."


def question(title: str, person: str, label: str, shown: bool) -> str:
    """What the page answers."""
    verb = f"Why does {label} show" if shown else f"Why does {label} not show"
    return f"{verb} “{title}” to user {person}?"


def told_points(one: RankBreakdown) -> dict[str, float]:
    """Term -> its points with one digit after the point, so that they add up to those that are told of the item."""
    return dict(zip(one.term_points, adding_up(list(one.term_points.values())), strict=True))


def told_sum(one: RankBreakdown) -> str:
    """The points of an item, as they are told."""
    return fixed(sum(told_points(one).values()), 1)


def by_purchases(one: RankBreakdown) -> float:
    """The points, as they are told, that an item has by all purchases together: without any of them it has 0."""
    return sum(value for name, value in told_points(one).items() if name in OF_PURCHASES)


def answer(one: RankBreakdown, shown: bool = False, had: bool = False) -> str:
    """Where the item stands and which term brings it there; `reasons` says which purchases.

    Args:
        shown: whether it is in their list: then what gives it most of its points is named first.
        had: whether they had it before; otherwise all that is ranked is new to them.
    """
    told = told_points(one)
    terms = sorted(told.items(), key=lambda pair: -abs(pair[1]))
    parts = [f"{with_sign(value)} by {SHORT_TERMS[name]}" for name, value in terms]
    most = [words for name, words in MOSTLY.items() if told.get(name, 0.0) > sum(map(abs, told.values())) / 2]
    why = f", mostly {most[0]}" if shown and most and len(parts) > 1 else ""
    new = "" if had else " products new to them"
    whole = f"It is at place {one.rank:,} of {one.of:,}{new}"
    points = f"{told_sum(one)}{' of 100' if one.points > 0 else ''} points (100: the first of the list)"
    if len(parts) > 1:
        sentences = [f"{whole}{why}: {points}, {', '.join(parts)}."]
    else:
        sentences = [f"{whole} with {points}, all by {SHORT_TERMS[terms[0][0]]}."]
    if BUYERS in one.terms:
        sentences.append("Everybody is shown the same: no purchase of this user has anything to do with it.")
    return " ".join(sentences)


def heading(whole: float) -> str:
    """What the bars of the purchases show, with the points by all of them (``whole``: `by_purchases`)."""
    if with_sign(whole) == "0":
        return "Which purchases speak for it, and which against"
    return f"Which purchases {'bring it' if whole > 0 else 'hold it back'}: {with_sign(whole)} points"


def reasons(found: Attribution, whole: float, finer: Attribution | None = None) -> str:
    """Which group of purchases says most for the item, and which most against it.

    Args:
        whole: the points by all purchases (`by_purchases`).
        finer: the same of the groups' parts: then the largest part of what says most for it is named, too.
    """
    one, nouns = sum_up(found, whole), found.groups.level.noun
    told = list(zip(found.order.tolist(), one.shown, strict=True))
    parts = []
    if told and told[0][1] > 0:
        name, most = found.groups.names[told[0][0]], told[0][1]
        if max(map(abs, one.shown)) < DECIDES * one.whole:
            parts.append(
                f"No single {nouns()} decides: the largest, “{name}”, gives {fixed(most, 1)} of {fixed(whole, 1)}"
            )
        else:
            part = "" if finer is None else _largest_part(found.groups.members[told[0][0]], name, finer)
            parts.append(f"“{name}” says most for it ({with_sign(most)}){part}")
    if told and told[-1][1] < 0:
        begin = "" if parts else f"No {nouns()} says much for it; "
        parts.append(f"{begin}“{found.groups.names[told[-1][0]]}” says most against it ({with_sign(told[-1][1])})")
    if parts and one.others * one.whole > 0 and abs(one.others) > abs(one.whole) / 2:
        parts.append(f"spread thinly: {with_sign(one.others)} by {one.n_others:,} other {nouns(one.n_others)}")
    return f"{'; '.join(parts)}." if parts else f"No {nouns()} matters by itself."


def _largest_part(members: np.ndarray, name: str, finer: Attribution) -> str:
    """The group of ``finer`` within ``members`` that says most for the item, to stand behind what they say together;
    "" where there is no other than themselves, or it says nothing."""
    inside = [place for place, some in enumerate(finer.groups.members) if np.isin(some, members).all()]
    best = max(inside, key=lambda place: finer.points[place], default=None)
    if best is None or len(inside) < 2 or finer.groups.names[best] == name or finer.points[best] < SEEN:
        return ""
    return f", above all “{finer.groups.names[best]}” ({with_sign(finer.points[best])})"


def adding(found: Attribution) -> str:
    """How to read the bars in one line."""
    values = "Shapley values, sampled, so the bars add up" if found.sampled else "Shapley values, so the bars add up"
    values = values if found.exact else "The bars add up"
    several = found.groups.level is not Level.ITEM and len(found.order)
    brackets = " In brackets: how many products they bought." if several else ""
    left = " Bars to the left speak against it." if (found.points[found.order] < 0).any() else ""
    return f"{values}.{left}{brackets}"


def comparison(found: Mapping[str, RankBreakdown], labels: Mapping[str, str]) -> str:
    """Which variant puts the item highest and which lowest, and the term whose places tell the two apart: points are of
    each variant's own scale."""
    if len(found) < 2:
        return ""
    best, worst = (choose(found, key=lambda name: found[name].rank) for choose in (min, max))
    high, low = found[best], found[worst]
    if high.rank == low.rank:
        return f"All of these variants put it at place {high.rank:,}."
    tops = [labels[name] for name, one in found.items() if one.rank == high.rank]
    put = "puts" if len(tops) == 1 else "put"
    highest, lowest = f"{listed(tops)} {put} it highest (place {high.rank:,})", f"puts it lowest (place {low.rank:,})"
    places = f"{highest}; {labels[worst]} {lowest}"
    by = max(high.rank_by, key=lambda name: _rank_by(low, name) / high.rank_by[name])
    if high.rank_by[by] >= _rank_by(low, by):
        return f"{places}."
    if by not in low.terms:
        return f"{highest}; {labels[worst]}, which ignores {SHORT_TERMS[by]}, {lowest}."
    if len(high.terms) == len(low.terms) == 1:
        return f"{places}."
    return f"{places}. By {SHORT_TERMS[by]} alone the places would be {high.rank_by[by]:,} and {low.rank_by[by]:,}."


def _rank_by(one: RankBreakdown, term: str) -> float:
    """The place by a term alone; in the middle where the variant ignores it."""
    return one.rank_by.get(term, (one.of + 1) / 2)


def buying_again(repeat: Repeat) -> str:
    """What a score gets for an item that the person had: the two coefficients of the repeat-consumption bias."""
    if not repeat.slope:
        return f"Whatever they had before gets {_signed(repeat.constant)} to its score."
    counted = f"an event counts half after {repeat.half_life:g} days" if repeat.half_life else "every event counts"
    return (
        f"What they had before gets {_signed(repeat.constant)} {_signed(repeat.slope)} x log(how often) to its "
        f"score, where {counted}."
    )


def _signed(value: float) -> str:
    return f"{'+' if value >= 0 else '−'}{abs(value):.2f}"


def firm(found: Attribution) -> bool:
    """Whether the order of exact reasons is known to be the same however they are sampled."""
    return found.exact and (not found.sampled or found.stability >= SURE)


def stability(found: Attribution) -> str:
    """Whether the order of the first reasons would be the same, were the history cut and sampled otherwise."""
    if not found.exact:
        return "A first estimate, from one pass; the exact bars follow."
    if not found.sampled:
        return "The order of these reasons is firm: nothing was sampled."
    sure = found.stability
    if not np.isfinite(sure):
        return "There are too few reasons to tell whether their order is firm."
    scale = f"(rank correlation {fixed(sure)}; 1: the same order)"
    if sure >= SURE:
        return f"The order of these reasons is firm: counted over again, it is nearly the same {scale}."
    return f"The order of these reasons is not firm: counted over again, it is another one {scale}."


def listed(labels: Sequence[str]) -> str:
    """ "A, B and C"."""
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"
