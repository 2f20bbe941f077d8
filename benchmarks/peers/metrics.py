"""The metrics of lists, once for every line on the standard input: python metrics.py rectools|ranx FOLDER wall|cpu

FOLDER holds lists.parquet (user, item, rank) and targets.parquet (user, item). It prints "ready", and for every line
"took SECONDS".
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

KS = (10, 50, 100)


def rectools(lists: pd.DataFrame, targets: pd.DataFrame) -> Callable[[], Any]:
    """Its own tables to its own metrics."""
    from rectools import Columns
    from rectools.metrics import MRR, NDCG, HitRate, Recall, calc_metrics

    names = {"user": Columns.User, "item": Columns.Item, "rank": Columns.Rank}
    found, wanted = lists.rename(columns=names), targets.rename(columns=names)
    kinds = {"hit_rate": HitRate, "recall": Recall, "ndcg": NDCG, "mrr": MRR}
    metrics = {f"{name}@{k}": kind(k=k) for name, kind in kinds.items() for k in KS}
    return lambda: calc_metrics(metrics, found, wanted)


def ranx(lists: pd.DataFrame, targets: pd.DataFrame) -> Callable[[], Any]:
    """Tables to its own structures, and these to metrics."""
    from ranx import Qrels, Run, evaluate

    found = lists.astype({"user": str, "item": str}).assign(score=1.0 / lists["rank"])
    wanted = targets.astype(str).assign(score=1)
    columns = {"q_id_col": "user", "doc_id_col": "item", "score_col": "score"}
    metrics = [f"{name}@{k}" for name in ("hit_rate", "recall", "ndcg", "mrr") for k in KS]

    def work() -> Any:
        return evaluate(Qrels.from_df(wanted, **columns), Run.from_df(found, **columns), metrics)

    return work


def main() -> None:
    peer, folder, clock = sys.argv[1:]
    seconds = time.process_time if clock == "cpu" else time.perf_counter
    tables = (pd.read_parquet(Path(folder) / f"{name}.parquet") for name in ("lists", "targets"))
    work = {"rectools": rectools, "ranx": ranx}[peer](*tables)
    print("ready", flush=True)
    for _ in sys.stdin:
        start = seconds()
        work()
        print("took", seconds() - start, flush=True)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
