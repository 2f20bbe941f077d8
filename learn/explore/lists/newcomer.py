"""One item under several variants, and what to say of it in a sentence: what they take it for, who would see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from learn.data.sequences import Sequences
from learn.evaluation.better import FEW_USERS
from learn.explore.catalogue import Catalogue
from learn.explore.lists.audience import SEEN, Audience, audience
from learn.explore.lists.why_words import listed
from learn.runs.recommender import Recommender
from learn.runs.suggestions import Suggestions

FIRST = 100
"""How long the lists are that people look through."""


@dataclass(frozen=True)
class Answer:
    """What one variant makes of an item.

    Attributes:
        beside: the nearest items that somebody had in training, by cosine in the variant's item space.
        audience: the people who would see it earliest.
    """

    beside: Suggestions
    audience: Audience


@dataclass(frozen=True)
class Change:
    """An answer against the one before the item's text was changed.

    Attributes:
        new: item indices that it stands beside now, and did not before.
        best: the earliest place in anybody's list, before and now.
        first: how many people have it among their `FIRST`, before and now.
    """

    new: frozenset[int]
    best: tuple[int, int]
    first: tuple[int, int]


def answer(
    recommender: Recommender,
    vector: np.ndarray,
    history: Sequences,
    warm: np.ndarray,
    neighbours: int,
    people: int,
    item: int | None = None,
) -> Answer:
    """The `Answer` for an item's ``vector`` ([d]).

    Args:
        history: of every user.
        warm: [N] bool, the items that somebody had in training.
        neighbours, people: how many.
        item: its index, where it is one of the catalogue.
    """
    return Answer(
        recommender.neighbours(vector, neighbours, warm), audience(recommender, vector, history, people, item)
    )


def change(before: Answer, after: Answer) -> Change:
    """What became of an `Answer` when the item's text changed."""
    fresh = frozenset(after.beside.items.tolist()) - frozenset(before.beside.items.tolist())
    best = tuple(int(one.audience.ranks[0]) if len(one.audience.ranks) else 0 for one in (before, after))
    first = (before.audience.seen_by(FIRST), after.audience.seen_by(FIRST))
    return Change(fresh, (best[0], best[1]), first)


def taken_for(beside: Suggestions, catalogue: Catalogue) -> str:
    """The finest category that most of the nearest items have; of equally many the one with the nearer item."""
    names = [catalogue.finer[item] or catalogue.categories[item] for item in beside.items]
    return Counter(names).most_common(1)[0][0] if names else ""


def what_it_is(answers: Mapping[str, Answer], catalogue: Catalogue) -> str:
    """One sentence: what the variants (label -> `Answer`) take the item for, and which takes it for what; where all
    agree, how alike the products are that it stands beside."""
    by_kind: dict[str, list[str]] = {}
    for label, one in answers.items():
        by_kind.setdefault(taken_for(one.beside, catalogue), []).append(label)
    by_kind.pop("", None)
    if not by_kind:
        return "Nothing: there is no product that it could stand beside."
    if len(by_kind) == 1 and len(answers) > 1:
        kind = next(iter(by_kind))
        words = f"{kind}{_of_category(kind, answers, catalogue)}, under all {len(answers)} variants"
        return f"{words}{_beside_all(answers, catalogue)}."
    return "; ".join(f"{kind} under {listed(labels)}" for kind, labels in by_kind.items()) + "."


def _of_category(kind: str, answers: Mapping[str, Answer], catalogue: Catalogue) -> str:
    """ " (Nutrition)" of a finer category of it; "" where ``kind`` is a category itself, or is one of several."""
    items = np.unique(np.concatenate([one.beside.items for one in answers.values()]))
    found = {str(name) for name in catalogue.categories[items[catalogue.finer[items] == kind]]}
    return f" ({found.pop()})" if len(found) == 1 and kind not in found else ""


def _beside_all(answers: Mapping[str, Answer], catalogue: Catalogue) -> str:
    lists = [one.beside.items.tolist() for one in answers.values()]
    length, same = max(map(len, lists)), len(set.intersection(*map(set, lists)))
    if {len(one) for one in lists} == {same}:
        return f": beside the same {same} products" if same > 1 else f": beside “{catalogue.titles[lists[0][0]]}”"
    alike = f"{same or 'none'} of {length} neighbours {'is' if same == 1 else 'are'} the same"
    if len({one[0] for one in lists if one}) == 1:
        return f": “{catalogue.titles[lists[0][0]]}” is nearest under each, {alike}"
    return f": {alike}"


