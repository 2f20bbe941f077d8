"""Why an item is shown, or is not, in sentences computed from what `learn.explore.lists` found; plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from learn.explore.catalogue import Catalogue
from learn.explore.lists.attribution import Attribution
from learn.explore.lists.numbers import fixed, short, signed
from learn.explore.lists.score_terms import (
    BUYERS,
    POPULARITY_BIAS,
    REPEAT_BIAS,
    SIMILARITY,
    TEXTS,
    TOGETHER,
    RankBreakdown,
)
from learn.explore.lists.why_not import HISTORY, WhyNot
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


def answer(one: RankBreakdown) -> str:
    """Where the item stands, and which term brings it there; `reasons` says which purchases."""
    terms = sorted(one.term_points.items(), key=lambda pair: -abs(pair[1]))
    parts = [f"{signed(value)} by {SHORT_TERMS[name]}" for name, value in terms]
    whole = f"It is at place {one.rank:,} of {one.of:,}, with {short(one.points)} of 100 points"
    sentences = [f"{whole}: {', '.join(parts)}." if len(parts) > 1 else f"{whole}, all by {SHORT_TERMS[terms[0][0]]}."]
    if BUYERS in one.terms:
        sentences.append("Everybody is shown the same: no purchase of this person has anything to do with it.")
    return " ".join(sentences)


def reasons(found: Attribution) -> str:
    """Which purchases speak for the item most, and which against it."""
    best = [place for place in found.order if found.points[place] > 0][:2]
    worst = [place for place in found.order[::-1] if found.points[place] < 0][:1]
    if not best:
        return "None of their purchases speaks for it."
    said = " and ".join(f"“{found.groups.names[place]}” ({signed(found.points[place])})" for place in best)
    against = f"; “{found.groups.names[worst[0]]}” against it ({signed(found.points[worst[0]])})" if worst else ""
    return f"Of their purchases {said} {'speak' if len(best) > 1 else 'speaks'} for it most{against}."


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
    one, other = signed(high.term_points[by]), signed(low.term_points.get(by, 0.0))
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
    scale = f"({fixed(sure)} of 1)"
    if sure >= SURE:
        return (
            f"The order of these reasons is firm. {parts}: cut at other points, it gives nearly the same order {scale}."
        )
    return f"The order of these reasons is not firm. {parts}: cut at other points, it gives another order {scale}."


def listed(labels: Sequence[str]) -> str:
    """ "A, B and C"."""
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"


def why_not_sentence(label: str, found: WhyNot, catalogue: Catalogue) -> str:
    """One variant's answer to "why not this item?"."""
    if found.shown:
        return f"{label} does show it, at place {found.breakdown.rank:,}."
    if found.held_back_by == HISTORY:
        return (
            f"{label}: they had it before, and what they had is left out. Were it not, it would be at place "
            f"{found.rank_if_not_hidden:,} of all."
        )
    ahead = sorted(((value, name) for name, value in found.gap.items()), reverse=True)
    parts = " and ".join(f"{signed(value)} by {SHORT_TERMS[name]}" for value, name in ahead if abs(value) >= 0.05)
    total = sum(found.gap.values())
    start = f"{label}: place {found.breakdown.rank:,}. The product at place {found.k} is {short(total)} points ahead"
    return f"{start} ({parts}). {_what_would_bring(found, catalogue)}" if parts else f"{start}."


def nearest_miss(found: Mapping[str, WhyNot], labels: Mapping[str, str]) -> str:
    """Under which variant an item that none of ``found`` shows comes nearest to being shown, and what it lacks there.

    Args:
        found: Run name -> its answer, with a gap.
    """
    if not found:
        return ""
    name = min(found, key=lambda one: found[one].breakdown.rank)
    gap, place = found[name].gap, found[name].breakdown.rank
    words = f"Nearest to being shown under {labels[name]}, at place {place:,}"
    lack = max(gap, key=lambda term: gap[term], default=None)
    if lack is None or gap[lack] <= 0:
        return f"{words}."
    return f"{words}; most is missing by {SHORT_TERMS[lack]}: {short(gap[lack])} points."


def _what_would_bring(found: WhyNot, catalogue: Catalogue) -> str:
    if found.rank_with is None:
        return ""
    if found.added is None:
        return (
            f"Even three of the {found.tried} products most like it, bought now, would bring it only to place "
            f"{found.rank_with:,}."
        )
    titles = ", ".join(f"“{catalogue.titles[item]}”" for item in found.added)
    return f"Bought now, {titles} would bring it to place {found.rank_with:,}."
