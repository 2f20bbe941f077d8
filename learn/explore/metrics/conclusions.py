"""What each figure says, in one sentence computed from the table that it draws; "" where there is nothing to say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from learn.data.schema import Metrics, Slices
from learn.evaluation.better import more_than_chance, signed, too_few
from learn.explore.metrics.leading import listed, part_words
from learn.explore.metrics.overview import PARTS

SMALL = 0.01
"""A gain of less than this part of what there was is called little."""
NEAR = 0.95
"""An accuracy of at least this part of the best one is close to it."""
FAR = 2.0
"""A value is outside when it is further from the others than this many times their own range."""


def outside(values: np.ndarray) -> np.ndarray:
    """[n] bool: at most one value, that which is further from all others than `FAR` times the range of those.

    It would leave the others a small part of an axis. Of fewer than four values, and of equal ones, none is.
    """
    found = np.zeros(len(values), dtype=bool)
    known = np.flatnonzero(np.isfinite(values))
    if len(known) < 4:
        return found
    order = known[np.argsort(values[known])]
    for one, rest in ((order[0], order[1:]), (order[-1], order[:-1])):
        inner = values[rest].max() - values[rest].min()
        gap = np.abs(values[rest] - values[one]).min()
        if inner > 0 and gap > FAR * inner:
            found[one] = True
            return found
    return found


def timeline(table: pd.DataFrame) -> str:
    """Of `overview.timeline`: how the events are divided."""
    events = table.groupby("part")["events"].sum().reindex(list(PARTS), fill_value=0)
    if not events.sum():
        return ""
    history, validation, target = events / events.sum()
    return f"Learned from {history:.0%} of the events, tuned on {validation:.0%}, judged on the last {target:.0%}."


def lengths(table: pd.DataFrame) -> str:
    """Of `overview.history_lengths`: the most common length."""
    if table.empty or not table["users"].sum():
        return ""
    row = table.loc[table["users"].idxmax()]
    return f"Most common: {row['events']} events ({row['users'] / table['users'].sum():.0%} of users)."


def slice_shares(table: pd.DataFrame) -> str:
    """Of `overview.slice_shares`: how much of the target nobody had bought in training."""
    cold = table[table["slice"] == Slices.COLD_START].set_index("of")["share"]
    if "items" not in cold or "target events" not in cold:
        return ""
    return (
        f"{cold['items']:.1%} of the items are new; they make {cold['target events']:.1%} of what is to be predicted."
    )


def top_categories(table: pd.DataFrame) -> str:
    """Of `overview.top_categories`: how much the first of them take."""
    if table.empty:
        return ""
    first = table.iloc[0]
    words = f"{first['category']} takes {first['share']:.0%} of all events"
    return words + (f"; the first {len(table)} take {table['share'].sum():.0%}." if len(table) > 1 else ".")


def trade_offs(table: pd.DataFrame, metric: str) -> str:
    """Of `compare.trade_offs`: the most accurate against the widest, and the widest of those that are close to it."""
    table = table.dropna(subset=["accuracy", "coverage"])
    if len(table) < 2:
        return ""
    best, widest = table.loc[table["accuracy"].idxmax()], table.loc[table["coverage"].idxmax()]
    shown = (
        f"{best['label']} is the most accurate ({metric} {best['accuracy']:.3f}) and shows {best['coverage']:.1%} of"
    )
    if best["run"] == widest["run"]:
        return f"{shown} the catalogue, more than any other: here accuracy costs no variety."
    near = table[table["accuracy"] >= NEAR * best["accuracy"]]
    close = near.loc[near["coverage"].idxmax()]
    told = [f"{shown} the catalogue"]
    if close["run"] != best["run"]:
        told.append(
            f"{close['label']}, less than {1 - NEAR:.0%} below that accuracy ({close['accuracy']:.3f}), shows "
            f"{close['coverage']:.1%}"
        )
    if widest["run"] != close["run"]:
        told.append(f"{widest['label']} shows {widest['coverage']:.1%}, at {metric} {widest['accuracy']:.3f}")
    return f"{'; '.join(told)}."


def overlap(table: pd.DataFrame, labels: dict[str, str]) -> str:
    """Of `compare.overlap_matrix`: the two that are most alike, and the one that is least like the others."""
    values = table.to_numpy(dtype=float).copy()
    np.fill_diagonal(values, np.nan)
    if len(table) < 2 or not np.isfinite(values).any():
        return ""
    one, other = np.unravel_index(np.nanargmax(values), values.shape)
    names = [labels[name] for name in table.index]
    words = f"{names[one]} and {names[other]} are the most alike: {values[one, other]:.0%} in common"
    if len(table) == 2:
        return f"{words}."
    means = np.array([np.nanmean(row) if np.isfinite(row).any() else np.nan for row in values])
    least = int(np.nanargmin(means))
    return f"{words}; {names[least]} is least like the others ({means[least]:.0%} on average)."


def learned(table: pd.DataFrame) -> str:
    """Of `compare.training_curves`: in which epoch each was best on the validation part."""
    parts = []
    for _, rows in table.dropna(subset=["validation"]).groupby("run", sort=False):
        best = rows.loc[rows["validation"].idxmax()]
        parts.append(f"{best['label']} in epoch {int(best['epoch'])} of {int(rows['epoch'].max())}")
    return f"Best on the validation part: {'; '.join(parts)}." if parts else ""


def ranking_gain(table: pd.DataFrame, names: Mapping[str, str], less_is_better: bool = False) -> str:
    """Of `ranking.gains`, for one set of features: which rankers are better with LEARN, by how much, and how sure."""
    if table.empty:
        return ""
    rows = table.to_dict("records")
    sign = -1 if less_is_better else 1
    sure = [row for row in rows if more_than_chance(row["gain_low"], row["gain_high"])]
    better = [row for row in sure if sign * row["gain"] > 0]
    worse = [row for row in sure if sign * row["gain"] < 0]

    def told(found: list[dict[str, Any]]) -> str:
        return listed([f"{names[row['ranker']]} ({signed(row['gain'])}{_share(row)})" for row in found])

    if worse:
        return f"With LEARN's vectors {told(worse)} became worse, by more than chance."
    if not better:
        return f"No ranker became better with LEARN's vectors by more than chance: {told(rows)}."
    little = all(abs(row["gain"]) < SMALL * abs(row.get("mean", 0)) for row in better)
    how = "by little, and by more than chance" if little else "by more than chance"
    if len(better) == len(rows) == 2:
        return f"Both rankers became better with LEARN's vectors, {how}: {told(better)}."
    return f"With LEARN's vectors {told(better)} became better, {how}."


def _share(row: dict[str, Any]) -> str:
    """The gain in percent of what there was without."""
    base = row.get("mean", np.nan) - row["gain"]
    return f", {signed(100 * row['gain'] / base, 1)}%" if base > 0 else ""


def ranking_slices(table: pd.DataFrame) -> str:
    """Of `ranking.gains_by_slice`: how many parts gain by more than chance, the greatest of them, and those that say
    nothing. Of many parts one in twenty is beyond chance by chance alone: it is said."""
    parts = table[table["slice"] != Slices.WHOLE]
    if "users" in parts:
        parts = parts[~parts["users"].map(too_few)]
    if parts.empty:
        return ""
    beyond = [more_than_chance(low, high) for low, high in zip(parts["gain_low"], parts["gain_high"], strict=True)]
    sure = parts[np.array(beyond, dtype=bool)]
    unsure = [name for name in dict.fromkeys(parts["slice"]) if name not in set(sure["slice"])]
    if sure.empty:
        return "In no part of users or items is the gain more than chance."
    best = sure.loc[sure["gain"].abs().idxmax()]
    by_chance = max(1, round(len(parts) / 20))
    words = (
        f"{len(sure)} of {len(parts)} gains in parts are more than chance (by chance alone about {by_chance}); "
        f"the greatest: {part_words(best['slice'])} ({signed(best['gain'])})"
    )
    return words + (f". No more than chance: {listed([part_words(name) for name in unsure])}." if unsure else ".")


def calibration(table: pd.DataFrame) -> str:
    """Of `ranking.calibration_curves`: how far what was predicted is from what happened, weighted by impressions."""
    parts = []
    for (ranker, features), rows in table.groupby(["ranker", "features"], sort=False):
        gap = np.average((rows["predicted"] - rows["observed"]).abs(), weights=rows["impressions"])
        parts.append((float(gap), ranker, features))
    if not parts:
        return ""
    least, most = min(parts)[0], max(parts)[0]
    return f"On average a predicted probability is {least:.3f} to {most:.3f} from what happened."


def compared_with(ran: pd.DataFrame) -> str:
    """The label of the row that the others of `results.one_metric` are compared with; "" where none can be told.

    It has no difference itself, and neither have rows of an earlier run, which say so in "why".
    """
    alone = ran[ran["difference"].isna()]
    told = alone[alone["why"].isna()] if "why" in alone else alone
    found = told if len(told) else alone
    return str(found["label"].iloc[0]) if len(found) else ""


def benchmark(chosen: pd.DataFrame) -> str:
    """Of `results.one_metric`: who leads, and how the others stand to the row that all are compared with."""
    ran = chosen.dropna(subset=[Metrics.MEAN])
    if len(ran) < 2:
        return ""
    compared = ran.dropna(subset=["difference"])
    words = f"{ran.iloc[0]['label']} leads with {ran.iloc[0][Metrics.MEAN]:.4f}"
    if compared.empty:
        return f"{words}, before {ran.iloc[1]['label']} with {ran.iloc[1][Metrics.MEAN]:.4f}."
    named = compared_with(ran) or "the reference"
    ahead = int((compared["difference_low"] > 0).sum())
    behind = int((compared["difference_high"] < 0).sum())
    level = len(compared) - ahead - behind
    if named == ran.iloc[0]["label"] and behind:
        who = f"all {behind} others are" if not level else f"{behind} of {len(compared)} others are"
        return f"{words}; {who} worse by more than chance."
    told = [f"{count} {what}" for count, what in ((ahead, "better"), (behind, "worse")) if count]
    told = [f"{listed(told)} by more than chance"] if told else []
    told += [f"{level} no more than chance away"] if level else []
    return f"{words}. Against {named}: {', '.join(told)}."
