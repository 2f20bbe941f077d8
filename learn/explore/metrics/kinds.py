"""The best of each kind beside each other: what was learned from text, what was counted, both, and text alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from learn.data.schema import Metrics, Recommendations, Slices
from learn.evaluation.better import FEW_USERS, too_few
from learn.explore.metrics.leading import against, how_sure, listed, split_by_chance
from learn.explore.metrics.overview import collect_metrics, compare_runs, more_is_better
from learn.explore.metrics.result import COUNTS, KINDS, LEARNED, RESULT_METRIC, UNTRAINED, kind_words
from learn.runs.run import Run

COLD_ITEMS = "item:cold-start"
QUESTIONS = (
    (Recommendations.UNSEEN, Slices.WHOLE, "Items new to the user", "among items new to the user"),
    (Recommendations.ALL_CANDIDATES, Slices.WHOLE, "All items, those bought before too", "among all items"),
    (Recommendations.COLD, Slices.WHOLE, "Items left out of training", "among items left out of training"),
    (Recommendations.UNSEEN, COLD_ITEMS, "Items that nobody had bought", "among items that nobody had bought"),
)
"""Ranked set, slice, a heading, and the same in a sentence; the first three that a dataset has are shown."""
UNBOUGHT = frozenset({Recommendations.COLD, COLD_ITEMS})
"""Ranked sets and slices of items that nobody had bought in training: counts know nothing of them."""
MOST = 3
KIND = "kind"


@dataclass(frozen=True)
class Kinds:
    """Of one question the best Run of each kind.

    Attributes:
        title: what is asked, as a heading; where: the same in a sentence.
        table: `leading.against` of the best Run of each kind, best first, with the column "kind".
        counts_less_learned: 1 where the best of the counts is clearly ahead of the best tower, -1 where it is behind, 0
            where neither can be said; None where one of the two is missing.
        learned_less_untrained: the same of the best tower and text with nothing learned.
        candidates, n_users: among which items, and on how many users.
        bought: whether the items have purchases in training, so that counts know of them.
    """

    title: str
    where: str
    table: pd.DataFrame
    counts_less_learned: int | None
    learned_less_untrained: int | None
    candidates: str
    n_users: int
    bought: bool

    @property
    def sentence(self) -> str:
        """Which kind leads, and which it is not clearly ahead of."""
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
        counts_learned, learned_untrained = (
            _duel(best[best[KIND].isin(pair)].reset_index(drop=True), pair[0], runs, metric, k, candidates, part)
            for pair in ((COUNTS, LEARNED), (LEARNED, UNTRAINED))
        )
        bought = not {candidates, part} & UNBOUGHT
        found.append(Kinds(title, where, ranked, counts_learned, learned_untrained, candidates, n_users, bought))
    return found


def _duel(
    two: pd.DataFrame, kind: str, runs: Sequence[Run], metric: str, k: int, candidates: str, part: str
) -> int | None:
    """1 where the Run of ``kind`` is clearly ahead of the other, -1 where it is behind, 0 where that is not clear."""
    if len(two) < 2:
        return None
    behind, _ = split_by_chance(against(two, runs, metric, k, candidates, part))
    if behind.empty or too_few(two[Metrics.N_USERS].max()):
        return 0
    return 1 if two[KIND].iloc[0] == kind else -1


def counts_or_learned(found: Sequence[Kinds]) -> str:
    """Where the best of the counts alone is clearly ahead of the best tower alone, where behind, and where neither is.

    Of items that nobody had bought, of which counts know nothing: what training made of the text.
    """
    where: dict[int, list[str]] = {}
    for one in found:
        if one.bought and one.counts_less_learned is not None:
            where.setdefault(one.counts_less_learned, []).append(one.where)
    told = [
        f"{words} {listed(where[code])}"
        for code, words in (
            (1, "counts are clearly ahead of learned text"),
            (-1, "learned text is clearly ahead of counts"),
            (0, "counts and learned text are level"),
        )
        if code in where
    ]
    said = ["; ".join(told)] if told else []
    said += filter(None, (_of_unbought(one) for one in found if not one.bought))
    return " ".join(f"{sentence[0].upper()}{sentence[1:]}." for sentence in said)


def _of_unbought(one: Kinds) -> str:
    """Counts know nothing of these: the text with nothing learned is what training is held against."""
    means = one.table.set_index(KIND)[Metrics.MEAN]
    if LEARNED not in means:
        return ""
    learned = means[LEARNED]
    if one.learned_less_untrained is None:
        return f"{one.where}, learned text finds some ({learned:.4f})" if one.counts_less_learned == -1 else ""
    if one.learned_less_untrained == 1:
        return f"{one.where}, learned text is clearly ahead of text with nothing learned"
    if one.learned_less_untrained == -1:
        lost = 1 - learned / means[UNTRAINED]
        return f"{one.where}, text with nothing learned is clearly ahead of learned text: training lost {lost:.0%}"
    side = "behind" if learned < means[UNTRAINED] else "ahead of"
    return f"{one.where}, learned text is not clearly {side} text with nothing learned"
