"""What the ranking page and notebook 7 show of a finished comparison (`learn.ranking.report.read_report`)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from learn.data.schema import Slices
from learn.evaluation.better import NOT_CLEAR, interval_words, more_than_chance, signed
from learn.explore.catalogue import Catalogue
from learn.ranking.impressions import Impressions
from learn.ranking.report import DIGITS, NAMES
from learn.ranking.schema import (
    AUC,
    COSINE,
    FUSED,
    FUSED_OTHER,
    LOG_LOSS,
    METRICS,
    NONE,
    RANKERS,
    RAW,
    REVENUE,
    UAUC,
    WUAUC,
    Results,
)

METRIC_WORDS = {
    "uauc": "UAUC: are each user's items in the right order?",
    "wuauc": "WUAUC: the same, weighted by how much users were shown",
    "auc": "AUC: the same, over all users together",
    "log_loss": "log loss (lower is better)",
    "revenue": "replayed revenue of the head of every user's list, per user",
}
assert set(METRIC_WORDS) == set(METRICS)
_AUC = "how often what was bought is ranked above what was left"
_SCALE = "0.5 is guessing, 1 is perfect"
IN_SHORT = {
    UAUC: f"UAUC: for each user, {_AUC}; the mean over users. {_SCALE}",
    WUAUC: f"WUAUC: for each user, {_AUC}; the mean over users, weighted by how much they were shown. {_SCALE}",
    AUC: f"AUC: {_AUC}. {_SCALE}",
    LOG_LOSS: "log loss: how far the predicted probabilities are from what happened",
    REVENUE: "revenue: what was bought of the head of every user's reordered list, replayed",
}
"""What a measure is, for people who never met it."""
PLAIN_NAMES = {
    NONE: "no LEARN",
    RAW: "vectors as they are",
    COSINE: "one similarity score",
    FUSED: "adapted to purchases (the paper's form)",
    FUSED_OTHER: "adapted to purchases of the category",
}
"""What a ranker is given of LEARN's vectors, in names that need no paper."""
FEATURE_WORDS = {
    RAW: "raw: all their dimensions as features",
    COSINE: "the cosine: how near item and user are",
    FUSED: "fused: a small module adapts them first",
    FUSED_OTHER: "fused, by another task",
}
"""The same in the paper's words."""

_Z = 1.96  # standard deviations on both sides of a mean that hold 95%


def gains(rows: pd.DataFrame, metric: str, slice_name: str = Slices.WHOLE) -> pd.DataFrame:
    """What each set of features adds to each ranker, ranker by ranker, the one without LEARN first.

    Returns:
        Columns ranker, features, label, `Results.ESTIMATE`, `Results.GAINS`, `Results.OVER`.
    """
    chosen = rows[(rows[Results.METRIC] == metric) & (rows[Results.SLICE] == slice_name)]
    place = chosen[Results.RANKER].map({name: number for number, name in enumerate(RANKERS)})
    chosen = chosen.loc[place.sort_values(kind="stable").index]
    columns = [Results.RANKER, Results.FEATURES, *Results.ESTIMATE, *Results.GAINS, *Results.OVER]
    table = chosen[columns].reset_index(drop=True)
    table.insert(2, "label", [PLAIN_NAMES.get(name, name) for name in table[Results.FEATURES]])
    return table


def gains_by_slice(rows: pd.DataFrame, about: dict[str, Any], metric: str, features: str = FUSED) -> pd.DataFrame:
    """The gain of one set of features in every slice; of revenue in percent of what there was without LEARN.

    Returns:
        Columns slice, rule, share_of_impressions, ranker, gain, gain_low, gain_high, users.
    """
    chosen = rows[(rows[Results.METRIC] == metric) & (rows[Results.FEATURES] == features)]
    facts = pd.DataFrame(about["slices"])[["slice", "rule", "share_of_impressions"]]
    columns = [Results.SLICE, Results.RANKER, Results.MEAN, Results.GAIN, Results.GAIN_LOW, Results.GAIN_HIGH]
    table = facts.merge(chosen[[*columns, Results.N_USERS]], on="slice")
    if metric == REVENUE:
        base = (table[Results.MEAN] - table[Results.GAIN]).where(lambda values: values > 0)
        for name in (Results.GAIN, Results.GAIN_LOW, Results.GAIN_HIGH):
            table[name] = 100 * table[name] / base
    return table.rename(columns={Results.N_USERS: "users"}).drop(columns=Results.MEAN)


