"""What each figure says, in one sentence computed from the table that it draws; "" where there is nothing to say."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from learn.data.schema import Slices
from learn.explore.metrics.leading import listed, quoted
from learn.explore.metrics.overview import PARTS
from learn.item_towers import brief

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


def lengths(median: float) -> str:
    """Of `overview.Health.median_history`: what half of the users have; "" of none, which all of them have."""
    least = math.ceil(median)
    if least < 1:
        return ""
    return f"Half of the users have {least:,} {'event' if least == 1 else 'events'} or more."


def slice_shares(table: pd.DataFrame) -> str:
    """Of `overview.slice_shares`: how much of the target nobody had bought in training."""
    cold = table[table["slice"] == Slices.COLD_START].set_index("of")["share"]
    if "items" not in cold or "target events" not in cold:
        return ""
    return (
        f"{cold['items']:.1%} of the items were never bought before the cut; they make {cold['target events']:.1%} of "
        "what is to be predicted."
    )


def alike(table: pd.DataFrame) -> str:
    """Of `overview.metrics_overview`: which of its rows have the very same figures."""
    numbers = table.drop(columns="label")
    groups = [
        list(rows["label"]) for _, rows in table.groupby([numbers[name] for name in numbers], sort=False, dropna=False)
    ]
    told = [listed(names) for names in groups if len(names) > 1]
    return f"{'; '.join(f'{names} have the same figures' for names in told)}." if told else ""


def top_categories(table: pd.DataFrame) -> str:
    """Of `overview.top_categories`: how much the first of them take."""
    if table.empty:
        return ""
    first = table.iloc[0]
    words = f"{first['category']} takes {first['share']:.0%} of all events"
    return words + (f"; the first {len(table)} take {table['share'].sum():.0%}." if len(table) > 1 else ".")


def trade_offs(table: pd.DataFrame, metric: str, level: Sequence[str] = ()) -> str:
    """Of `compare.trade_offs`: whether the most accurate show less of the catalogue than others.

    Args:
        level: the names of the Runs that share the lead in accuracy (`best_for.level`).
    """
    table, near, others = _by_accuracy(table, level)
    if len(table) < 2:
        return ""
    widest = table.loc[table["coverage"].idxmax()]
    close = near.loc[near["coverage"].idxmax()]
    wider = int((others["coverage"] > close["coverage"]).sum())
    costs, among = _costs("breadth", wider, len(others)), "" if len(near) == 1 else "among "
    said = (
        f"Accuracy {costs}: {close['label']}, {among}the most accurate "
        f"({metric} {close['accuracy']:.3f}), {'shows' if wider or others.empty else 'also shows'} "
        f"{close['coverage']:.1%} of the catalogue"
    )
    if wider:
        reached = f"{widest['coverage']:.1%}, at {metric} {widest['accuracy']:.3f}"
        most = f"{widest['label']} most ({reached})"
        only = "only " * (len(others) > 1)
        said += f"; {only}{widest['label']} shows more ({reached})" if wider == 1 else f"; {wider} show more, {most}"
    elif len(others):
        said += ", the most"
    return f"{said}."


def _by_accuracy(table: pd.DataFrame, level: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Of `compare.trade_offs` those of which both is known, those of them that share the lead, and the others."""
    table = table.dropna(subset=["accuracy", "coverage"])
    best = table.nlargest(1, "accuracy")["run"]
    lead = table["run"].isin([*level, *best])
    return table, table[lead], table[~lead]


def novelty(table: pd.DataFrame, level: Sequence[str] = ()) -> str:
    """Of the same: who shows rarer items than the most accurate, and who does not; "" where that is not known."""
    table, near, others = _by_accuracy(table, level)
    if "novelty" not in table or others.empty or not np.isfinite(near["novelty"].max()):
        return ""
    rarest = near.loc[near["novelty"].idxmax()]
    more = table["novelty"] > rarest["novelty"]
    told = f"Accuracy {_costs('novelty', int((others['novelty'] > rarest['novelty']).sum()), len(others))}"
    if not more.any():
        return f"{told}: nobody shows rarer items than {brief(rarest['label'])}."
    rarer = list(table[more]["label"].map(brief))
    return f"{told}: {listed(rarer)} show{'s' * (len(rarer) == 1)} rarer items than {brief(rarest['label'])}."


