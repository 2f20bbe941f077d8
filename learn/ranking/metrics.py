"""AUC, UAUC, WUAUC, log loss and calibration of scored impressions (SPEC, section 6)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import rankdata


class UserAUC(NamedTuple):
    """Attributes:
    users: [U'] int64: users with impressions of both classes.
    auc: [U'] float64.
    impressions: [U'] int64: how many each has, WUAUC's weights.
    left_out: users with one class only, for whom an order means nothing.
    """

    users: np.ndarray
    auc: np.ndarray
    impressions: np.ndarray
    left_out: int

    @property
    def uauc(self) -> float:
        """Mean of the users' AUC; NaN without users."""
        return float(self.auc.mean()) if len(self.auc) else float("nan")

    @property
    def wuauc(self) -> float:
        """Mean weighted by the users' impressions; NaN without users."""
        return float(np.average(self.auc, weights=self.impressions)) if len(self.auc) else float("nan")


def user_auc(users: np.ndarray, labels: np.ndarray, scores: np.ndarray) -> UserAUC:
    """AUC within every user: the chance that a converted impression of theirs is scored above one that was not; ties
    count half (Mann-Whitney).

    Args:
        users: [n] int; labels: [n] 0 or 1; scores: [n] float, comparable within a user.
    """
    if not len(users):
        nothing = np.zeros(0, np.int64)
        return UserAUC(nothing, np.zeros(0), nothing, 0)
    frame = pd.DataFrame({"user": users, "label": labels.astype(np.int64), "score": scores})
    frame["rank"] = frame.groupby("user")["score"].rank()  # ties share their mean rank
    frame["converted_rank"] = frame["rank"] * frame["label"]
    sums = frame.groupby("user").agg(n=("label", "size"), ones=("label", "sum"), ranks=("converted_rank", "sum"))
    both = (sums["ones"] > 0) & (sums["ones"] < sums["n"])
    kept = sums[both]
    ones, zeros = kept["ones"], kept["n"] - kept["ones"]
    auc = (kept["ranks"] - ones * (ones + 1) / 2) / (ones * zeros)
    return UserAUC(kept.index.to_numpy(np.int64), auc.to_numpy(), kept["n"].to_numpy(np.int64), int((~both).sum()))


def auc(labels: np.ndarray, scores: np.ndarray) -> float:
    """AUC over all impressions together; NaN where one class is missing.

    Args:
        labels: [n] 0 or 1; scores: [n] float.
    """
    ones = int(labels.sum())
    zeros = len(labels) - ones
    if not ones or not zeros:
        return float("nan")
    return float((rankdata(scores)[labels == 1].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def placements(labels: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """[n]: of a converted impression the share of the others that are scored below it, of another the share of the
    converted ones that are scored above; ties count half. The mean over either class is the AUC.

    With them an AUC is a sum over impressions, which is how its uncertainty over users is told (DeLong, 1988; for
    users with several impressions Obuchowski, 1997). NaN where one class is missing.

    Args:
        labels: [n] 0 or 1; scores: [n] float.
    """
    found = np.full(len(labels), np.nan)
    converted = labels == 1
    if not converted.any() or converted.all():
        return found
    ranks = rankdata(scores)
    found[converted] = (ranks[converted] - rankdata(scores[converted])) / (~converted).sum()
    found[~converted] = 1 - (ranks[~converted] - rankdata(scores[~converted])) / converted.sum()
    return found


def log_losses(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """[n] minus the natural logarithm of the probability given to what happened (clipped at 1e-7)."""
    given = np.where(labels == 1, probabilities, 1 - probabilities)
    return -np.log(np.clip(given, 1e-7, 1.0))


def calibration(labels: np.ndarray, probabilities: np.ndarray, bins: int = 15) -> pd.DataFrame:
    """Predicted against observed conversion in ``bins`` groups of about equal size by prediction.

    Returns:
        Columns predicted (mean), observed (share converted), impressions; ascending.
    """
    order = np.argsort(probabilities, kind="stable")
    groups = np.array_split(order, min(bins, max(len(order), 1)))
    rows = [(probabilities[group].mean(), labels[group].mean(), len(group)) for group in groups if len(group)]
    return pd.DataFrame(rows, columns=["predicted", "observed", "impressions"])
