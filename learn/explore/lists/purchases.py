"""A history in groups of purchases, and the ways in which a long history can be cut for reading."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from learn.explore.catalogue import Catalogue
from learn.explore.lists.attention_weights import distinct_items
from learn.pal.infer import chunks
from learn.runs.recommender import Recommender

LEAST_GROUPS = 4
"""With fewer kinds of product than this a history is not told apart by kinds."""


class Level(StrEnum):
    """What is left out at once."""

    ITEM = "item"
    """Every purchase of one item."""
    KIND = "kind"
    """Every purchase of one finer category; where the catalogue has none, of one category."""
    CATEGORY = "category"
    """Every purchase of one category."""

    def noun(self, count: int = 1) -> str:
        """What so many groups of it are called."""
        one, many = NOUNS[self]
        return one if count == 1 else many


NOUNS = {
    Level.ITEM: ("product", "products"),
    Level.KIND: ("kind", "kinds"),
    Level.CATEGORY: ("category", "categories"),
}


@dataclass(frozen=True)
class Groups:
    """The distinct items of a history in groups.

    Attributes:
        level: what a group is.
        names: [n] what each is called: its kind, or its item's title.
        members: n arrays of item indices.
    """

    level: Level
    names: list[str]
    members: list[np.ndarray]

    def told(self, place: int) -> str:
        """The group at ``place`` as a figure names it: "Cheese (3)" of three products; a product by its title."""
        return self.names[place] if self.level is Level.ITEM else f"{self.names[place]} ({len(self.members[place])})"

    def sums(self, items: np.ndarray, values: np.ndarray) -> np.ndarray:
        """[n] the sum of ``values`` ([len(items)], one an item) over each group."""
        by_item = dict(zip(items.tolist(), values.tolist(), strict=True))
        return np.array([sum(by_item[item] for item in group.tolist()) for group in self.members])


def group_purchases(history: np.ndarray, catalogue: Catalogue, level: Level) -> Groups:
    """The `Groups` of ``history`` ([H] item indices, oldest first).

    Kinds of one name are told apart by their category. Where the history has fewer than `LEAST_GROUPS` kinds they would
    say little, and every item is a group.
    """
    items = distinct_items(history)
    kinds: dict[tuple[str, str], list[int]] = {}
    for item in items.tolist():
        finer = "" if level is Level.CATEGORY else catalogue.finer[item]
        kinds.setdefault((catalogue.categories[item], finer), []).append(item)
    if level is Level.ITEM or len(kinds) < LEAST_GROUPS:
        return Groups(
            Level.ITEM, catalogue.titles[items].tolist(), [items[place : place + 1] for place in range(len(items))]
        )
    names = [str(finer or coarse) for coarse, finer in kinds]
    twice = {name for name, times in Counter(names).items() if times > 1}
    names = [
        f"{coarse}: {name}" if name in twice and finer else name
        for name, (coarse, finer) in zip(names, kinds, strict=True)
    ]
    return Groups(level, names, [np.array(group) for group in kinds.values()])


def telling_levels(history: np.ndarray, catalogue: Catalogue) -> list[Level]:
    """The levels that tell ``history`` ([H] item indices) apart, the coarsest first: each has more groups than the one
    before it, and at least `LEAST_GROUPS`; single items always do."""
    found, finer = [Level.ITEM], len(np.unique(history))
    for level in (Level.KIND, Level.CATEGORY):
        count = len({(catalogue.categories[item], level is Level.KIND and catalogue.finer[item]) for item in history})
        if LEAST_GROUPS <= count < finer:
            found.insert(0, level)
            finer = count
    return found


def first_level(history: np.ndarray, catalogue: Catalogue, most: int) -> Level:
    """Of `telling_levels` the finest that has at most so many groups; else the coarsest."""
    levels = telling_levels(history, catalogue)
    few = [one for one in levels if len(group_purchases(history, catalogue, one).members) <= most]
    return few[-1] if few else levels[0]


def read_events(recommender: Recommender, history: np.ndarray) -> np.ndarray:
    """What of ``history`` ([H]) the user tower reads: all events, or the latest of each item."""
    return distinct_items(history) if recommender.run.config.sampling.distinct_history else history


def other_cut(n_events: int, length: int, rng: np.random.Generator | None) -> list[np.ndarray]:
    """The chunks in which ``n_events`` are read, as positions, by chance; None: as `learn.pal.infer.chunks` cuts.

    As there, every chunk has one of each few successive events, so all span the whole time; which one is drawn.
    """
    if rng is None:
        return chunks(np.arange(n_events), length)
    count = max(1, -(-n_events // length))
    places = np.arange(n_events)
    owners = np.concatenate([rng.permutation(count) for _ in range(0, n_events, count)])[:n_events]
    from_the_end = [places[owners == chunk] for chunk in range(count)]
    return [n_events - 1 - one[::-1] for one in from_the_end if len(one)]