def _costs(variety: str, more_varied: int, others: int) -> str:
    """Whether accuracy costs ``variety``, where so many of the less accurate have more of it than the most accurate."""
    if not more_varied:
        return f"costs no {variety}"
    return f"costs {variety} in part" if more_varied < others else f"costs {variety}"


def overlap(table: pd.DataFrame, labels: dict[str, str], learned: Sequence[str] = (), popular: str = "") -> str:
    """Of `compare.overlap_matrix`: the two that are most alike, and the one that is least like the others.

    Args:
        learned: the names of the trained Runs; popular: that of popularity. Where more than half of a trained one's
            list is what everybody is shown, it is said of which the most.
    """
    values = table.to_numpy(dtype=float).copy()
    np.fill_diagonal(values, np.nan)
    if len(table) < 2 or not np.isfinite(values).any():
        return ""
    one, other = np.unravel_index(np.nanargmax(values), values.shape)
    names = [labels[name] for name in table.index]
    words = f"{names[one]} and {names[other]} are the most alike: {values[one, other]:.0%} in common"
    if len(table) == 2:
        return f"{words}."
    shares = {name: table.loc[name, popular] for name in learned if popular in table.index and name in table.index}
    same = max(shares, key=lambda name: np.nan_to_num(shares[name]), default="")
    if same and shares[same] > 0.5 and {same, popular} != {table.index[one], table.index[other]}:
        words += f"; {labels[same]} has {shares[same]:.0%} in common with {labels[popular]}"
    means = np.array([np.nanmean(row) if np.isfinite(row).any() else np.nan for row in values])
    least = int(np.nanargmin(means))
    return f"{words}; {names[least]} is least like the others ({means[least]:.0%} on average)."


def unfinished(table: pd.DataFrame) -> list[str]:
    """Of `compare.training_curves`: the labels of those that were best in their last epoch, and could have gone on."""
    known = table.dropna(subset=["validation"])
    return [
        quoted(str(rows["label"].iloc[0]))
        for _, rows in known.groupby("run", sort=False)
        if rows["epoch"].max() > 1 and rows.loc[rows["validation"].idxmax(), "epoch"] == rows["epoch"].max()
    ]


def trained_may_improve(table: pd.DataFrame, most: int = 3) -> str:
    """The same as a sentence, beside how many were trained; "" where all had stopped. Some, but not more than ``most``,
    are named."""
    names, n = unfinished(table), table["run"].nunique()
    if not names:
        return ""
    if len(names) == n:
        who = "The trained variant had not" if n == 1 else f"None of the {n} trained variants had"
    else:
        named = f", {listed(names)}," if len(names) <= most else ""
        who = f"{len(names)} of the {n} trained variants{named} had not"
    return f"{who} stopped improving: with more training, trained text may do better."


def learned(table: pd.DataFrame) -> str:
    """Of `compare.training_curves`: in which epoch each was best, and who had not stopped improving."""
    still, stopped = [], []
    for _, rows in table.dropna(subset=["validation"]).groupby("run", sort=False):
        row = rows.loc[rows["validation"].idxmax()]
        name, epoch, last = quoted(str(row["label"])), int(row["epoch"]), int(rows["epoch"].max())
        if epoch == last:
            still.append(name)
        else:
            stopped.append(f"{name} in epoch {epoch} of {last}")
    told = f"Best on the validation part: {'; '.join(stopped)}." if stopped else ""
    if still:
        were = "was" if len(still) == 1 else "were"
        told += f" {listed(still)} {were} best in the last epoch and had not stopped improving: more training may help."
    return told.strip()


def other_order(table: pd.DataFrame, tested: Mapping[str, float]) -> str:
    """Of the same: in which order they stand on the validation part, where that of the test part is another; else "".

    Args:
        tested: Run -> its mean on the test part.
    """
    known = table.dropna(subset=["validation"])
    best = {str(run): float(rows["validation"].max()) for run, rows in known.groupby("run", sort=False)}
    names = {str(run): quoted(str(label)) for run, label in zip(known["run"], known["label"], strict=True)}
    both = [run for run in best if np.isfinite(tested.get(run, np.nan))]
    by_validation = sorted(both, key=lambda run: -best[run])
    by_test = sorted(both, key=lambda run: -tested[run])
    if by_validation == by_test:
        return ""
    first, other = (", ".join(names[run] for run in order) for order in (by_validation, by_test))
    return f"By their figures the order is {first} on validation, but {other} on the test part."
