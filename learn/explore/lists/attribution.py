"""Attribution: what the purchases of a history add to an item's lead over an average product, and how surely."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from learn.data.sequences import sequences_of
from learn.errors import LearnError
from learn.explore.lists.attention_weights import attention_gradients, distinct_items
from learn.explore.lists.left_out import LeftOut
from learn.explore.lists.numbers import adding_up
from learn.explore.lists.purchases import Groups
from learn.explore.lists.score_terms import OF_PURCHASES, RankBreakdown, break_down, user_terms
from learn.runs.baselines import ITEM_KNN
from learn.runs.fitted_again import knn_terms
from learn.runs.recommender import Recommender

FIRST = 10
"""Reasons that are shown, and whose order has to be the same however the history is cut."""


@dataclass(frozen=True)
class Attribution:
    """What each group of purchases adds to an item's lead over an average product.

    Attributes:
        groups: of the person's history.
        points: [n] the group's share of the lead (`RankBreakdown.points`); below 0 it speaks against the item.
        by_cut: [cuts, n] the same under each cut of the history; ``points`` is their mean. No row: an estimate.
        n_chunks: in how many chunks the history is read.
    """

    groups: Groups
    points: np.ndarray
    by_cut: np.ndarray
    n_chunks: int

    @property
    def exact(self) -> bool:
        """Whether the person was read anew without purchases; else ``points`` are an estimate from one pass."""
        return len(self.by_cut) > 0

    @property
    def sampled(self) -> bool:
        """Whether ``points`` are a mean over several cuts of the history or sets of purchases."""
        return self.n_chunks > 1 or len(self.by_cut) > 1

    @property
    def order(self) -> np.ndarray:
        """[<= FIRST + 1] places of the groups that matter most, from the most for the item to the most against it: one
        that would be left over is among them."""
        return first_reasons(self.points, max(FIRST, len(self.points)) if len(self.points) <= FIRST + 1 else FIRST)

    @property
    def stability(self) -> float:
        """Spearman's rank correlation of the first reasons between one half of the cuts and the other.

        1 where nothing was sampled; NaN with fewer than two cuts or three reasons.
        """
        if self.exact and not self.sampled:
            return 1.0
        return (
            agreement(self.by_cut[0::2].mean(axis=0), self.by_cut[1::2].mean(axis=0))
            if len(self.by_cut) > 1
            else np.nan
        )


@dataclass(frozen=True)
class Sum:
    """How the reasons of an item add up to what all purchases give it, in points of one digit after the point.

    Attributes:
        shown: [<= FIRST + 1] of the first reasons, in their order (`Attribution.order`).
        n_others: how many groups are not among them; others: their points together.
        whole: the sum: by how much the lead falls when every purchase is left out.
    """

    shown: list[float]
    n_others: int
    others: float
    whole: float


def sum_up(found: Attribution, whole: float) -> Sum:
    """The `Sum` of an attribution; ``whole``: the points that the item has by all purchases together.

    What rounding leaves over is the other groups', or, where there are none, the largest one's.
    """
    points, whole = found.points[found.order], round(whole, 1) + 0.0
    n_others = len(found.points) - len(points)
    if n_others:
        shown = [round(float(value), 1) + 0.0 for value in points]
        return Sum(shown, n_others, round(whole - sum(shown), 1) + 0.0, whole)
    shown = adding_up(points.tolist())
    if shown:
        largest = int(np.argmax(np.abs(points)))
        shown[largest] = round(shown[largest] + whole - sum(shown), 1) + 0.0
    return Sum(shown, 0, 0.0, whole)


def first_reasons(points: np.ndarray, most: int = FIRST) -> np.ndarray:
    """[<= most] places of the values largest in size, none of them 0, in falling order."""
    largest = np.argsort(-np.abs(points), kind="stable")[:most]
    largest = largest[points[largest] != 0]
    return largest[np.argsort(-points[largest], kind="stable")]


def agreement(one: np.ndarray, other: np.ndarray, most: int = FIRST) -> float:
    """Spearman's rank correlation of two sets of values ([n] each) over the reasons that come first by their sum."""
    places = first_reasons(one + other, most)
    if len(places) < 3:
        return float("nan")
    return float(spearmanr(one[places], other[places]).statistic)


def leave_one_out(
    recommender: Recommender, history: np.ndarray, item_vector: np.ndarray, items: np.ndarray
) -> np.ndarray:
    """[n] float: how much the score falls when every event of one of ``items`` ([n]) is taken out of ``history``.

    The user is embedded anew without it, a long history cut anew. A history of this item alone leaves nothing, so all
    of the score that is not the item's popularity bias.
    """
    parts = [history, *(history[history != item] for item in items)]
    scores = recommender.embed_histories(sequences_of(parts)).astype(np.float64) @ item_vector.astype(np.float64)
    if recommender.has_popularity_bias:
        # An empty history's zeros would take the popularity bias away too, which is no matter of history.
        scores[[not len(part) for part in parts]] = item_vector[-1]
    falls: np.ndarray = scores[0] - scores[1:]
    return falls


