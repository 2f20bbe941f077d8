"""One item under several variants: what they take it for, who would see it, and what another text changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from learn.data.sequences import Sequences
from learn.explore.catalogue import Catalogue
from learn.explore.lists.audience import Audience, audience
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
