"""The best of each kind beside each other: what was learned from text, what was counted, both, and text alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from learn.data.schema import Metrics, Recommendations, Slices
from learn.evaluation.better import FEW_USERS, too_few
from learn.explore.metrics.leading import against, how_sure, listed, split_by_chance
from learn.explore.metrics.overview import collect_metrics, compare_runs, more_is_better
from learn.explore.metrics.result import COUNTS, KINDS, LEARNED, RESULT_METRIC, kind_words
from learn.runs.run import Run

COLD_ITEMS = "item:cold-start"
QUESTIONS = (
    (Recommendations.UNSEEN, Slices.WHOLE, "Items new to the user", "among items new to the user"),
    (Recommendations.ALL_CANDIDATES, Slices.WHOLE, "All items, those bought before too", "among all items"),
    (Recommendations.COLD, Slices.WHOLE, "Items left out of training", "among items left out of training"),
    (Recommendations.UNSEEN, COLD_ITEMS, "Items that nobody had bought", "among items that nobody had bought"),
)
"""Ranked set, slice, a heading, and the same in a sentence; the first three that a dataset has are shown."""
MOST = 3
KIND = "kind"


@dataclass(frozen=True)
class Kinds:
    """Of one question the best Run of each kind.

    Attributes:
        title: what is asked, as a heading; where: the same in a sentence.
        table: `leading.against` of the best Run of each kind, best first, with the column "kind".
        counts_less_learned: 1 where the best of the counts is ahead of the best tower by more than chance, -1 where it
            is behind, 0 where neither can be said; None where one of the two is missing.
        candidates, n_users: among which items, and on how many users.
    """

    title: str
    where: str
    table: pd.DataFrame
    counts_less_learned: int | None
    candidates: str
    n_users: int

    @property
    def sentence(self) -> str:
        """Which kind leads, and before which it does by no more than chance."""
        first = self.table.iloc[0]
        words, verb = KINDS[first[KIND]]
        words = f"{words[0].upper()}{words[1:]} {verb}"
        if too_few(self.n_users):
            return f"{words}, but of {self.n_users:,} users only, fewer than {FEW_USERS}: too few to say."
        return f"{words}, {how_sure(self.table.assign(told=_told(self.table)), 'told', len(KINDS))}."


def _told(table: pd.DataFrame) -> list[str]:
    return [KINDS[kind][0] for kind in table[KIND]]


def best_of_kinds(runs: Sequence[Run], k: int, metric: str = RESULT_METRIC) -> list[Kinds]:
    """`Kinds` of ``runs`` of one dataset at list length ``k``: a question each, at most `MOST`.

    Nothing where there are fewer than two kinds with that metric, or where more of it is not better; no question of
    which nobody found anything, or whose slice has fewer than `FEW_USERS` users.
    """
    if not more_is_better(metric):
        return []
    kinds = {run.name: kind_words(run) for run in runs}
    metrics = collect_metrics(runs)
    found: list[Kinds] = []
    for candidates, part, title, where in QUESTIONS:
        table = compare_runs(metrics, metric, k, candidates, part).dropna(subset=[Metrics.MEAN])
        best = table.assign(**{KIND: table["run"].map(kinds)}).drop_duplicates(KIND).reset_index(drop=True)
        if len(best) < 2 or not best[Metrics.MEAN].iloc[0] > 0 or len(found) == MOST:
            continue
        n_users = int(best[Metrics.N_USERS].max())
        if part != Slices.WHOLE and too_few(n_users):
            continue
        ranked = against(best, runs, metric, k, candidates, part)
        duel = _duel(best, runs, metric, k, candidates, part)
        found.append(Kinds(title, where, ranked, duel, candidates, n_users))
    return found


def _duel(best: pd.DataFrame, runs: Sequence[Run], metric: str, k: int, candidates: str, part: str) -> int | None:
    two = best[best[KIND].isin([COUNTS, LEARNED])].reset_index(drop=True)
    if len(two) < 2:
        return None
    behind, _ = split_by_chance(against(two, runs, metric, k, candidates, part))
    if behind.empty or too_few(two[Metrics.N_USERS].max()):
        return 0
    return 1 if two[KIND].iloc[0] == COUNTS else -1


def counts_or_learned(found: Sequence[Kinds]) -> str:
    """In one sentence: where the best of the counts beats the best tower, where it is beaten, and where neither."""
    where: dict[int, list[str]] = {}
    for one in found:
        if one.counts_less_learned is not None:
            where.setdefault(one.counts_less_learned, []).append(one.where)
    told = [
        f"{words} {listed(where[code])}"
        for code, words in (
            (1, "simple counts beat what was learned from text"),
            (-1, "what was learned from text beats simple counts"),
            (0, "no more than chance is between counts and what was learned from text"),
        )
        if code in where
    ]
    said = "; ".join(told)
    return f"{said[0].upper()}{said[1:]}." if said else ""