def rank_breakdown(recommender: Recommender, user: int, item: int, allowed: np.ndarray) -> RankBreakdown:
    """The `RankBreakdown` of an item for a user of the dataset.

    Args:
        recommender: of any Run but an imported one.
        user: the user's index; item: the item's.
        allowed: [N] bool, the items that are ranked; ``item`` is ranked in any case.

    Raises:
        LearnError: the Run has stored lists only.
    """
    terms = user_terms(recommender, user)
    if terms is None:
        raise LearnError(
            f"Run {recommender.run.name} has stored lists only, which do not say what a score is made of.",
            "Ask a trained Run, popularity or item-kNN.",
        )
    return break_down(terms, item, allowed)


def direction_of_lead(recommender: Recommender, item: int, allowed: np.ndarray) -> np.ndarray:
    """[d] the item's vector less the mean one of all that is ranked (``allowed``, [N] bool, and the item)."""
    ranked = allowed.copy()
    ranked[item] = True
    found: np.ndarray = recommender.items[item] - recommender.items[ranked].mean(axis=0, dtype=np.float64)
    return found.astype(np.float32)


def explain(
    found: LeftOut, recommender: Recommender, item: int, allowed: np.ndarray, rank: RankBreakdown
) -> Attribution:
    """The exact `Attribution` of an item, from what groups add to the user embedding.

    Args:
        found: of the person's history under this Run, shared out (`learn.explore.lists.shapley`) or each left out.
        item: its index; allowed: [N] bool, what is ranked.
        rank: the item's, which gives the scale.
    """
    falls = found.falls(direction_of_lead(recommender, item, allowed))
    by_cut = falls / rank.point if rank.point > 0 else np.zeros_like(falls)
    return Attribution(found.groups, by_cut.mean(axis=0), by_cut, found.n_chunks)


def estimate(
    recommender: Recommender, history: np.ndarray, groups: Groups, item: int, allowed: np.ndarray, rank: RankBreakdown
) -> Attribution:
    """The `Attribution` of an item from one pass forward and back: `attention_gradients`, summed over each group.

    Gradients say how groups differ; what they leave of the points by all purchases is shared out evenly.
    """
    gradients = attention_gradients(recommender, [history], direction_of_lead(recommender, item, allowed))[0]
    sums = groups.sums(distinct_items(history), gradients.astype(np.float64))
    points = sums / rank.point if rank.point > 0 else np.zeros_like(sums)
    whole = sum(value for name, value in rank.term_points.items() if name in OF_PURCHASES)
    points += (whole - points.sum()) / len(points)
    return Attribution(groups, points, np.zeros((0, len(points))), 1)


def explain_by_neighbours(
    recommender: Recommender, user: int, groups: Groups, item: int, allowed: np.ndarray, rank: RankBreakdown
) -> Attribution:
    """The `Attribution` of an item under item-kNN, whose score is a sum over the history: nothing is left out.

    A group's share of an average product's score is taken off, as in `explain`.
    """
    if recommender.run.info.variant != ITEM_KNN:
        raise ValueError(f"Run {recommender.run.name} is not item-kNN: its scores are no sums over a history")
    items, terms = knn_terms(recommender.run, recommender.dataset.split.now, user)
    ranked = allowed.copy()
    ranked[item] = True
    lead = terms[:, [item]].toarray().ravel() - np.asarray(terms[:, np.flatnonzero(ranked)].mean(axis=1)).ravel()
    sums = groups.sums(items, lead)
    points = sums / rank.point if rank.point > 0 else np.zeros_like(sums)
    return Attribution(groups, points, points[None], 1)


def summed(found: Attribution, groups: Groups) -> Attribution:
    """The attribution of coarser ``groups`` of the same purchases: what all that is in one adds. Shares add up."""
    owner = {item: place for place, members in enumerate(groups.members) for item in members.tolist()}
    owners = np.array([owner[int(members[0])] for members in found.groups.members])
    into = (owners[:, None] == np.arange(len(groups.members))).astype(np.float64)
    return Attribution(groups, found.points @ into, found.by_cut @ into, found.n_chunks)


def attributions_table(found: dict[str, Attribution]) -> pd.DataFrame:
    """The attributions of several Runs, of the same groups: columns run, group (place), name, points."""
    return pd.concat(
        [
            pd.DataFrame({"run": name, "group": range(len(one.points)), "name": one.groups.names, "points": one.points})
            for name, one in found.items()
        ],
        ignore_index=True,
    )