def who_would_see_it(answers: Mapping[str, Answer]) -> str:
    """One or two sentences: how many people at best (label -> `Answer`) meet the item, under which variant, where it
    stands highest, and where nobody meets it."""
    seen = {label: one.audience for label, one in answers.items() if one.audience.seen_by(SEEN)}
    hidden = [label for label in answers if label not in seen]
    if not seen:
        return f"Nobody: it is in nobody's first {SEEN:,}, under any of these variants."
    length = FIRST if any(one.seen_by(FIRST) for one in seen.values()) else SEEN
    best = max(seen, key=lambda label: (seen[label].seen_by(length), -seen[label].ranks[0]))
    found, highest = seen[best], min(seen, key=lambda label: seen[label].ranks[0])
    n, asked = found.seen_by(length), int((found.reach > 0).sum())
    have = f"{n:,} of {asked:,} {'has' if n == 1 else 'have'} it in their first {length:,}"
    at_best = f"at best {have} ({best})" if len(answers) > 1 else have
    text = f"{_how_many(n / asked)}: {at_best}"
    if length > FIRST:
        text = f"Nobody in their first {FIRST:,}; {at_best}"
    if seen[highest].ranks[0] < found.ranks[0]:
        text += f". It stands highest under {highest}: at place {seen[highest].ranks[0]:,} of somebody's list"
    else:
        text += f", the first of them at place {found.ranks[0]:,}"
    return text + (f". Under {listed(hidden)} it is in nobody's first {SEEN:,}." if hidden else ".")


def _how_many(share: float) -> str:
    bounds = ((0.01, "Almost nobody"), (0.1, "Few people"), (0.5, "Many people"))
    return next((words for bound, words in bounds if share < bound), "Most people")


NARROW, NEAR = 0.05, 2.0
"""Places are alike that lie within so much of a whole list, the last at most so many times as far down as the first:
among the first places of a list a small step is much."""


def alike_for_all(answers: Mapping[str, Answer], n_items: int) -> str:
    """One sentence for the variants (label -> `Answer`) under which the item's place hardly depends on the person.

    They are those whose middle nine tenths of places lie within `NARROW` of the ``n_items`` of a whole list, and the
    last of them no more than `NEAR` times as far down as the first; "" where there is none, or fewer than `FEW_USERS`
    people are asked.
    """
    found = {}
    for label, one in answers.items():
        places = one.audience.reach[one.audience.reach > 0]
        if len(places) < FEW_USERS:
            continue
        low, high = np.percentile(places, [5, 95], method="nearest")
        if high - low <= NARROW * n_items and high <= NEAR * low:
            found[label] = (int(low), int(high))
    if not found:
        return ""
    where = [f"{low:,} to {high:,}" for low, high in found.values()]
    verb = "places" if len(found) == 1 else "place"
    return f"{listed(list(found))} {verb} it alike for everybody: for nine in ten at {listed(where)}."


def reach(one: Audience) -> str:
    """One line: in how many people's lists the item stands high."""
    if not one.seen_by(SEEN):
        return f"in nobody's first {SEEN:,}"
    people = [(one.seen_by(first), first) for first in (FIRST, SEEN) if one.seen_by(first)]
    (n, first), *more = people
    who = "1 person has" if n == 1 else f"{n:,} people have"
    return f"{who} it in their first {first:,}" + "".join(f", {n:,} in their first {first:,}" for n, first in more)


def what_changed(changes: Mapping[str, Change], neighbours: int) -> str:
    """One sentence: where (label -> `Change`) another text changed most."""
    most = max(changes, key=lambda label: len(changes[label].new))
    if not any(one.new for one in changes.values()):
        return "It still stands beside the same items under every variant."
    one = changes[most]
    text = f"The new text matters most under {most}: {len(one.new)} of the {neighbours} items beside it are others"
    if one.best[0] != one.best[1]:
        text += f", and its best place in anybody's list went from {one.best[0]:,} to {one.best[1]:,}"
    same = [label for label, other in changes.items() if not other.new]
    return text + (f"; {listed(same)} {'keeps' if len(same) == 1 else 'keep'} all of them." if same else ".")
