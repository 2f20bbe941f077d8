"""What each figure says, in one sentence computed from the table that it draws; "" where there is nothing to say."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from learn.data.schema import Metrics, Slices
from learn.explore.metrics.overview import PARTS

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


def best_run(table: pd.DataFrame, metric: str) -> str:
    """Of `overview.compare_runs` (best first): who leads, and whether the interval of the second allows to say so."""
    table = table.dropna(subset=[Metrics.MEAN])
    if len(table) < 2:
        return ""
    first, second = table.iloc[0], table.iloc[1]
    words = f"{first['label']} leads: {metric} {first[Metrics.MEAN]:.3f}"
    close = table[table[Metrics.HIGH] >= first[Metrics.LOW]].iloc[1:]
    if pd.isna(first[Metrics.LOW]) or pd.isna(second[Metrics.HIGH]):
        return f"{words}, before {second['label']} with {second[Metrics.MEAN]:.3f}."
    if close.empty:
        return f"{words}, beyond chance before {second['label']} ({second[Metrics.MEAN]:.3f})."
    more = f" and {len(close) - 1} more" if len(close) > 1 else ""
    return f"{words}; {close.iloc[0]['label']}{more} may be as good: the intervals overlap."


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
        f"{cold['items']:.0%} of the items are new; they make {cold['target events']:.1%} of what is to be predicted."
    )


def top_categories(table: pd.DataFrame) -> str:
    """Of `overview.top_categories`: how much the first of them take."""
    if table.empty:
        return ""
    first = table.iloc[0]
    words = f"{first['category']} takes {first['share']:.0%} of all events"
    return words + (f"; the first {len(table)} take {table['share'].sum():.0%}." if len(table) > 1 else ".")


def by_slice(table: pd.DataFrame) -> str:
    """Of `compare.by_slice`: who leads over all, and the parts in which somebody else does."""
    table = table.dropna(subset=[Metrics.MEAN])
    if table["run"].nunique() < 2:
        return ""
    leaders = table.loc[table.groupby(Metrics.SLICE, sort=False)[Metrics.MEAN].idxmax()].set_index(Metrics.SLICE)
    whole = leaders["label"].get(Slices.WHOLE)
    if whole is None:
        return ""
    theirs = table[table["label"] == whole].set_index(Metrics.SLICE)
    others: dict[str, list[str]] = {}
    close = 0
    for name, row in leaders.iterrows():
        if row["label"] == whole:
            continue
        if Metrics.LOW in row and name in theirs.index and not row[Metrics.LOW] > theirs.loc[name, Metrics.HIGH]:
            close += 1
        else:
            others.setdefault(row["label"], []).append(_of(str(name)))
    words = [f"{whole} leads over all", *(f"{label} for {' and '.join(names)}" for label, names in others.items())]
    if not others and not close:
        return f"{whole} leads over all and in every part."
    by_chance = f" In {close} more part{'s' * (close > 1)} another is ahead, by no more than chance." if close else ""
    return "; ".join(words) + "." + by_chance


def trade_offs(table: pd.DataFrame, metric: str) -> str:
    """Of `compare.trade_offs`: the most accurate against the widest."""
    table = table.dropna(subset=["accuracy", "coverage"])
    if len(table) < 2:
        return ""
    best, widest = table.loc[table["accuracy"].idxmax()], table.loc[table["coverage"].idxmax()]
    shown = (
        f"{best['label']} is the most accurate ({metric} {best['accuracy']:.3f}) and shows {best['coverage']:.1%} of"
    )
    if best["run"] == widest["run"]:
        return f"{shown} the catalogue, more than any other: here accuracy costs no variety."
    wide = f"{widest['label']} shows {widest['coverage']:.1%}, at {metric} {widest['accuracy']:.3f}"
    return f"{shown} the catalogue; {wide}."


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
    """Of `ranking.gains`, for one set of features: which rankers are better with LEARN, by more than luck."""
    if table.empty:
        return ""
    ends = (-1 if less_is_better else 1) * table[["gain_low", "gain_high"]]
    low, high = ends.min(axis=1), ends.max(axis=1)
    better = [names[ranker] for ranker in table["ranker"][low > 0]]
    worse = [names[ranker] for ranker in table["ranker"][high < 0]]
    if worse:
        return f"With LEARN's vectors {' and '.join(worse)} became worse, by more than luck."
    if not better:
        return "No ranker became better with LEARN's vectors by more than luck."
    who = "Both rankers" if len(better) == len(table) == 2 else " and ".join(better)
    return f"{who} became better with LEARN's vectors, by more than luck."


def ranking_slices(table: pd.DataFrame) -> str:
    """Of `ranking.gains_by_slice`: the parts in which a gain is more than luck, and those that say nothing."""
    parts = table[table["slice"] != Slices.WHOLE]
    if parts.empty:
        return ""
    sure = parts[(parts["gain_low"] > 0) | (parts["gain_high"] < 0)]
    unsure = [name for name in dict.fromkeys(parts["slice"]) if name not in set(sure["slice"])]
    if sure.empty:
        return "In no part of users or items can the gain be told from luck."
    best = sure.loc[sure["gain"].abs().idxmax()]
    words = f"The greatest gain that is more than luck: {_of(best['slice'])} ({best['gain']:+.4f})"
    return words + (f"; too few to tell: {', '.join(map(_of, unsure))}." if unsure else ".")


def _of(slice_name: str) -> str:
    kind, _, name = slice_name.partition(":")
    return f"{'other' if name == 'others' else name} {kind}s" if name else slice_name


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


def benchmark(chosen: pd.DataFrame) -> str:
    """Of `results.one_metric`: who leads, and how many are apart from the row that the others are compared with."""
    ran = chosen.dropna(subset=[Metrics.MEAN])
    if len(ran) < 2:
        return ""
    compared = ran.dropna(subset=["difference"])
    apart = int(((compared["difference_low"] > 0) | (compared["difference_high"] < 0)).sum())
    words = f"{ran.iloc[0]['label']} leads with {ran.iloc[0][Metrics.MEAN]:.4f}"
    if compared.empty:
        return f"{words}, before {ran.iloc[1]['label']} with {ran.iloc[1][Metrics.MEAN]:.4f}."
    reference = ran[ran["difference"].isna()]["label"]
    named = reference.iloc[0] if len(reference) else "the reference"
    return f"{words}; {apart} of {len(compared)} others differ from {named} by more than chance."