def calibration_curves(about: dict[str, Any], features: tuple[str, ...] = (NONE, FUSED)) -> pd.DataFrame:
    """Columns ranker, features, predicted, observed, impressions, low, high: of the first seed.

    low, high: the 95% interval of what was observed, as if every impression were drawn by itself (Wilson's).
    """
    parts = []
    for ranker in RANKERS:
        for name in features:
            curve = about["calibration"].get(f"{ranker}, {name}")
            if curve is not None:
                parts.append(pd.DataFrame(curve).assign(ranker=ranker, features=name))
    table = pd.concat(parts, ignore_index=True)
    share, n = table["observed"], table["impressions"]
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
    return table.assign(low=middle - half, high=middle + half)


def verdict(rows: pd.DataFrame, metric: str, features: str = FUSED) -> list[str]:
    """One sentence per ranker: what ``features`` add over all impressions, and whether that is clear."""
    sentences = []
    table = gains(rows, metric)
    digits = digits_that_add_up(table)
    for row in table[table[Results.FEATURES] == features].to_dict("records"):
        gain, low, high = (row[name] for name in (Results.GAIN, Results.GAIN_LOW, Results.GAIN_HIGH))
        better = gain < 0 if metric == LOG_LOSS else gain > 0
        sure = more_than_chance(low, high)
        certain = f"clearly {'better' if better else 'worse'}" if sure else NOT_CLEAR
        ranker, mean = NAMES[row[Results.RANKER]], row[Results.MEAN]
        sentences.append(
            f"{ranker}: {mean - gain:.{digits}f} without LEARN, {mean:.{digits}f} with it "
            f"({NAMES.get(features, features)}): {signed(gain, digits)} {interval_words(low, high, digits)}, {certain}"
        )
    return sentences


def digits_that_add_up(table: pd.DataFrame, least: int = 4, most: int = DIGITS) -> int:
    """The fewest decimals at which every rounded gain of `gains` is the difference of the two rounded figures."""
    for digits in range(least, most):
        mean, gain = table[Results.MEAN].round(digits), table[Results.GAIN].round(digits)
        base = (table[Results.MEAN] - table[Results.GAIN]).round(digits)
        if np.allclose(base + gain, mean, atol=10.0 ** -(digits + 2), equal_nan=True):
            return digits
    return most


def one_visit(shown: Impressions, catalogue: Catalogue, visit: int) -> pd.DataFrame:
    """What was shown on one visit, converted first.

    Returns:
        Columns title, category, the impressions' text features, converted, value.
    """
    rows = np.flatnonzero(shown.visits == visit)
    rows = rows[np.argsort(-shown.labels[rows].astype(int), kind="stable")]
    items = shown.items[rows]
    text = shown.extras.iloc[rows].select_dtypes(exclude="number")
    return pd.DataFrame(
        {
            "title": catalogue.titles[items],
            "category": catalogue.categories[items],
            **{name: text[name].to_numpy() for name in text},
            "converted": shown.labels[rows],
            "value": shown.values[rows],
        }
    )


def match_table(labels: np.ndarray, scores: dict[str, np.ndarray], bins: int = 10) -> pd.DataFrame:
    """How often impressions convert along each of several scores: in ``bins`` groups of equal size, from the least.

    Returns:
        Columns score (its name), group (1 to ``bins``), converted (share), impressions.
    """
    parts = []
    for name, values in scores.items():
        groups = np.array_split(np.argsort(values, kind="stable"), bins)
        found = [(name, place, labels[group].mean(), len(group)) for place, group in enumerate(groups, 1)]
        parts.append(pd.DataFrame(found, columns=["score", "group", "converted", "impressions"]))
    return pd.concat(parts, ignore_index=True)
