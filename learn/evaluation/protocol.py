"""From ranked lists to the metrics table: two sets of candidates, six slices, and an interval for every number.

Candidates (`Recommendations.CANDIDATES`): ``all`` ranks the whole catalogue, the user's history included, and every
distinct target counts (leave-one-out benchmarks that do not mask history are this); ``new``, unseen items, takes the
items of the user's own history out of the list and out of the targets: what the user would meet for the first time.
``cold`` ranks the items that an item-cold split left out, and no others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from learn.data.schema import PerUser, Recommendations
from learn.data.sequences import take_users
from learn.data.slices import SliceConfig, describe, item_slices, user_slices
from learn.data.splits import Phase, Split
from learn.errors import LearnError
from learn.evaluation.bootstrap import RESAMPLES
from learn.evaluation.metrics import METRICS, Metric, PerUserMetric
from learn.evaluation.tabulate import metrics_table, per_user_table
from learn.evaluation.targets import (
    CANDIDATE_SETS,
    candidate_sets,
    is_left_out,
    make_targets,
    without_history,
)
from learn.retrieval.base import Index
from learn.retrieval.candidates import suits_tiles
from learn.retrieval.exact import ExactIndex
from learn.retrieval.repeats import Repeat, search_with_repeats, with_history

KS = (10, 50, 100)
LIST_LENGTH = 100
"""How many items of a list a Run keeps."""
Ranked = Mapping[str, np.ndarray]


def default_k(n_items: int) -> int:
    """The list length to show first: the longest of `KS` within a tenth of the catalogue, else the shortest."""
    return max((k for k in KS if k <= n_items // 10), default=KS[0])


@dataclass(frozen=True)
class Evaluation:
    """What evaluating one Run gives.

    Attributes:
        metrics: columns `Metrics.ALL`; NaN where a slice has no user, and for the interval of coverage (a resample
            of users shows fewer different lists than there are, so its interval would not hold the estimate).
        per_user: columns of `PerUser`.
        slices: columns `Slices.ALL`.
        users: per set of candidates: ``evaluated`` and how many were left out, by reason.
    """

    metrics: pd.DataFrame
    per_user: pd.DataFrame
    slices: pd.DataFrame
    users: dict[str, dict[str, int]]


def evaluate(
    ranked: Ranked,
    split: Split,
    phase: Phase = Phase.TEST,
    ks: Sequence[int] = KS,
    slices: SliceConfig | None = None,
    seed: int = 0,
    resamples: int = RESAMPLES,
    sliced: bool = True,
) -> Evaluation:
    """Metrics of ranked lists against the targets of ``phase``.

    Item slices restrict the *targets* to the slice's items, the list stays whole, and users without such a target do
    not count. User slices restrict the users. Candidates under which nobody can be evaluated (``new`` where every
    target is a repeat) are left out.

    Args:
        ranked: candidates -> [U, K] item indices, best first, each at most once in a row, -1 where a list has ended.
        split, phase: what is history and what is target.
        ks: cutoffs.
        slices: thresholds; None: the defaults.
        seed, resamples: of the bootstrap over users; 0 resamples give no interval.
        sliced: count the slices too; else the whole alone, a tenth of the work.

    Raises:
        LearnError: lists of another number of users than the split's, or nobody to evaluate.
    """
    slices = slices or SliceConfig()
    item_names = item_slices(split.training_counts(), slices)
    history_lengths = split.history(phase).lengths
    user_names = user_slices(history_lengths, slices)
    tables, per_user, users = [], [], {}
    possible = candidate_sets(split, phase)
    for candidates, lists in ranked.items():
        if candidates in CANDIDATE_SETS and candidates not in possible:
            continue
        targets = make_targets(split, phase, candidates)
        if len(lists) != len(split.sequences):
            raise LearnError(
                f"Ranked lists ({candidates!r}) came for {len(lists)} users, the split has {len(split.sequences)}.",
                "Give one row per user of the dataset, -1 where there is no recommendation.",
            )
        if candidates == Recommendations.UNSEEN:
            lists = without_history(lists, split, phase)
        if len(targets.users) < len(lists):
            lists = lists[targets.users]
        names = item_names, user_names[targets.users]
        tables.append(metrics_table(candidates, lists, targets, ks, names, seed, resamples, sliced))
        per_user.append(per_user_table(candidates, lists, targets, ks))
        users[candidates] = {"evaluated": len(targets.users), **targets.left_out}
    return Evaluation(
        pd.concat(tables, ignore_index=True),
        pd.concat(per_user, ignore_index=True),
        describe(split.training_counts(), history_lengths, slices),
        users,
    )


def per_user_values(per_user: pd.DataFrame, metric: str, k: int) -> np.ndarray:
    """[E] float64 of one metric of every row of a Run's `per_user` table.

    Raises:
        LearnError: no such metric, one of all lists together, or one (or a k) that the Run was not evaluated with.
    """
    entry, _ = _of_user(metric)
    column = PerUser.at(PerUser.HITS if entry.from_counts is not None else metric, k)
    if column not in per_user:
        raise LearnError(f"The Run has no {column} of every user.", "Make it again: learn train, or learn import-run.")
    values = per_user[column].to_numpy(np.float64)
    if entry.from_counts is not None:
        values = entry.from_counts(values, per_user[PerUser.N_TARGETS].to_numpy())
    return values


def _of_user(metric: str) -> tuple[Metric, PerUserMetric]:
    """The entry of a metric that every user has, and its function.

    Raises:
        LearnError: there is none; those there are are named.
    """
    entry = METRICS.get(metric)
    if entry is None or entry.of_user is None or not entry.is_of_every_user:
        able = ", ".join(one.code for one in METRICS.entries if one.is_of_every_user)
        raise LearnError(f"There is no metric {metric!r} of every user.", f"Choose one of: {able}.")
    return entry, entry.of_user


def rank_vectors(
    user_vectors: np.ndarray,
    item_vectors: np.ndarray,
    split: Split,
    phase: Phase = Phase.TEST,
    k: int = 100,
    index: Index | None = None,
    repeat: Repeat | float = 0.0,
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The top ``k`` of every user with a history, of all items, of unseen ones, and of an item-cold split's own.

    Args:
        user_vectors: [U, d]; item_vectors: [N, d]: score = inner product.
        split, phase: the history to leave out of ``new``.
        k: list length; a catalogue of fewer items gives shorter lists.
        index: what searches; None: exact search over ``item_vectors``.
        repeat: added to the score of the items that the history holds.

    Returns:
        candidates -> items [U, min(k, N)] int64 and scores float32; -1 and -inf where a list has ended and for users
        without history, whose vector says nothing.
    """
    search = index or ExactIndex(item_vectors)
    k = min(k, split.n_items)
    history = split.history(phase)
    unseen = search.search(user_vectors, k, history)
    if repeat or (index is None and suits_tiles(split.n_items, k)):  # else a second search takes no longer
        everything = with_history(unseen, item_vectors, user_vectors, history, repeat)
    else:
        everything = search.search(user_vectors, k)
    found = {Recommendations.ALL_CANDIDATES: everything, Recommendations.UNSEEN: unseen}
    if split.info.is_item_cold:
        cold = np.flatnonzero(is_left_out(split))
        places, scores = ExactIndex(item_vectors[cold]).search(user_vectors, min(k, len(cold)))
        found[Recommendations.COLD] = np.where(places < 0, -1, cold[places]), scores
    for items, scores in found.values():
        items[history.lengths == 0] = -1
        scores[history.lengths == 0] = -np.inf
    return found


