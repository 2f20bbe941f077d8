"""Why an item is not shown: where it stands, which term or filter holds it back, and which purchases would bring it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from learn.data.sequences import sequences_of
from learn.explore.lists.score_terms import RankBreakdown, UserTerms, break_down, rank_of, user_terms
from learn.runs.recommender import Recommender
from learn.runs.vectors import embeds

HISTORY = "their history"
"""What holds an item back that the person had before, where such items are hidden."""
NEAREST = 5
"""Products like the item that are tried as purchases, and all their sets of up to `MOST_ADDED`."""
MOST_ADDED = 3


@dataclass(frozen=True)
class WhyNot:
    """Why one Run does not show an item to one person among the first ``k``.

    Attributes:
        item: its index; k: how many are shown.
        breakdown: where it stands among what is new to the person.
        last: the item in the last place that is shown, ``k``; the item itself where it is shown.
        gap: term -> by how many points the last one shown is ahead (`RankBreakdown.points`); below 0 it is behind.
        had: whether the person had the item before, so that it is hidden.
        rank_if_not_hidden: its rank among all items, where it is hidden; else None.
        added: the fewest of the products most like it which, bought now, bring it among the first ``k``; the nearest
            first. None where none of the sets that were tried do, or nothing can be tried.
        rank_with: its rank with ``added``; else the best that the sets reached; None where nothing can be tried.
        tried: how many products were tried.
    """

    item: int
    k: int
    breakdown: RankBreakdown
    last: int
    gap: dict[str, float]
    had: bool
    rank_if_not_hidden: int | None = None
    added: np.ndarray | None = None
    rank_with: int | None = None
    tried: int = 0

    @property
    def shown(self) -> bool:
        """Whether it is shown after all."""
        return not self.had and self.breakdown.rank <= self.k

    @property
    def held_back_by(self) -> str | None:
        """`HISTORY`, or the term in which it is farthest behind the last one shown; None where it is shown."""
        if self.shown:
            return None
        return HISTORY if self.had else max(self.gap, key=lambda term: self.gap[term])


def why_not(
    recommender: Recommender, user: int, item: int, k: int = 10, allowed: np.ndarray | None = None
) -> WhyNot | None:
    """The `WhyNot` of an item for a user of the dataset.

    Args:
        recommender: of any Run.
        user: the user's index; item: the item's.
        k: how many items are shown, none of which they had.
        allowed: [N] bool, the items that may be shown; None: all.

    Returns:
        None where the Run has stored lists only, which say no more than whether they hold the item.
    """
    terms = user_terms(recommender, user)
    if terms is None:
        return None
    keep = recommender.dataset.available & (True if allowed is None else allowed)
    history = recommender.history[user]
    keep[history] = False
    found = place(terms, item, k, keep, bool(np.isin(item, history)))
    if found.shown or found.had or not embeds(recommender.run):
        return found
    added, rank, tried = purchases_that_bring(recommender, history, item, k, keep)
    return WhyNot(found.item, k, found.breakdown, found.last, found.gap, False, None, added, rank, tried)


def place(terms: UserTerms, item: int, k: int, keep: np.ndarray, had: bool) -> WhyNot:
    """`why_not` without a try: where the item stands and what holds it back.

    Args:
        keep: [N] bool, what is ranked: new to the person.
        had: whether they had the item.
    """
    one = break_down(terms, item, keep)
    others = keep.copy()
    others[item] = False
    ranked = np.flatnonzero(others)
    ties = ranked if terms.ties is None else terms.ties[ranked]
    order = ranked[np.lexsort((ties, -terms.total[ranked]))]
    last = item if one.rank <= k or not len(order) else int(order[min(k, len(order)) - 1])
    gap = {name: one.in_points(float(terms.parts[name][last]) - float(terms.parts[name][item])) for name in one.terms}
    hidden = rank_of(terms.total, np.ones(len(keep), dtype=bool), item, terms.ties) if had else None
    return WhyNot(item, k, one, last, gap, had, hidden)


def purchases_that_bring(
    recommender: Recommender, history: np.ndarray, item: int, k: int, keep: np.ndarray
) -> tuple[np.ndarray | None, int, int]:
    """The fewest of the products most like an item that, bought after ``history``, bring it among the first ``k``.

    Every set of up to `MOST_ADDED` of the `NEAREST` products is tried, small ones first, those of the nearest products
    before others; each is a history of its own for the Run (`Recommender.for_history`).

    Args:
        history: [H] item indices, oldest first.
        keep: [N] bool, what may be shown and is new to the person.

    Returns:
        The added items ([1 to MOST_ADDED]; None where no set does), the rank with them, or the best rank of all sets,
        and how many products were tried.
    """
    like = keep.copy()
    like[item] = False
    nearest = recommender.neighbours(recommender.items[item], NEAREST, like).items
    best = len(keep)
    for size in range(1, min(MOST_ADDED, len(nearest)) + 1):
        sets = [nearest[list(chosen)] for chosen in combinations(range(len(nearest)), size)]
        histories = [np.concatenate([history, chosen[::-1]]) for chosen in sets]  # the nearest last: most recent
        for chosen, longer, vector in zip(
            sets, histories, recommender.embed_histories(sequences_of(histories)), strict=True
        ):
            left = keep.copy()
            left[chosen] = False
            rank = rank_of(recommender.score_terms(vector, longer).total, left, item)
            if rank <= k:
                return chosen, rank, len(nearest)
            best = min(best, rank)
    return None, best, len(nearest)


def brings(recommender: Recommender, history: np.ndarray, added: np.ndarray, item: int, k: int) -> bool:
    """Whether a person with ``history`` who also bought ``added`` is shown the item among the first ``k``."""
    longer = np.concatenate([history, added[::-1]])
    return item in recommender.for_history(longer, k).items.tolist()
