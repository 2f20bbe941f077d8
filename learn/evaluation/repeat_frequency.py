"""The repeat-consumption bias that grows with how often and how lately a user had an item, fitted on validation.

`learn.evaluation.repeat_bias` says how much of a list the history should have in all, by the likelihood. Which of its
items come first is a question of ranking, and the likelihood answers it badly: it is made by the users with the longest
targets. So constant, slope and half-life (`learn.retrieval.repeats.Repeat`) climb from there to what ranks all items
best. The literature's names for what this adds to a recommender: TIFU-KNN (arXiv 2006.00556), UP-CF.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from learn.data.schema import Recommendations
from learn.data.sequences import Sequences, take_users
from learn.data.split import Phase, Split
from learn.evaluation.climb import climb
from learn.evaluation.metrics import METRICS
from learn.evaluation.protocol import evaluated_users
from learn.evaluation.repeat_bias import Scores
from learn.evaluation.targets import Targets, contains, make_targets
from learn.evaluation.validation import ValidationMetric, validation_metric
from learn.retrieval.exact import top_k
from learn.retrieval.repeats import Repeat

FITTED_USERS = 1_000
"""Of more users than this, a random sample says what ranks best."""

ENOUGH = 100
"""Validation events on what the user had before, at the least; with fewer there is the constant alone."""

SLOPES = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
HALF_LIVES = (None, 240.0, 120.0, 60.0, 30.0)
STEPS = tuple(np.arange(-6.0, 12.5, 0.5).tolist())
"""What is tried, in logits; of the constant, beside what the likelihood gave."""

_BLOCK_SCORES = 8_000_000  # scores held at a time: 32 MB


def fit_repeat(scores: Scores, split: Split, constant: float, unit: float) -> Repeat:
    """The `Repeat` under which ``scores`` rank all items best on validation.

    Args:
        scores: of everybody after the history of the validation phase, in any unit.
        constant: the bias that the likelihood gives, in that unit.
        unit: how many of it are one logit.

    Returns:
        In the unit of ``scores``; ``constant`` alone where hardly anybody has the same again.
    """
    history, target = split.history(Phase.VALIDATION), split.target(Phase.VALIDATION)
    pairs = history.users * split.n_items + history.items
    again = contains(np.unique(pairs), target.users * split.n_items + target.items)
    if again.sum() < ENOUGH:
        return Repeat(constant)
    by = validation_metric(split)._replace(candidates=Recommendations.ALL_CANDIDATES)
    ranking = _Ranking.of(scores, split, by)

    def repeat_of(settings: dict[str, float | None]) -> Repeat:
        slope, step = float(settings["slope"] or 0.0), float(settings["step"] or 0.0)
        return Repeat(constant + step * unit, slope * unit, settings["half_life"] if slope else None)

    seen: dict[Repeat, float] = {}

    def value_of(settings: dict[str, float | None]) -> float:
        repeat = repeat_of(settings)
        if repeat not in seen:
            seen[repeat] = ranking.value(repeat)
        return seen[repeat]

    half_lives = HALF_LIVES if history.times is not None else (None,)
    best: dict[str, float | None] = {"slope": 0.0, "step": 0.0, "half_life": half_lives[len(half_lives) // 2]}
    before = None
    while best != before:
        before = best
        for name, values in (("slope", SLOPES), ("step", STEPS), ("half_life", half_lives)):
            best = climb(value_of, best, name, values)
    return repeat_of(best)


@dataclass(frozen=True)
class _Ranking:
    """What of some users' scores decides their lists whatever the bias: the best new items, and the whole history.

    Attributes:
        histories: [E] those users'.
        items, scores: [E, k + H] the k best new items, then the distinct items of the history; padded with -1 and -inf.
        held: the places of the histories' pairs, rows and columns.
        targets, rows, by: what they are measured against, which of its users they are, and how.
    """

    histories: Sequences
    items: np.ndarray
    scores: np.ndarray
    held: tuple[np.ndarray, np.ndarray]
    targets: Targets
    rows: np.ndarray
    by: ValidationMetric

    @classmethod
    def of(cls, scores: Scores, split: Split, by: ValidationMetric) -> _Ranking:
        targets = make_targets(split, Phase.VALIDATION, by.candidates)
        users = evaluated_users(split, Phase.VALIDATION, by.candidates, FITTED_USERS)
        histories, k = take_users(split.history(Phase.VALIDATION), users), min(by.k, split.n_items)
        rows, owned, _ = Repeat().pairs(histories)
        counts = np.bincount(rows, minlength=len(users))
        columns = k + np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        items = np.full((len(users), k + int(counts.max(initial=0))), -1, dtype=np.int64)
        values = np.full(items.shape, -np.inf, dtype=np.float32)
        items[rows, columns] = owned
        block = max(1, _BLOCK_SCORES // split.n_items)
        for start in range(0, len(users), block):
            found = scores(users[start : start + block]).astype(np.float32)
            mine = (rows >= start) & (rows < start + len(found))
            values[rows[mine], columns[mine]] = found[rows[mine] - start, owned[mine]]
            found[rows[mine] - start, owned[mine]] = -np.inf
            best, ranked = top_k(found, k)
            items[start : start + len(found), :k], values[start : start + len(found), :k] = best, ranked
        where = np.searchsorted(targets.users, users)
        return cls(histories, items, values, (rows, columns), targets, where, by)

    def value(self, repeat: Repeat) -> float:
        """The metric under ``repeat``."""
        moved = self.scores.copy()
        moved[self.held] += repeat.pairs(self.histories)[2]
        places, _ = top_k(moved, min(self.by.k, moved.shape[1]))
        found = np.where(places < 0, -1, np.take_along_axis(self.items, places, axis=1))
        lists = np.full((len(self.targets.users), found.shape[1]), -1, dtype=np.int64)
        lists[self.rows] = found
        return METRICS[self.by.metric].mean_of(self.targets.hits(lists), self.targets.counts(), self.by.k, self.rows)
