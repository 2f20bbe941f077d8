"""Why an item is shown, or is not, in sentences computed from what `learn.explore.lists` found; plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from learn.explore.lists.attribution import Attribution, Sum, sum_up
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

SCALE = "0 is an average product for this person, 100 the first of their list, under each variant."

SURE = 0.8


def question(title: str, person: str, label: str, shown: bool) -> str:
    """What the page answers."""
    verb = f"Why does {label} show" if shown else f"Why does {label} not show"
    return f"{verb} “{title}” to person {person}?"


def told_points(one: RankBreakdown) -> dict[str, float]:
    """Term -> its points with one digit after the point, so that they add up to those that are told of the item."""
    return dict(zip(one.term_points, adding_up(list(one.term_points.values())), strict=True))


def by_purchases(one: RankBreakdown) -> float:
    """The points, as they are told, that an item has by all purchases together: without any of them it has 0."""
    return sum(value for name, value in told_points(one).items() if name in OF_PURCHASES)


def answer(one: RankBreakdown) -> str:
    """Where the item stands, what the points mean, and which term brings it there; `reasons` says which purchases."""
    told = told_points(one)
    terms = sorted(told.items(), key=lambda pair: -abs(pair[1]))
    parts = [f"{with_sign(value)} by {SHORT_TERMS[name]}" for name, value in terms]
    points = f"{fixed(sum(told.values()), 1)} points (an average product: 0, the first: 100)"
    whole = f"It is at place {one.rank:,} of {one.of:,}, with {points}"
    sentences = [f"{whole}: {', '.join(parts)}." if len(parts) > 1 else f"{whole}, all by {SHORT_TERMS[terms[0][0]]}."]
    if BUYERS in one.terms:
        sentences.append("Everybody is shown the same: no purchase of this person has anything to do with it.")
    return " ".join(sentences)


def reasons(found: Attribution, whole: float, wider: Attribution | None = None) -> str:
    """What the purchases give the item together, whether that is what several say alike, and who gives or takes most.

    Args:
        whole: the points by all purchases (`by_purchases`).
        wider: of larger groups, those that weigh more than any single one (`attribution.carrying`).
    """
    one = sum_up(found, whole)
    if found.exact and one.mostly_shared:
        told = f"{_shared(one, found.groups.level)} {_single(found, one.whole)}"
        return told if wider is None or not len(wider.points) else f"{told} {_of_wider(wider)}"
    order = found.order
    best, worst = (
        [place for place in one if sign * found.points[place] >= 0.05][:1]
        for one, sign in ((order, 1), (order[::-1], -1))
    )
    together = f"Their purchases give it {with_sign(whole)} points together"
    if not best and not worst:
        return f"{together}; alone, none of them gives or takes anything."
    gives, takes = (_alone(found, places, verb) for places, verb in ((best, "gives"), (worst, "takes")))
    return f"{together}; alone, {', '.join(filter(None, (gives or 'none gives anything', takes)))}."


def _shared(one: Sum, level: Level) -> str:
    """How much of the sum is what several groups say together."""
    several = f"several {_noun(level)}s say together ({with_sign(one.shared)})"
    share = one.shared / one.whole
    if share > 1.1:
        rest = with_sign(round(one.whole - one.shared, 1))
        return f"Their purchases give it {with_sign(one.whole)} points: what {several}, and {rest} of each alone."
    part = "Nearly all" if share >= 0.9 else "Most"
    return f"{part} of the {with_sign(one.whole)} points of their purchases is what {several}."


def _single(found: Attribution, whole: float) -> str:
    """How far single groups matter: by name where one has a tenth of the whole."""
    low, high = float(found.points.min()), float(found.points.max())
    noun = _noun(found.groups.level)
    if max(-low, high) < 0.05:
        return f"No single {noun} gives or takes anything."
    if max(-low, high) < abs(whole) / 10:
        return f"No single {noun} matters much: from {with_sign(high)} to {with_sign(low)}."
    place = int(np.argmax(np.abs(found.points)))
    return f"Alone, {_alone(found, [place], 'gives' if found.points[place] > 0 else 'takes')}."


def _of_wider(wider: Attribution) -> str:
    """The heaviest of larger groups: "All of “Grocery” (198 products) gives +14.7"."""
    place = int(np.argmax(np.abs(wider.points)))
    verb = "gives" if wider.points[place] > 0 else "takes"
    count, name = len(wider.groups.members[place]), wider.groups.names[place]
    return f"All of “{name}” together ({count:,} products) {verb} {with_sign(wider.points[place])}."


def _noun(level: Level) -> str:
    return "kind" if level is Level.KIND else "product"


def _alone(found: Attribution, places: Sequence[int], verb: str) -> str:
    if not places:
        return ""
    return f"“{found.groups.names[places[0]]}” {verb} most ({with_sign(found.points[places[0]])})"


def adding(found: Attribution, one: Sum) -> str:
    """How to read the bars, where they add up by what several say together; an estimate's do not."""
    if not found.exact or not one.shared:
        return ""
    noun = _noun(found.groups.level)
    counts = [len(found.groups.members[place]) for place in found.order]
    several = next((count for count in counts if count > 1), 0)
    brackets = f" ({several}): products of it that they had." if several else ""
    return f"A bar: how many points the product loses without that {noun}.{brackets}"


