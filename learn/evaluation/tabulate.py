"""The table of metrics of one set of ranked lists, and what of every user is kept beside it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from learn.data.schema import Metrics, PerUser, Slices
from learn.data.slices import ITEM_PREFIX, USER_PREFIX
from learn.evaluation.bootstrap import bootstrap_sums
from learn.evaluation.metrics import METRICS, hit_count
from learn.evaluation.targets import Targets
from learn.scratch import scratch


def metrics_table(
    candidates: str,
    lists: np.ndarray,
    targets: Targets,
    ks: Sequence[int],
    names: tuple[np.ndarray, np.ndarray],
    seed: int,
    resamples: int,
    sliced: bool,
) -> pd.DataFrame:
    """Every metric of one set of candidates, of the whole and by slice, with its interval.

    Args:
        candidates: what the lists hold; lists: [E, K] of the evaluated users.
        targets: theirs.
        ks: cutoffs.
        names: the slice of every item and of every evaluated user.
        seed, resamples, sliced: as of `learn.evaluation.protocol.evaluate`.

    Returns:
        Columns `Metrics.ALL`.
    """
    item_names, _ = names
    all_hits = targets.hits(lists)

    def counting(items: np.ndarray) -> tuple[np.ndarray, np.ndarray]:  # places padded with -1 are no hits already
        return all_hits & items[lists], targets.counts(items)

    slices = {name: counting(item_names == name) for name in {one.targets for one in METRICS.entries} - {None}}
    cells = [
        (part, k, metric)
        for part, k, metric in product(_parts(*names, sliced), ks, METRICS.entries)
        if metric.targets is None or not part[0].startswith(ITEM_PREFIX)  # recall by slice has it
    ]
    width = sum(metric.of_user is not None for *_, metric in cells)
    # Of every user the numerators of all metrics, then the denominators: all that is held of them.
    sums = scratch((len(targets.users), 2 * width), np.float64)
    rows: list[dict[str, Any]] = []
    of_lists: list[dict[str, Any]] = []
    of_part, whole = None, (all_hits, targets.counts())
    for part, k, metric in cells:
        name, items, members = part
        if part is not of_part:
            of_part, whole = part, counting(items)
        row = {Metrics.METRIC: metric.code, Metrics.K: k, Metrics.CANDIDATES: candidates, Metrics.SLICE: name}
        hits, n_targets = whole if metric.targets is None else slices[metric.targets]
        if metric.of_user is not None:
            counted = members & (n_targets > 0)
            weights = np.ones(len(counted)) if metric.weights is None else metric.weights(n_targets)
            sums[:, len(rows)] = np.where(counted, metric.of_user(hits, n_targets, k), 0.0)
            sums[:, width + len(rows)] = np.where(counted, weights, 0.0)
            rows.append(row | {Metrics.N_USERS: int(counted.sum())})
        elif metric.of_lists is not None:
            mean = metric.of_lists(lists[members], items, k)
            of_lists.append(row | {Metrics.MEAN: mean, Metrics.N_USERS: int(members.sum())})
    estimates = bootstrap_sums(sums, seed, resamples)
    table = pd.DataFrame(rows)
    table[Metrics.MEAN], table[Metrics.LOW], table[Metrics.HIGH] = estimates
    return pd.concat([table, pd.DataFrame(of_lists)], ignore_index=True)[list(Metrics.ALL)]


def _parts(item_names: np.ndarray, user_names: np.ndarray, sliced: bool) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """The whole and, where asked for, each slice: its name, its items [N] bool and its users [E] bool."""
    everything, everybody = np.ones(len(item_names), dtype=bool), np.ones(len(user_names), dtype=bool)
    parts = [(Slices.WHOLE, everything, everybody)]
    if sliced:
        parts += [(USER_PREFIX + name, everything, user_names == name) for name in Slices.NAMES]
        parts += [(ITEM_PREFIX + name, item_names == name, everybody) for name in Slices.NAMES]
    return parts


def per_user_table(candidates: str, lists: np.ndarray, targets: Targets, ks: Sequence[int]) -> pd.DataFrame:
    """Columns of `PerUser` of the evaluated users, whose ``lists`` are [E, K]."""
    hits, n_targets = targets.hits(lists), targets.counts()
    columns: dict[str, Any] = {
        PerUser.USER: targets.users.astype(np.int32),
        PerUser.CANDIDATES: candidates,
        PerUser.N_TARGETS: n_targets.astype(np.int32),
    }
    for k in ks:
        columns[PerUser.at(PerUser.HITS, k)] = hit_count(hits, k).astype(np.int32)
        for metric in METRICS.entries:
            if metric.is_stored and metric.of_user is not None:
                columns[PerUser.at(metric.code, k)] = metric.of_user(hits, n_targets, k).astype(np.float32)
    return pd.DataFrame(columns)
