"""Metrics of scored impressions with intervals by user, each ranker against itself without LEARN (Tables 8 and 9)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from learn.evaluation.bootstrap import LEVEL, bootstrap_ratios
from learn.ranking.metrics import log_losses, placements, user_auc
from learn.ranking.replay import captured
from learn.ranking.schema import AUC, LOG_LOSS, NONE, RAW, REVENUE, UAUC, WUAUC, Results

Scores = dict[tuple[str, str], list[np.ndarray]]
"""(ranker, features) -> of every seed [n] probabilities of conversion."""


@dataclass(frozen=True)
class TestImpressions:
    """The test impressions that scores are judged on.

    Attributes:
        users: [n] int64; labels: [n] 0 or 1; values: [n] what was bought is worth.
        slices: name -> [n] bool: the impressions of a slice; `Slices.WHOLE` first.
    """

    users: np.ndarray
    labels: np.ndarray
    values: np.ndarray
    slices: dict[str, np.ndarray]


def summarise(judged: TestImpressions, scores: Scores, top_n: int, resamples: int) -> pd.DataFrame:
    """One row per ranker, features, metric and slice, columns `Results.ALL`.

    A metric is the mean over seeds. Its interval resamples users, and so do the differences', in pairs: the same
    users with LEARN, without it, and with its raw vectors (where scores have none: without). UAUC averages the AUC of
    each user, WUAUC weighs it by their impressions; users with one class only in a slice are left out there. Revenue is
    what the first ``top_n`` of every user's list had sold, in the values' unit per user.
    """
    rows = []
    for slice_name, inside in judged.slices.items():
        sums = {key: [_user_sums(judged, inside, one, top_n) for one in seeds] for key, seeds in scores.items()}
        areas = {key: _mean([_auc_sums(judged, inside, one) for one in seeds]) for key, seeds in scores.items()}
        for ranker, features in scores:
            mine = sums[ranker, features]
            others = [(ranker, NONE), (ranker, RAW if (ranker, RAW) in scores else NONE)]
            for metric in (UAUC, WUAUC, LOG_LOSS, REVENUE):
                bases = [_mean([one[metric] for one in sums[other]]) for other in others]
                found = _ratio_row(_mean([one[metric] for one in mine]), bases, resamples)
                rows.append((ranker, features, metric, slice_name, *found, *_people(metric, mine[0])))
            found = _auc_row(areas[ranker, features], [areas[other] for other in others], resamples)
            rows.append((ranker, features, AUC, slice_name, *found, len(np.unique(judged.users[inside])), 0))
    return pd.DataFrame(rows, columns=list(Results.ALL))


def _user_sums(judged: TestImpressions, inside: np.ndarray, scores: np.ndarray, top_n: int) -> dict[str, np.ndarray]:
    """metric -> [U, 2]: numerator and denominator of every user, zeros where a user has no part in it."""
    n_users = int(judged.users.max(initial=-1)) + 1
    users, labels = judged.users[inside], judged.labels[inside]
    found = user_auc(users, labels, scores[inside])
    plain, weighted = np.zeros((n_users, 2)), np.zeros((n_users, 2))
    plain[found.users] = np.column_stack([found.auc, np.ones(len(found.users))])
    weighted[found.users] = found.impressions[:, None] * plain[found.users]
    losses = np.bincount(users, weights=log_losses(labels, scores[inside]), minlength=n_users)
    # The list is the user's whole list; a slice of items counts what of it is in the slice.
    sold = captured(judged.users, judged.values, scores, top_n)[inside]
    there = np.bincount(users, minlength=n_users)
    return {
        UAUC: plain,
        WUAUC: weighted,
        LOG_LOSS: np.column_stack([losses, there]),
        REVENUE: np.column_stack([np.bincount(users, weights=sold, minlength=n_users), there > 0]),
        "left out": np.array([found.left_out]),
    }


def _mean(parts: list[np.ndarray]) -> np.ndarray:
    return np.mean(parts, axis=0)


def _ratio_row(mine: np.ndarray, bases: list[np.ndarray], resamples: int) -> list[float]:
    """Estimate and interval of ``mine`` and of its differences to ``bases``; users without a part do not count."""
    taking = mine[:, 1] > 0
    numerators = np.column_stack([mine[:, 0], *(mine[:, 0] - base[:, 0] for base in bases)])[taking]
    denominators = np.repeat(mine[taking, 1:], numerators.shape[1], axis=1)
    estimates = bootstrap_ratios(numerators, denominators, resamples=resamples)
    return [float(part[column]) for column in range(numerators.shape[1]) for part in estimates]


def _people(metric: str, sums: dict[str, np.ndarray]) -> tuple[int, int]:
    left_out = int(sums["left out"][0]) if metric in (UAUC, WUAUC) else 0
    return int((sums[metric][:, 1] > 0).sum()), left_out


def _auc_sums(judged: TestImpressions, inside: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """[U, 4]: each user's sum of placements over converted impressions and their number; the same of the others."""
    users, labels = judged.users[inside], judged.labels[inside]
    placed = placements(labels, scores[inside])
    n_users = int(judged.users.max(initial=-1)) + 1
    columns = []
    for label in (1, 0):
        mine = labels == label
        columns += [np.bincount(users[mine], weights=placed[mine], minlength=n_users)]
        columns += [np.bincount(users[mine], minlength=n_users)]
    return np.column_stack(columns)


def _auc_row(mine: np.ndarray, bases: list[np.ndarray], resamples: int) -> list[float]:
    """AUC and its differences to ``bases`` with intervals: either class's mean placement over resampled users, less the
    AUC once. This is AUC to first order in how often each user is drawn (Obuchowski, 1997)."""
    taking = (mine[:, 1] + mine[:, 3]) > 0
    row: list[float] = []
    for values in (mine, *(mine - base * [1, 0, 1, 0] for base in bases)):
        values = values[taking]
        total = values.sum(axis=0)
        if not total[1] or not total[3]:
            row += [np.nan] * 3
            continue
        drawn = np.random.default_rng(0).multinomial(len(values), np.full(len(values), 1 / len(values)), resamples)
        sums = drawn @ values
        with np.errstate(invalid="ignore", divide="ignore"):  # a resample of a small slice may lack a class
            sampled = sums[:, 0] / sums[:, 1] + sums[:, 2] / sums[:, 3] - total[0] / total[1]
        tails = np.nanquantile(sampled, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        row += [float(total[0] / total[1]), *map(float, tails)]
    return row