def evaluated_users(split: Split, phase: Phase, candidates: str, most: int, seed: int = 0) -> np.ndarray:
    """[E] indices of the users that can be evaluated; of more than ``most`` a random sample, by ``seed`` the same."""
    users = make_targets(split, phase, candidates).users
    if len(users) <= most:
        return users
    return np.sort(np.random.default_rng(seed).choice(users, most, replace=False))


def validation_score(
    user_vectors: np.ndarray,
    item_vectors: np.ndarray,
    split: Split,
    phase: Phase = Phase.VALIDATION,
    candidates: str = Recommendations.UNSEEN,
    metric: str = "recall",
    k: int = 100,
    users: np.ndarray | None = None,
    repeat: Repeat | float = 0.0,
) -> float:
    """One number for early stopping: ``metric``, one that every user has, at ``k``.

    Args:
        user_vectors: [U, d] after the history of ``phase``; item_vectors: [N, d].
        users: the users to evaluate, from `evaluated_users`; None: all that can be.
        repeat: added to the score of the items that the history holds.

    Raises:
        LearnError: no such metric or candidates, or nobody to evaluate.
    """
    entry, _ = _of_user(metric)
    targets = make_targets(split, phase, candidates)
    rows = np.arange(len(targets.users)) if users is None else np.searchsorted(targets.users, users)
    index, k_found = ExactIndex(item_vectors), min(k, split.n_items)
    vectors, history = user_vectors[targets.users[rows]], take_users(split.history(phase), targets.users[rows])
    lists = np.full((len(targets.users), k_found), -1, dtype=np.int64)
    if candidates == Recommendations.UNSEEN:
        lists[rows], _ = index.search(vectors, k_found, history)
    else:
        lists[rows], _ = search_with_repeats(index, item_vectors, vectors, k_found, history, repeat)
    return entry.mean_of(targets.hits(lists), targets.counts(), k, rows)
