"""The part of the Why page that says which purchases speak for an item: an estimate at once, then the exact bars."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from app.shared import cache
from app.shared.heavy import Kept, in_turn
from learn.explore.lists import attribution, shapley
from learn.explore.lists.attribution import Attribution
from learn.explore.lists.left_out import CUTS, LeftOut, level_for
from learn.explore.lists.purchases import Groups, Level, first_level, group_purchases, telling_levels
from learn.explore.lists.score_terms import RankBreakdown, UserTerms, user_terms
from learn.runs.baselines import ITEM_KNN
from learn.runs.recommender import Recommender
from learn.runs.vectors import embeds

MOST_KEPT = 64


@st.cache_resource(max_entries=1, show_spinner=False)
def _kept() -> Kept[LeftOut]:
    """What groups add, so far, by Run, person and level; it serves every item."""
    return Kept(MOST_KEPT)


@st.cache_resource(max_entries=64, show_spinner="Scoring every product …")
def terms_of(_one: Recommender, key: tuple[str, ...], user: int) -> UserTerms | None:
    """`learn.explore.lists.score_terms.user_terms`; ``key`` tells Runs apart."""
    return user_terms(_one, user)


@st.cache_resource(max_entries=64, show_spinner=False)
def _neighbours(
    _one: Recommender, _groups: Groups, _allowed: np.ndarray, _rank: RankBreakdown, key: tuple, user: int, item: int
) -> Attribution:
    return attribution.explain_by_neighbours(_one, user, _groups, item, _allowed, _rank)


class Reasons:
    """The attributions of one item for one person under several Runs.

    Args:
        view: the dataset's.
        opened: Run name -> what answers for it.
        user: the person's index; item: the item's.
        found: Run name -> the item's rank, of the Runs that have scores.
        allowed: [N] bool, what is ranked.
    """

    def __init__(
        self,
        view: cache.View,
        opened: dict[str, Recommender],
        user: int,
        item: int,
        found: dict[str, RankBreakdown],
        allowed: np.ndarray,
    ) -> None:
        self.view, self.user, self.item, self.found, self.allowed = view, user, item, found, allowed
        self.history = view.history[user]
        self.all_opened = opened
        self.opened = {name: one for name, one in opened.items() if name in found and has_reasons(one)}

    def groups(self, level: Level) -> Groups:
        """The person's purchases."""
        return group_purchases(self.history, self.view.catalogue, level)

    def levels(self) -> tuple[list[Level], Level]:
        """How finely the purchases can be told apart, the coarsest first, and how finely they are at first."""
        known = self.history, self.view.catalogue
        return telling_levels(*known), first_level(*known, attribution.FIRST)

    def _read_at(self, shown: Groups) -> Level:
        """At which level the person is read for what is shown at another: categories are sums over what is in them."""
        return Level.ITEM if shown.level is Level.ITEM else level_for(self.opened.values(), self.history)

    def at_once(self, name: str, groups: Groups) -> Attribution:
        """What can be said of a Run in a moment: its exact reasons where they are known, else the estimate."""
        one, read = self.opened[name], self.groups(self._read_at(groups))
        return attribution.summed(self._at_once(name, one, read), groups)

    def finer(self, name: str, groups: Groups) -> Attribution | None:
        """The same of the parts of ``groups``, as far as it was read; None where they were read as they are."""
        level = self._read_at(groups)
        return None if level is groups.level else self._at_once(name, self.opened[name], self.groups(level))

    def _at_once(self, name: str, one: Recommender, groups: Groups) -> Attribution:
        if one.run.info.variant == ITEM_KNN:
            key = (*cache.run_key([one.run]), groups.level.value, self.view.dataset.fingerprint)
            return _neighbours(one, groups, self.allowed, self.found[name], key, self.user, self.item)
        kept = _kept().get(self._key(one, groups))
        if kept is not None:
            return attribution.explain(kept, one, self.item, self.allowed, self.found[name])
        return attribution.estimate(one, self.history, groups, self.item, self.allowed, self.found[name])

    def exactly(self, name: str, groups: Groups, report: Callable[[float], None]) -> Attribution:
        """The exact reasons under a Run; ``report`` is told the share that is done."""
        one, read = self.opened[name], self.groups(self._read_at(groups))
        key = self._key(one, read)

        def compute() -> LeftOut:
            for found in shapley.shared_out_by_cut(one, self.history, read):
                report(len(found.shifts) / CUTS)
            return found

        if one.run.info.variant != ITEM_KNN:
            in_turn(_kept(), key, compute, "Leaving out purchases …")
        return self.at_once(name, groups)

    def _key(self, one: Recommender, groups: Groups) -> tuple:
        return (*cache.run_key([one.run]), self.view.dataset.fingerprint, self.user, groups.level)


def has_reasons(one: Recommender) -> bool:
    """Whether anything can be said of single purchases under a Run."""
    return embeds(one.run) or (one.run.info.kind == "reference" and one.run.info.variant == ITEM_KNN)


def reasons_table(found: dict[str, Attribution], labels: dict[str, str]) -> pd.DataFrame:
    """One row per group of purchases, a column of points per Run; the strongest of the first Run first."""
    table = attribution.attributions_table(found).pivot(index="group", columns="run", values="points")
    groups = next(iter(found.values())).groups
    shown = pd.DataFrame(
        {
            "purchases": [groups.names[place] for place in table.index],
            "products": [len(groups.members[place]) for place in table.index],
        }
    )
    for name in found:
        shown[labels[name]] = table[name].to_numpy().round(3)
    return shown.sort_values(labels[next(iter(found))], ascending=False, kind="stable")
