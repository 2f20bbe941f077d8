"""Many Runs to one table: means over seeds, 95% intervals over users, paired differences to one row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from learn.data.schema import Metrics, PerUser, Slices
from learn.data.slices import ITEM_PREFIX
from learn.evaluation.bootstrap import bootstrap_mean, paired_difference
from learn.evaluation.protocol import KS
from learn.evaluation.protocol import per_user_values as stored_values
from learn.reproduce.tables import Table, TableRow
from learn.runs.info import RunInfo
from learn.runs.run import Run

METRICS = ("hit_rate", "recall", "ndcg")
_DIFFERENCE = ("difference", "difference_low", "difference_high")
_NUMBERS = (Metrics.MEAN, Metrics.LOW, Metrics.HIGH, "seed_sd", *_DIFFERENCE, Metrics.N_USERS)
DIGITS = 6
"""Decimals of a summary's numbers. They are rounded here alone: tables, figures and files then say the same, whatever
the last bits of the processor's sums."""
_WHAT = ("run", "label", "kind", "dataset", "split", Metrics.METRIC, Metrics.K, Metrics.CANDIDATES, Metrics.SLICE)
COLUMNS = (*_WHAT, *_NUMBERS[:-1], "seeds", Metrics.N_USERS, "params", "train_seconds", "commit", "why")


def per_user_values(run: Run, metric: str, k: int, candidates: str) -> np.ndarray:
    """[E] float64 of one metric of every evaluated user, in the order of the users."""
    table = run.per_user
    rows = table[table[PerUser.CANDIDATES] == candidates].sort_values(PerUser.USER)
    return stored_values(rows, metric, k)


def summarise(plan: Table, runs: Mapping[str, Sequence[Run]], failed: Mapping[str, str] | None = None) -> pd.DataFrame:
    """The table in long form.

    Every user's value is first averaged over the seeds; users are then resampled (`learn.evaluation.bootstrap`), in
    pairs for the difference to the plan's reference row. So the intervals say how far the luck of *which users* goes;
    ``seed_sd``, the standard deviation of the seeds' means, says how far the luck of training does.

    Slices of the targets ("item:cold-start", ...) follow each row: mean and interval are the averages of those that
    the seeds' Runs have, which makes the interval rather too wide than too narrow; slices are not compared.

    Args:
        plan: which rows, in which order.
        runs: row name -> its Runs, one per seed.
        failed: row name -> why it, or one of its seeds, could not run.

    Returns:
        Columns run, label, kind, dataset, split, metric, k, among, slice, mean, low, high, seed_sd, difference,
        difference_low, difference_high (to the reference row; missing for itself), seeds, n_users, params,
        train_seconds, commit, why (missing where all seeds ran; where none did, so are the numbers). Numbers are
        rounded to `DIGITS` decimals.
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
                        rows.append(about | _whole(row, values, plan.reference))
                        rows += [about | part for part in _slices(runs[row.name], key)]
                    elif row.name in failed:
                        rows.append(about | {Metrics.SLICE: Slices.WHOLE} | dict.fromkeys(_NUMBERS, np.nan))
    table = pd.DataFrame(rows)[list(COLUMNS)]
    return table.assign(**table[list(_NUMBERS[:-1])].astype(float).round(DIGITS))


def _whole(row: TableRow, values: Mapping[str, np.ndarray], reference: str) -> dict[str, object]:
    own = values[row.name]
    interval = bootstrap_mean(own.mean(axis=0))
    difference = (np.nan,) * 3
    if row.name != reference and reference in values:
        difference = paired_difference(own.mean(axis=0), values[reference].mean(axis=0))
    return {
        Metrics.SLICE: Slices.WHOLE,
        Metrics.MEAN: interval.mean,
        Metrics.LOW: interval.low,
        Metrics.HIGH: interval.high,
        "seed_sd": float(own.mean(axis=1).std(ddof=1)) if len(own) > 1 else np.nan,
        "difference": difference[0],
        "difference_low": difference[1],
        "difference_high": difference[2],
        Metrics.N_USERS: own.shape[1],
    }


def _slices(runs: Sequence[Run], key: Mapping[str, object]) -> list[dict[str, object]]:
    """The item slices that have users, averaged over the seeds."""
    table = pd.concat([run.metrics for run in runs])
    for column, value in key.items():
        table = table[table[column] == value]
    table = table[table[Metrics.SLICE].str.startswith(ITEM_PREFIX) & (table[Metrics.N_USERS] > 0)]
    parts = []
    for name, rows in table.groupby(Metrics.SLICE, sort=False):
        means = rows[[Metrics.MEAN, Metrics.LOW, Metrics.HIGH]].astype(float).mean()
        spread = float(rows[Metrics.MEAN].astype(float).std(ddof=1)) if len(rows) > 1 else np.nan
        missing = dict.fromkeys(("difference", "difference_low", "difference_high"), np.nan)
        n_users = int(rows[Metrics.N_USERS].iloc[0])
        parts.append({Metrics.SLICE: name, **means, "seed_sd": spread, **missing, Metrics.N_USERS: n_users})
    return parts


def _about(row: TableRow, runs: Sequence[Run], one: RunInfo, why: str | None) -> dict[str, object]:
    """What is the same for all metrics of a row; ``one``: any Run of the table, for what they have in common."""
    return {
        "run": row.name,
        "label": row.label,
        "kind": row.kind,
        "dataset": one.dataset,
        "split": one.split["kind"],
        "seeds": len(runs),
        "params": runs[0].info.trainable_parameters if runs else np.nan,
        "train_seconds": round(float(np.mean([run.info.train_seconds for run in runs])), 1) if runs else np.nan,
        "commit": runs[0].info.made.get("commit") if runs else None,
        "why": why,
    }
