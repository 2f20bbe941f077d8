"""Why an item is shown, or is not, in sentences computed from what `learn.explore.lists` found; plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from learn.explore.lists.attribution import Attribution, Sum
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


def reasons(found: Attribution, whole: float) -> str:
    """What the purchases give the item together, which of them gives most alone, and which takes most away.

    Args:
        whole: the points by all purchases (`by_purchases`).
    """
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


def _alone(found: Attribution, places: Sequence[int], verb: str) -> str:
    if not places:
        return ""
    return f"“{found.groups.names[places[0]]}” {verb} most ({with_sign(found.points[places[0]])})"


def adding(found: Attribution, one: Sum) -> str:
    """How the bars add up to what all purchases give; of an estimate they do not."""
    if not found.exact or not one.shared:
        return ""
    what = "kind of product" if found.groups.level is Level.KIND else "product"
    return (
        f"Each bar leaves out one {what}, and takes away what no other says too. What several say alike shows only "
        "when they are left out together."
    )


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
    one, other = with_sign(told_points(high)[by]), with_sign(told_points(low).get(by, 0.0))
    tops = [labels[name] for name, one in found.items() if one.rank == high.rank]
    put = "puts" if len(tops) == 1 else "put"
    return (
        f"{listed(tops)} {put} it highest, at place {high.rank:,}; {labels[worst]} lowest, at place {low.rank:,}. "
        f"The difference is mostly {SHORT_TERMS[by]}: {one} points against {other}."
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
