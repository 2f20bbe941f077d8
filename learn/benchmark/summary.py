"""Many Runs to one table: means over seeds, 95% intervals over users, paired differences to one row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from learn.benchmark.plans import Plan, Row
from learn.data.schema import Metrics, PerUser
from learn.evaluation.bootstrap import bootstrap_mean, paired_difference
from learn.evaluation.protocol import KS
from learn.training.run import Run

METRICS = ("hit_rate", "recall", "ndcg")


def per_user_values(run: Run, metric: str, k: int, among: str) -> np.ndarray:
    """[E] float64 of one metric of every evaluated user, in the order of the users."""
    table = run.per_user
    rows = table[table[PerUser.AMONG] == among].sort_values(PerUser.USER)
    if metric == "ndcg":
        return rows[PerUser.at(PerUser.NDCG, k)].to_numpy(np.float64)
    hits = rows[PerUser.at(PerUser.HITS, k)].to_numpy(np.float64)
    return (hits > 0).astype(np.float64) if metric == "hit_rate" else hits / rows[PerUser.N_TARGETS].to_numpy()


def summarise(plan: Plan, runs: dict[str, Sequence[Run]]) -> pd.DataFrame:
    """The table in long form.

    Every user's value is first averaged over the seeds; users are then resampled (`learn.evaluation.bootstrap`), in
    pairs for the difference to the plan's reference row. So the intervals say how far the luck of *which users* goes;
    ``seed_sd``, the standard deviation of the seeds' means, says how far the luck of training does.

    Args:
        plan: which rows, in which order.
        runs: row name -> its Runs, one per seed.

    Returns:
        Columns run, label, kind, dataset, split, metric, k, among, mean, low, high, seed_sd, difference,
        difference_low, difference_high (to the reference row; missing for itself), seeds, n_users, params,
        train_seconds, commit.
    """
    amongs = sorted(set(next(iter(runs.values()))[0].per_user[PerUser.AMONG]))
    rows = []
    for among in amongs:
        for metric in METRICS:
            for k in KS:
                values = {
                    name: np.stack([per_user_values(run, metric, k, among) for run in of_row])
                    for name, of_row in runs.items()
                }
                rows += [
                    _record(row, runs[row.name], values, plan.reference, (metric, k, among))
                    for row in plan.rows
                    if row.name in runs
                ]
    return pd.DataFrame(rows)


def _record(
    row: Row, runs: Sequence[Run], values: dict[str, np.ndarray], reference: str, key: tuple[str, int, str]
) -> dict[str, object]:
    own = values[row.name]
    interval = bootstrap_mean(own.mean(axis=0))
    difference = (np.nan,) * 3
    if row.name != reference and reference in values:
        difference = paired_difference(own.mean(axis=0), values[reference].mean(axis=0))
    info = runs[0].info
    return {
        "run": row.name,
        "label": row.label,
        "kind": row.kind,
        "dataset": info.dataset,
        "split": info.split["kind"],
        Metrics.METRIC: key[0],
        Metrics.K: key[1],
        Metrics.AMONG: key[2],
        Metrics.MEAN: interval.mean,
        Metrics.LOW: interval.low,
        Metrics.HIGH: interval.high,
        "seed_sd": float(own.mean(axis=1).std(ddof=1)) if len(own) > 1 else np.nan,
        "difference": difference[0],
        "difference_low": difference[1],
        "difference_high": difference[2],
        "seeds": len(runs),
        Metrics.N_USERS: own.shape[1],
        "params": info.trainable_parameters,
        "train_seconds": round(float(np.mean([run.info.train_seconds for run in runs])), 1),
        "commit": info.made.get("commit"),
    }
