"""Many Runs to one table: means over seeds, 95% intervals over users, paired differences to one row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from learn.data.schema import Metrics, PerUser, Slices
from learn.data.slices import ITEM_PREFIX
from learn.evaluation.bootstrap import Interval, bootstrap_mean, over_seeds, paired_difference
from learn.evaluation.protocol import KS
from learn.evaluation.protocol import per_user_values as stored_values
from learn.reproduce.external_runs import TRIALS
from learn.reproduce.tables import Table, TableRow
from learn.runs.info import RunInfo
from learn.runs.run import Run

METRICS = ("hit_rate", "recall", "ndcg")
OF_TABLES = ("distinct_items", "gini", "coverage", "long_tail_recall", "cold_start_recall")
"""Metrics that not every user has: taken from the Runs' own tables."""
DIFFERENCE = ("difference", "difference_low", "difference_high")
"""A row less the plan's reference row, paired."""
RIVAL = "rival"
OVER_RIVAL = ("over_rival", "over_rival_low", "over_rival_high")
"""A row less the best of the other simple references that learned from the same (their names in `RIVAL`), paired."""
_PAIRED = (*DIFFERENCE, *OVER_RIVAL)
_NUMBERS = (Metrics.MEAN, Metrics.LOW, Metrics.HIGH, "seed_sd", *_PAIRED, Metrics.N_USERS)
DIGITS = 6
"""Decimals of a summary's numbers. They are rounded here alone: tables, figures and files then say the same, whatever
the last bits of the processor's sums."""
_WHAT = ("run", "label", "kind", "dataset", "split", Metrics.METRIC, Metrics.K, Metrics.CANDIDATES, Metrics.SLICE)
COLUMNS = (*_WHAT, "refit", *_NUMBERS[:-1], RIVAL, "seeds", Metrics.N_USERS, "params", "train_seconds", "commit", "why")


def per_user_values(run: Run, metric: str, k: int, candidates: str) -> np.ndarray:
    """[E] float64 of one metric of every evaluated user, in the order of the users."""
    table = run.per_user
    rows = table[table[PerUser.CANDIDATES] == candidates].sort_values(PerUser.USER)
    return stored_values(rows, metric, k)


def summarise(plan: Table, runs: Mapping[str, Sequence[Run]], failed: Mapping[str, str] | None = None) -> pd.DataFrame:
    """The table in long form.

    Every user's value is first averaged over the seeds; users are then resampled (`learn.evaluation.bootstrap`), in
    pairs for the difference to the plan's reference row, and the interval is widened by what differs between seeds
    (`learn.evaluation.bootstrap.over_seeds`). So it covers the luck of *which users* and that of training; ``seed_sd``
    is the standard deviation of the seeds' means.

    Slices of the targets ("item:cold-start", ...) and `OF_TABLES` follow each row: mean and interval are the averages
    of those that the seeds' Runs have, widened in the same way; they are not compared.

    Args:
        plan: which rows, in which order.
        runs: row name -> its Runs, one per seed.
        failed: row name -> why it, or one of its seeds, could not run.

    Returns:
        Columns run, label, kind, dataset, split, metric, k, among, slice, refit (whether it learned from validation
        too), mean, low, high, seed_sd, difference, difference_low, difference_high (to the reference row; missing for
        itself), over_rival, over_rival_low, over_rival_high (to the rival, whose row's name is in rival: the simple
        reference with the greatest mean, refitted where the row is; missing where there is no other), seeds, n_users,
        params, train_seconds, commit, why (where a seed did not run, or the numbers have to be explained; where none
        ran, there are no numbers). Numbers are rounded to `DIGITS` decimals.
    """
    failed = failed or {}
    one = next(iter(runs.values()))[0].info
    amongs = sorted(set(next(iter(runs.values()))[0].per_user[PerUser.CANDIDATES]))
    rows = []
    for candidates in amongs:
        for metric in METRICS:
            for k in KS:
                values = {
                    name: np.stack([per_user_values(run, metric, k, candidates) for run in of_row])
                    for name, of_row in runs.items()
                }
                key = {Metrics.METRIC: metric, Metrics.K: k, Metrics.CANDIDATES: candidates}
                for row in plan.rows:
                    about = _about(row, runs.get(row.name, ()), one, failed.get(row.name)) | key
                    if row.name in runs:
                        rows.append(about | _whole(row, values, plan))
                        rows += [about | part for part in _slices(runs[row.name], key)]
                        if metric == METRICS[-1]:
                            rows += [about | part for part in _of_tables(runs[row.name], key)]
                    elif row.name in failed:
                        rows.append(about | {Metrics.SLICE: Slices.WHOLE} | dict.fromkeys(_NUMBERS, np.nan))
    table = pd.DataFrame(rows)[list(COLUMNS)]
    return table.assign(**table[list(_NUMBERS[:-1])].astype(float).round(DIGITS))