def comparison(found: Mapping[str, RankBreakdown], labels: Mapping[str, str]) -> str:
    """Which variant puts the item highest and which lowest, and the term that tells the two apart."""
    if len(found) < 2:
        return ""
    best, worst = (choose(found, key=lambda name: found[name].rank) for choose in (min, max))
    high, low = found[best], found[worst]
    if high.rank == low.rank:
        return f"All of these variants put it at place {high.rank:,}."
    gaps = {name: high.term_points.get(name, 0.0) - low.term_points.get(name, 0.0) for name in high.term_points}
    by = max(gaps, key=lambda name: gaps[name])
    one = f"{with_sign(told_points(high)[by])} of the points under {labels[best]}"
    other = f"{with_sign(told_points(low)[by])} of those" if by in low.terms else "no part of the score"
    tops = [labels[name] for name, one in found.items() if one.rank == high.rank]
    put = "puts" if len(tops) == 1 else "put"
    return (
        f"{listed(tops)} {put} it highest, at place {high.rank:,}; {labels[worst]} lowest, at place {low.rank:,}. "
        f"Mostly by {SHORT_TERMS[by]}: {one}, {other} under {labels[worst]}."
    )


def buying_again(repeat: Repeat) -> str:
    """What a score gets for an item that the person had: the two coefficients of the repeat-consumption bias."""
    if not repeat.slope:
        return f"Whatever the person had before gets {_signed(repeat.constant)} to its score."
    counted = f"an event counts half after {repeat.half_life:g} days" if repeat.half_life else "every event counts"
    return (
        f"What the person had before gets {_signed(repeat.constant)} {_signed(repeat.slope)} x log(how often) to its "
        f"score, where {counted}."
    )


def _signed(value: float) -> str:
    return f"{'+' if value >= 0 else '−'}{abs(value):.2f}"


def firm(found: Attribution) -> bool:
    """Whether the order of exact reasons is known to be the same however the history is cut."""
    return found.exact and (found.n_chunks == 1 or found.stability >= SURE)


def stability(found: Attribution) -> str:
    """Whether the order of the first reasons would be the same, were the history cut otherwise for reading."""
    if not found.exact:
        return "A first estimate, from one pass; the exact bars follow."
    if found.n_chunks == 1:
        return "The order of these reasons is firm: the whole history is read at once."
    sure, parts = found.stability, f"This history is long and is read in {found.n_chunks} parts"
    if not np.isfinite(sure):
        return f"{parts}; there are too few reasons to tell whether their order is firm."
    scale = f"(rank correlation {fixed(sure)}; 1: the same order)"
    if sure >= SURE:
        return f"The order of these reasons is firm. {parts}: cut elsewhere, it gives nearly the same order {scale}."
    return f"The order of these reasons is not firm. {parts}: cut elsewhere, it gives another order {scale}."


def listed(labels: Sequence[str]) -> str:
    """ "A, B and C"."""
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"
