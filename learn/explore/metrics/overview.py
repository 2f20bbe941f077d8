"""A dataset's health and its Runs' metrics, as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from learn.data.dataset import Dataset
from learn.data.schema import Metrics, Recommendations, Slices
from learn.data.slices import describe, item_slices, user_slices
from learn.data.splits import Phase, Split
from learn.evaluation.metrics import METRICS
from learn.explore.catalogue import Catalogue
from learn.runs.folder import RunFolder

CANDIDATE_LABELS = {
    Recommendations.UNSEEN: "Items new to the user",
    Recommendations.ALL_CANDIDATES: "All items",
    Recommendations.COLD: "Items left out of training",
}
PARTS = ("history", "validation", "target")
"""What the split makes of an event, in time order: codes 0, 1 and 2 of `Split.codes`."""

LENGTH_BINS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)


@dataclass(frozen=True)
class Health:
    """A dataset in numbers.

    Attributes:
        users: U.
        items: N.
        interactions: events.
        first, last: times of the first and last event; None where the source has an order only.
        median_history: median number of events that a user has before the target.
        users_with_history: users with an event before the target; users_tested: users with one in it.
        cold_items: items without any event in the training part.
        cold_tested: those of them that are in the target.
    """

    users: int
    items: int
    interactions: int
    first: pd.Timestamp | None
    last: pd.Timestamp | None
    median_history: float
    users_with_history: int
    users_tested: int
    cold_items: int
    cold_tested: int


def health(dataset: Dataset, split: Split) -> Health:
    """The `Health` of ``dataset`` under ``split``."""
    sequences, target, histories = split.sequences, split.target(Phase.TEST), split.history(Phase.TEST).lengths
    unknown = split.training_counts() == 0
    first = last = None
    if sequences.times is not None:
        first, last = pd.Timestamp(sequences.times.min()), pd.Timestamp(sequences.times.max())
    return Health(
        users=len(sequences),
        items=dataset.n_items,
        interactions=len(sequences.items),
        first=first,
        last=last,
        median_history=float(np.median(histories)),
        users_with_history=int((histories > 0).sum()),
        users_tested=int((target.lengths > 0).sum()),
        cold_items=int(unknown.sum()),
        cold_tested=int(unknown[np.unique(target.items)].sum()),
    )


def timeline(split: Split) -> pd.DataFrame:
    """Events per period and part of the split: columns period, part, events.

    The period is a day up to 60 days, a week up to two years, a month beyond; empty where there are no times. Events
    that are newer than the split are in no part.
    """
    times = split.sequences.times
    if times is None:
        return pd.DataFrame(columns=["period", "part", "events"])
    frequency = {"day": "D", "week": "W-SUN", "month": "M"}[period_word(split)]
    stamps = pd.Series(times.astype("datetime64[ns]"))
    frame = pd.DataFrame({"period": stamps.dt.to_period(frequency).dt.start_time, "code": split.codes})
    frame = frame[frame["code"] < len(PARTS)]
    table = frame.groupby(["period", "code"], sort=True).size().rename("events").reset_index()
    table["part"] = np.array(PARTS, dtype=object)[table.pop("code")]
    return table[["period", "part", "events"]]


def period_word(split: Split) -> str:
    """The period of `timeline`: "day", "week" or "month"; "" where there are no times."""
    times = split.sequences.times
    if times is None:
        return ""
    days = (int(times.max()) - int(times.min())) / 86_400e9
    return "day" if days <= 60 else "week" if days <= 731 else "month"


def history_lengths(split: Split) -> pd.DataFrame:
    """Users per length of history (events before the test target): columns events (a range as text), users."""
    lengths = split.history(Phase.TEST).lengths
    edges = [edge for edge in LENGTH_BINS if edge <= max(int(lengths.max(initial=0)), 1)]
    counts = np.bincount(np.searchsorted(edges, lengths, side="right") - 1, minlength=len(edges))
    ends = [*edges[1:], None]
    names = [
        f"{low}+" if high is None else str(low) if high == low + 1 else f"{low}–{high - 1}"
        for low, high in zip(edges, ends, strict=True)
    ]
    return pd.DataFrame({"events": names, "users": counts})


def slice_shares(split: Split) -> pd.DataFrame:
    """Cold-start, long-tail and other users and items, of all and of the target's events.

    Returns:
        Columns of, slice, share, text; ``of`` is "users", "items" or "target events" (by the slice of their item).
    """
    histories, counts = split.history(Phase.TEST).lengths, split.training_counts()
    of_items = item_slices(counts)
    groups = {
        "users": user_slices(histories),
        "items": of_items,
        "target events": of_items[split.target(Phase.TEST).items],
    }
    rows = []
    for of, names in groups.items():
        for name in Slices.NAMES:
            n = int((names == name).sum())
            rows.append((of, name, n / max(len(names), 1), f"{n:,} of {len(names):,} {of}"))
    return pd.DataFrame(rows, columns=["of", "slice", "share", "text"])


def slice_rules(split: Split) -> dict[str, str]:
    """Slice ("user:long-tail") -> who is in it: "6 to 45 history events"."""
    table = describe(split.training_counts(), split.history(Phase.TEST).lengths)
    return dict(zip(table[Slices.SLICE], table[Slices.RULE], strict=True))


def top_categories(dataset: Dataset, catalogue: Catalogue, most: int = 10) -> pd.DataFrame:
    """The categories with the most interactions: columns category, interactions, items, share (of interactions)."""
    bought = np.bincount(dataset.sequences.items, minlength=dataset.n_items)
    frame = pd.DataFrame({"category": catalogue.categories, "interactions": bought, "items": 1})
    table = frame.groupby("category")[["interactions", "items"]].sum().loc[list(catalogue.category_order[:most])]
    table["share"] = table["interactions"] / max(int(bought.sum()), 1)
    return table.reset_index()


def metric_label(name: str) -> str:
    """What people read for a metric, also with its list length: "hit_rate@10" -> "Hit rate@10"."""
    code, at, k = name.partition("@")
    entry = METRICS.get(code)
    return (code.replace("_", " ") if entry is None else entry.label) + at + k


def metric_words(name: str) -> str:
    """A line on what a metric is; "" for one that is not registered here."""
    entry = METRICS.get(name)
    return "" if entry is None else entry.words


def more_is_better(name: str) -> bool:
    """Whether the greatest figure of a metric, also with its list length, is the best one."""
    entry = METRICS.get(name.partition("@")[0])
    return entry is None or entry.more_is_better


def in_table_order(metrics: Iterable[str]) -> list[str]:
    """The distinct ones of ``metrics``: as `METRICS` has them, those that are not registered behind them by name."""
    present = set(metrics)
    return [code for code in METRICS if code in present] + sorted(present - set(METRICS))


def run_labels(runs: Iterable[RunFolder]) -> dict[str, str]:
    """Run name -> what people read; where two Runs share a label, the folder's name is added."""
    labels = {run.name: run.info.label for run in runs}
    repeated = {label for label, n in Counter(labels.values()).items() if n > 1}
    return {name: f"{label} · {name}" if label in repeated else label for name, label in labels.items()}


