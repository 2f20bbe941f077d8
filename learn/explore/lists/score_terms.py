"""What one person's scores are made of, under any kind of Run, on one scale: 0 is an average product, 100 the best.

Scores of two Runs are not of one kind: a cosine over a temperature, a count, a sum of similarities. Where an item
stands between an average product and the first of the person's list is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from learn.evaluation.references.counts import buyers
from learn.retrieval.ties import tie_keys
from learn.runs.baselines import ITEM_KNN, POPULARITY
from learn.runs.fitted_again import knn_terms, known_events
from learn.runs.recommender import Recommender
from learn.runs.vectors import has_vectors

SIMILARITY, POPULARITY_BIAS, REPEAT_BIAS = "similarity", "popularity bias", "repeat-consumption bias"
TEXTS = "texts alike"
TOGETHER, BUYERS = "bought together", "number of buyers"
TERMS = (SIMILARITY, TEXTS, TOGETHER, POPULARITY_BIAS, BUYERS, REPEAT_BIAS)


@dataclass(frozen=True)
class UserTerms:
    """The score of every item for one person.

    Attributes:
        parts: one of `TERMS` -> [N] what it adds.
        total: [N] float32, the sum: what is ranked by.
        ties: [N] what breaks ties, the smaller first; None: the index.
    """

    parts: dict[str, np.ndarray]
    total: np.ndarray
    ties: np.ndarray | None = None


def user_terms(recommender: Recommender, user: int) -> UserTerms | None:
    """The `UserTerms` of a user of the dataset; None where the Run has nothing but stored lists.

    Popularity and item-kNN are counted again, from what they were counted from.
    """
    run, split = recommender.run, recommender.dataset.split.now
    if has_vectors(run):
        terms = recommender.score_terms(recommender.users[user], recommender.history_of(user))
        parts = {SIMILARITY: terms.similarity}
        if terms.texts is not None:
            parts = {SIMILARITY: terms.similarity - terms.texts, TEXTS: terms.texts}
        if recommender.has_popularity_bias:
            parts[POPULARITY_BIAS] = terms.popularity_bias
        if terms.repeat_bias.any():
            parts[REPEAT_BIAS] = terms.repeat_bias
        return UserTerms(parts, terms.total)
    if run.info.kind != "reference" or run.info.variant not in (POPULARITY, ITEM_KNN):
        return None
    if run.info.variant == POPULARITY:
        parts = {BUYERS: buyers(known_events(run, split), split.n_items)}
    else:
        parts = {TOGETHER: np.asarray(knn_terms(run, split, user)[1].sum(axis=0), dtype=np.float32).ravel()}
    total = next(iter(parts.values())).copy()
    if run.info.repeat_bias:
        parts[REPEAT_BIAS] = recommender.repeats(recommender.history_of(user))
        total += parts[REPEAT_BIAS]
    return UserTerms(parts, total, None if run.info.refit is None else tie_keys(len(total)))


@dataclass(frozen=True)
class RankBreakdown:
    """Where an item stands in one Run's ranking for one person, and by what.

    Attributes:
        rank: 1 is the best, among ``of`` items; equal scores as `UserTerms.ties` says.
        of: how many items were ranked.
        score: of the item.
        terms: term -> what it adds to the score.
        rank_by: term -> the rank by it alone.
        scores: [of] all scores that were ranked.
        averages: term -> its mean over what was ranked.
    """

    rank: int
    of: int
    score: float
    terms: dict[str, float]
    rank_by: dict[str, int]
    scores: np.ndarray
    averages: dict[str, float]

    @property
    def average(self) -> float:
        """The score of an average product: 0 points."""
        return float(self.scores.mean(dtype=np.float64))

    @property
    def point(self) -> float:
        """One point in the unit of the scores: a hundredth of the way from an average product to the best; 0 where all
        are the same."""
        return (float(self.scores.max()) - self.average) / 100

    def in_points(self, value: float) -> float:
        """A difference of scores in points; 0 where all scores are the same."""
        return value / self.point if self.point > 0 else 0.0

    @property
    def points(self) -> float:
        """Where the item stands: 0 as an average product, 100 as the first of the list."""
        return self.in_points(self.score - self.average)

    @property
    def term_points(self) -> dict[str, float]:
        """Term -> points by which it sets the item apart from an average product; their sum is `points`."""
        return {name: self.in_points(value - self.averages[name]) for name, value in self.terms.items()}


OF_PURCHASES = (SIMILARITY, TEXTS, TOGETHER)
"""The terms that a purchase changes when it is left out."""


def of_the_person(one: RankBreakdown) -> float:
    """The points that an item has by what the person bought; the others it has because everybody buys it."""
    return sum(value for name, value in one.term_points.items() if name not in (POPULARITY_BIAS, BUYERS))


def rank_of(scores: np.ndarray, allowed: np.ndarray, item: int, ties: np.ndarray | None = None) -> int:
    """The rank of ``item`` by [N] ``scores`` among the items ``allowed`` ([N] bool) and itself; ties as in `top_k`."""
    ties = np.arange(len(scores)) if ties is None else ties
    others = allowed.copy()
    others[item] = False
    better = scores > scores[item]
    tied = scores == scores[item]
    tied &= ties < ties[item]
    return 1 + int(((better | tied) & others).sum())


def break_down(terms: UserTerms, item: int, allowed: np.ndarray) -> RankBreakdown:
    """The `RankBreakdown` of ``item`` among the items ``allowed`` ([N] bool), and itself in any case."""
    ranked = allowed.copy()
    ranked[item] = True
    # Of an item that the person never had there is nothing to say of repeats.
    parts = {name: values for name, values in terms.parts.items() if name != REPEAT_BIAS or values[item]}
    return RankBreakdown(
        rank=rank_of(terms.total, allowed, item, terms.ties),
        of=int(ranked.sum()),
        score=float(terms.total[item]),
        terms={name: float(values[item]) for name, values in parts.items()},
        rank_by={name: rank_of(values, allowed, item, terms.ties) for name, values in parts.items()},
        scores=terms.total[ranked],
        averages={name: float(values[ranked].mean(dtype=np.float64)) for name, values in parts.items()},
    )


def rank_breakdowns_table(found: Mapping[str, RankBreakdown], labels: Mapping[str, str]) -> pd.DataFrame:
    """One row per Run: the item's rank, its points, and each term's points and rank by it alone."""
    rows = []
    for name, one in found.items():
        row = {"Run": labels[name], "rank": one.rank, "of": one.of, "score": round(one.score, 4)}
        row["points"] = round(one.points, 1)
        for term, points in one.term_points.items():
            row |= {term: round(points, 1), f"rank by {term} alone": one.rank_by[term]}
        rows.append(row)
    return pd.DataFrame(rows)
