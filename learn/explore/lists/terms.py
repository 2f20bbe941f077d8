"""The terms of the score, each under a weight: what a list becomes with less of one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from learn.errors import LearnError
from learn.runs.recommender import Recommender
from learn.runs.suggestions import ScoreTerms, Suggestions, best_of
from learn.runs.vectors import has_vectors

STEP = 0.05
"""Weights are multiples of it."""


@dataclass(frozen=True)
class Term:
    """A term of the score as people read it.

    ``code`` is its name in `ScoreTerms` and in `Weights`, ``summand`` what it is in "score = ... + ...".
    """

    code: str
    label: str
    summand: str
    explanation: str


TERMS = (
    Term(
        "similarity",
        "Similarity",
        "similarity to the person",
        "what this person's purchases say: how near an item is to them",
    ),
    Term(
        "popularity_bias",
        "Popularity",
        "popularity",
        "what an item's text says of how much everybody buys such things",
    ),
    Term(
        "repeat_bias",
        "Buying again",
        "a bonus for buying again",
        "a bonus for what this person bought before; moves lists that may hold it",
    ),
)


@dataclass(frozen=True)
class Weights:
    """What each term of the score is multiplied by, 0 to 1 in steps of `STEP`; all 1: the score itself.

    Raises:
        LearnError: one is outside 0 to 1.
    """

    similarity: float = 1.0
    popularity_bias: float = 1.0
    repeat_bias: float = 1.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0 <= value <= 1:
                raise LearnError(f"{field.name} = {value} is no weight of a term.", "Give a number from 0 to 1.")
            object.__setattr__(self, field.name, round(round(value / STEP) * STEP, 2))

    @classmethod
    def of(cls, values: Mapping[str, float]) -> Weights:
        """Weights by the terms' codes; a term that ``values`` lacks counts in full."""
        return cls(**{term.code: float(values.get(term.code, 1.0)) for term in TERMS})

    def as_dict(self) -> dict[str, float]:
        """Code -> weight."""
        return {term.code: getattr(self, term.code) for term in TERMS}


def terms_of_user(recommender: Recommender, user: int) -> ScoreTerms | None:
    """The `ScoreTerms` of every item for a user of the dataset; None where the Run has a stored list only."""
    if not has_vectors(recommender.run) or not recommender.users[user].any():
        return None
    return recommender.score_terms(recommender.users[user], recommender.history_of(user))


def terms_of_history(recommender: Recommender, history: Sequence[int]) -> ScoreTerms:
    """The `ScoreTerms` of every item for anybody who had ``history`` (item indices, the oldest first; not empty)."""
    return recommender.score_terms(recommender.embed_history(history), np.asarray(history, dtype=np.int64))


def weighted_scores(terms: ScoreTerms, weights: Weights) -> np.ndarray:
    """[N] float32 scores, summed in double precision in the order of `TERMS` and rounded once.

    With all weights 1 they are the Recommender's to the last bit. The explorer's lists compute the same in the
    browser, so that both break ties alike.
    """
    total = weights.similarity * terms.similarity.astype(np.float64)
    total += weights.popularity_bias * terms.popularity_bias.astype(np.float64)
    total += weights.repeat_bias * terms.repeat_bias.astype(np.float64)
    scores: np.ndarray = total.astype(np.float32)
    return scores


def weighted_list(terms: ScoreTerms, weights: Weights, k: int, allowed: np.ndarray) -> Suggestions:
    """The best ``k`` of the ``allowed`` ([N] bool) items by `weighted_scores`; equal scores by lower index."""
    return best_of(weighted_scores(terms, weights), k, allowed)


def candidates(terms: ScoreTerms, k: int, allowed: np.ndarray) -> np.ndarray:
    """[n] item indices, ascending: under no `Weights` does the best ``k`` of ``allowed`` hold any other item.

    Left out is whatever ``k`` others beat in each term by more than rounding can hide (a k-skyband, with room to
    spare): some hundreds of a large catalogue.
    """
    held = terms.repeat_bias != 0
    bonus = np.unique(terms.repeat_bias[held])
    popularity = terms.popularity_bias.astype(np.float64)
    reach = np.abs(terms.similarity).max() + np.abs(popularity).max() + np.abs(terms.repeat_bias).max()
    margin = float(reach) * float(np.finfo(np.float32).eps) * 2 / STEP
    groups = [np.flatnonzero(allowed & ~held), np.flatnonzero(allowed & held)]
    bands = [group[_band(terms.similarity[group], popularity[group], k, margin)] for group in groups]
    if len(bonus) > 1:  # each has its own: they are few, and all may move
        bands[1] = groups[1]
    return np.sort(np.concatenate(bands))


def _band(one: np.ndarray, other: np.ndarray, k: int, margin: float) -> np.ndarray:
    """[n] bool: False only for what ``k`` others exceed by more than ``margin`` both in ``one`` and in ``other``.

    The first ``k`` stay: with no weight on either all scores are equal.
    """
    n = len(one)
    keep = np.arange(n) < k
    if n <= k:
        return keep
    if np.ptp(other) == 0:  # one term orders all: beaten in it is beaten
        return keep | (one >= np.partition(one, n - k)[n - k] - margin)
    order = np.argsort(-one, kind="stable")
    descending, best, done = -one[order], np.zeros(0), 0
    block = max(k, n // 256)
    for start in range(0, n, block):
        rows = order[start : start + block]
        surely = int(np.searchsorted(descending, descending[start] - margin))
        best = np.concatenate([best, other[order[done:surely]]])
        done = surely
        if len(best) >= k:
            best = np.partition(best, len(best) - k)[len(best) - k :]
        threshold = best[0] - margin if len(best) >= k else -np.inf
        keep[rows[other[rows] >= threshold]] = True
    return keep