def collect_metrics(runs: Sequence[RunFolder]) -> pd.DataFrame:
    """The metrics of all ``runs`` under each other: columns run, label, variant, then `Metrics.ALL`."""
    labels = run_labels(runs)
    tables = []
    for run in runs:
        table = run.metrics.reindex(columns=list(Metrics.ALL))
        tables.append(table.assign(run=run.name, label=labels[run.name], variant=run.info.variant))
    columns = ["run", "label", "variant", *Metrics.ALL]
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)


def compare_runs(metrics: pd.DataFrame, metric: str, k: int, candidates: str, slice_name: str) -> pd.DataFrame:
    """One row per Run for one metric, best first: columns run, label, variant, mean, low, high, n_users."""
    chosen = metrics[
        (metrics[Metrics.METRIC] == metric)
        & (metrics[Metrics.K] == k)
        & (metrics[Metrics.CANDIDATES] == candidates)
        & (metrics[Metrics.SLICE] == slice_name)
    ]
    columns = ["run", "label", "variant", Metrics.MEAN, Metrics.LOW, Metrics.HIGH, Metrics.N_USERS]
    return chosen.sort_values(Metrics.MEAN, ascending=False, kind="stable")[columns].reset_index(drop=True)


def metrics_overview(metrics: pd.DataFrame, k: int, candidates: str, slice_name: str) -> pd.DataFrame:
    """One row per Run (index: its name), the column label, then one per metric ("recall@100"), for one k, set, slice.

    Those of which more is not always better come last.
    """
    chosen = metrics[
        (metrics[Metrics.K] == k) & (metrics[Metrics.CANDIDATES] == candidates) & (metrics[Metrics.SLICE] == slice_name)
    ]
    table = chosen.pivot_table(index="run", columns=Metrics.METRIC, values=Metrics.MEAN, sort=False)
    order = sorted(in_table_order(table.columns), key=lambda name: not more_is_better(name))
    table = table[order].rename(columns={name: f"{name}@{k}" for name in order})
    table.columns.name = None
    labels = chosen.drop_duplicates("run").set_index("run")["label"]
    table.insert(0, "label", labels.reindex(table.index))
    return table
