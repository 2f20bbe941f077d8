"""What is said of one item under several variants: a verdict, and which variant takes it for what."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from learn.explore.catalogue import NO_CATEGORY, Catalogue
from learn.explore.lists.audience import SEEN
from learn.explore.lists.by_chance import middle_by_chance, rounded, shown_by_chance
from learn.explore.lists.newcomer import FIRST, Answer, taken_for
from learn.explore.lists.newcomer_head import later_buyers
from learn.explore.lists.why_words import listed

SAME = 1e-6
"""Cosines that differ by less are the same but for rounding."""
CLEAR = 0.1
"""A median place that differs by less than this share is about the same."""
HIGH = 0.1
"""A median place up to this share of what chance gives is near the top."""


def verdict(answers: Mapping[str, Answer], length: np.ndarray) -> str:
    """One sentence: which variants (label -> `Answer`) bring the item into the `FIRST` of how many people, the most
    first, and which into nobody's; and one of what chance gives.

    Args:
        length: [U] how long each one's whole list is (`new_to_each`).
    """
    asked = max(int((one.audience.reach > 0).sum()) for one in answers.values())
    if not asked:
        return "Nobody has a history to go by."
    said = _by_variant({label: one.audience.seen_by(FIRST) for label, one in answers.items()}, asked)
    chance = max(_chance(one, length) for one in answers.values())
    return f"{said}. By chance: {rounded(chance)}." if 0 < chance < asked else f"{said}."


def recognised(
    answers: Mapping[str, Answer], catalogue: Catalogue, item: int | None = None, untrained: Collection[str] = ()
) -> str:
    """One sentence: as what the variants (label -> `Answer`) recognise the item, or take it for; "" where they take it
    for several kinds of products, none of them its own (`what_it_is`), or the catalogue has none.

    Args:
        item: its index, where it is one of the catalogue: then it is known what it is.
        untrained: labels of those that were not trained: they are the untrained text, not a variant.
    """
    kinds = by_kind(answers, catalogue)
    own = {} if item is None else {catalogue.categories[item], catalogue.finer[item]}
    right = [kind for kind in kinds if kind in own]
    if right:
        return f"Recognised as {right[0]} by {_who(kinds[right[0]], list(answers), untrained)}."
    if len(kinds) == 1:
        kind, labels = next(iter(kinds.items()))
        return f"Taken for {kind} by {_who(labels, list(answers), untrained)}."
    return ""


def _by_variant(counts: Mapping[str, int], asked: int) -> str:
    """ "(b) brings it into the first 100 for 9 of 20 people, (a) for 4; (c) for nobody": the most first."""
    groups: dict[int, list[str]] = {}
    for label, count in sorted(counts.items(), key=lambda one: -one[1]):
        groups.setdefault(count, []).append(label)
    (most, first), *rest = groups.items()
    if not most:
        what = f"it into anybody's first {FIRST:,}: none of {asked:,} {'people' if asked > 1 else 'person'}"
        return f"{first[0]} does not bring {what}" if len(first) == 1 else f"None of these variants brings {what}"
    each = "" if len(first) == 1 else " each"
    people = f"{most:,} of {asked:,} {'people' if asked > 1 else 'person'}{each}"
    told = f"{listed(first)} {'brings' if len(first) == 1 else 'bring'} it into the first {FIRST:,} for {people}"
    more = [f"{listed(labels)} for {count:,}{'' if len(labels) == 1 else ' each'}" for count, labels in rest if count]
    none = f"; {listed(groups[0])} for nobody" if 0 in groups else ""
    return ", ".join([told, *more]) + none


def typical_place(
    answers: Mapping[str, Answer], length: np.ndarray, ranks: Mapping[str, np.ndarray], untrained: Collection[str] = ()
) -> str:
    """One sentence: where the item stands in a typical list, and for its later buyers; "" where lists are so short that
    it tells nothing.

    Args:
        answers: label -> `Answer`; length: as in `verdict`; untrained: as in `recognised`.
        ranks: label -> [n] its places in the lists of those who got it later, of the same people; may be empty.
    """
    asked = {label: one.audience.reach > 0 for label, one in answers.items()}
    if not all(some.any() and length[some].max() > FIRST for some in asked.values()):
        return ""
    middle = {label: float(np.median(one.audience.reach[asked[label]])) for label, one in answers.items()}
    groups: dict[str, list[str]] = {TOP: [], ABOVE: [], ABOUT: [], BELOW: []}
    for label in answers:
        share = middle[label] / middle_by_chance(length[asked[label]])
        where = TOP if share <= HIGH else ABOVE if share < 1 - CLEAR else ABOUT if share <= 1 + CLEAR else BELOW
        groups[where].append(label)
    variants, parts = [label for label in answers if label not in untrained], []
    whom = later_buyers(max(map(len, ranks.values()), default=0))
    for where, labels in groups.items():
        if not labels:
            continue
        said = f"{_all_or(labels, variants)} {'places' if len(labels) == 1 else 'place'} it {where}"
        higher = [
            one for one in labels if len(ranks.get(one, ())) and np.median(ranks[one]) < (1 - CLEAR) * middle[one]
        ]
        if higher:
            who = "" if len(higher) == len(labels) else f"{listed(higher)} "
            said += f", {who}higher{' still' if where in (TOP, ABOVE) else ''} for {whom}"
            whom = "them, too"
        far = not any(answers[label].audience.seen_by(SEEN) for label in labels)
        parts.append(said + (f", yet in nobody's first {SEEN:,}" if far and where != BELOW else ""))
    return f"In a typical list {'; '.join(parts)}."


TOP, ABOVE, ABOUT, BELOW = (
    "near the top",
    "above the middle",
    "about in the middle",
    "below the middle",
)


def _all_or(labels: Sequence[str], variants: Sequence[str]) -> str:
    """ "all 3 variants and w/o Align": ``labels``, and in one word those that are all ``variants``."""
    if len(variants) < 2 or not set(variants) <= set(labels):
        return listed(labels)
    every = "both variants" if len(variants) == 2 else f"all {len(variants)} variants"
    return listed([every, *(label for label in labels if label not in variants)])


def _chance(one: Answer, length: np.ndarray) -> float:
    """How many people would have a randomly placed item in their `FIRST`."""
    return shown_by_chance(length[one.audience.reach > 0], FIRST)


def _who(labels: Sequence[str], every: Sequence[str], untrained: Collection[str]) -> str:
    """ "all 3 variants and w/o Align, the untrained text": those of ``every`` label that ``labels`` are."""
    variants = [label for label in every if label not in untrained]
    own = [label for label in labels if label in variants]
    n, told = len(variants), []
    if own:
        told = [variants[0] if n == 1 else f"{'both' if n == 2 else f'all {n}'} variants"]
        if len(own) < n:
            told = [f"{len(own)} of {n} variants"]
    told += [f"{label}, the untrained text" for label in labels if label in untrained]
    return listed(told)


def by_kind(answers: Mapping[str, Answer], catalogue: Catalogue) -> dict[str, list[str]]:
    """What the item is taken for -> the labels of the variants that take it for that."""
    found: dict[str, list[str]] = {}
    for label, one in answers.items():
        found.setdefault(taken_for(one.beside, catalogue), []).append(label)
    return {kind: labels for kind, labels in found.items() if kind not in ("", NO_CATEGORY)}


def what_it_is(answers: Mapping[str, Answer], catalogue: Catalogue) -> str:
    """One line: which variant (label -> `Answer`) takes the item for what; "" where they agree (`recognised`)."""
    if not any(len(one.beside.items) for one in answers.values()):
        return "Nothing: there is no product that it could stand beside."
    kinds = by_kind(answers, catalogue)
    told = "; ".join(f"{kind} under {listed(labels)}" for kind, labels in kinds.items())
    return f"{told}." if len(kinds) > 1 else ""


SHARED = "Same item vectors as"


def shared_vectors(answers: Mapping[str, Answer]) -> dict[str, str]:
    """Label -> "Same item vectors as w/o Align", of variants whose item space a later one of ``answers`` has, too: the
    two are one opinion of what an item is."""
    groups = (labels for labels in one_space(answers) if len(labels) > 1)
    return {label: f"{SHARED} {labels[-1]}" for labels in groups for label in labels[:-1]}


def one_space(answers: Mapping[str, Answer]) -> list[list[str]]:
    """The labels of the variants, those together under which the item stands beside the same products at the same
    cosines: they place items in one and the same space."""
    groups: list[list[str]] = []
    for label, one in answers.items():
        own = next((labels for labels in groups if _same(answers[labels[0]], one)), None)
        groups.append([label]) if own is None else own.append(label)
    return groups


def _same(one: Answer, other: Answer) -> bool:
    return np.array_equal(one.beside.items, other.beside.items) and np.allclose(
        one.beside.scores, other.beside.scores, rtol=0, atol=SAME
    )
