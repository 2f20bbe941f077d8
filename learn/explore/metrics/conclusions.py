"""What each figure says, in one sentence computed from the table that it draws; "" where there is nothing to say."""

from __future__ import annotations

import numpy as np
import pandas as pd

from learn.data.schema import Slices
from learn.explore.metrics.overview import PARTS

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