def _whole(row: TableRow, values: Mapping[str, np.ndarray], plan: Table) -> dict[str, object]:
    own = values[row.name]
    interval = over_seeds(bootstrap_mean(own.mean(axis=0)), own.mean(axis=1))
    rival = _rival(row, values, plan)
    others = {name: other for name, other in values.items() if name != row.name}
    return {
        Metrics.SLICE: Slices.WHOLE,
        Metrics.MEAN: interval.mean,
        Metrics.LOW: interval.low,
        Metrics.HIGH: interval.high,
        "seed_sd": float(own.mean(axis=1).std(ddof=1)) if len(own) > 1 else np.nan,
        **dict(zip(DIFFERENCE, _apart(own, others.get(plan.reference)), strict=True)),
        **dict(zip(OVER_RIVAL, _apart(own, others.get(rival or "")), strict=True)),
        RIVAL: rival,
        Metrics.N_USERS: own.shape[1],
    }


def _apart(own: np.ndarray, other: np.ndarray | None) -> tuple[float, float, float]:
    """[seeds, E] each -> mean, low and high of own - other, by user; NaN where there is no other."""
    if other is None:
        return (np.nan,) * 3
    apart = paired_difference(own.mean(axis=0), other.mean(axis=0))
    mean, low, high = over_seeds(apart, own.mean(axis=1), other.mean(axis=1))
    return mean, low, high


def _rival(row: TableRow, values: Mapping[str, np.ndarray], plan: Table) -> str | None:
    """The best of the other simple references that learned from what ``row`` did; None where there is none."""
    names = [
        other.name
        for other in plan.rows
        if other.kind == "reference" and other.refit == row.refit and other.name in values and other.name != row.name
    ]
    return max(names, key=lambda name: float(values[name].mean()), default=None)


def _slices(runs: Sequence[Run], key: Mapping[str, object]) -> list[dict[str, object]]:
    """The item slices that have users, averaged over the seeds."""
    table = _rows_of(runs, key)
    table = table[table[Metrics.SLICE].str.startswith(ITEM_PREFIX) & (table[Metrics.N_USERS] > 0)]
    return [_averaged(rows) | {Metrics.SLICE: name} for name, rows in table.groupby(Metrics.SLICE, sort=False)]


def _of_tables(runs: Sequence[Run], key: Mapping[str, object]) -> list[dict[str, object]]:
    """`OF_TABLES` of everybody, averaged over the seeds; without those that no Run has, or nobody counts for."""
    found = []
    for metric in OF_TABLES:
        rows = _rows_of(runs, dict(key) | {Metrics.METRIC: metric})
        rows = rows[(rows[Metrics.SLICE] == Slices.WHOLE) & (rows[Metrics.N_USERS] > 0)]
        if len(rows) == len(runs):
            found.append({Metrics.SLICE: Slices.WHOLE} | _averaged(rows) | {Metrics.METRIC: metric})
    return found


def _rows_of(runs: Sequence[Run], key: Mapping[str, object]) -> pd.DataFrame:
    table = pd.concat([run.metrics for run in runs])
    for column, value in key.items():
        table = table[table[column] == value]
    return table


def _averaged(rows: pd.DataFrame) -> dict[str, object]:
    """One row a seed -> mean, interval over users and seeds, spread of the seeds."""
    seeds = rows[Metrics.MEAN].astype(float).to_numpy()
    interval = over_seeds(Interval(*rows[[Metrics.MEAN, Metrics.LOW, Metrics.HIGH]].astype(float).mean()), seeds)
    return {
        **dict(zip((Metrics.MEAN, Metrics.LOW, Metrics.HIGH), interval, strict=True)),
        "seed_sd": float(seeds.std(ddof=1)) if len(seeds) > 1 else np.nan,
        **dict.fromkeys(_PAIRED, np.nan),
        RIVAL: None,
        Metrics.N_USERS: int(rows[Metrics.N_USERS].iloc[0]),
    }


def _trials(runs: Sequence[Run]) -> str:
    """How many settings of a peer were tried before its Runs; "" where none were."""
    tried = runs[0].info.made.get(TRIALS) if runs else None
    return f"Its settings are the best on validation of {tried}." if tried else ""


def _about(row: TableRow, runs: Sequence[Run], one: RunInfo, why: str | None) -> dict[str, object]:
    """What is the same for all metrics of a row; ``one``: any Run of the table, for what they have in common."""
    return {
        "run": row.name,
        "label": row.label,
        "kind": row.kind,
        "refit": row.refit,
        "dataset": one.dataset,
        "split": one.split["kind"],
        "seeds": len(runs),
        "params": runs[0].info.trainable_parameters if runs else np.nan,
        "train_seconds": round(float(np.mean([run.info.train_seconds for run in runs])), 1) if runs else np.nan,
        "commit": runs[0].info.made.get("commit") if runs else None,
        "why": why or row.note or _trials(runs) or None,
    }
