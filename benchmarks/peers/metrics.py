"""The metrics of lists, once for every line on the standard input: python metrics.py PEER FOLDER wall|cpu

PEER is rectools or ranx, for metrics alone, or rectools-whole, which makes the lists, too. FOLDER holds lists.parquet
(user, item, rank), targets.parquet and history.parquet (user, item), and vectors.npz (users, items). It prints
"ready", and for every line "took SECONDS".
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

KS = (10, 50, 100)


def _table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(folder / f"{name}.parquet")


def _rectools_metrics() -> dict[str, Any]:
    from rectools.metrics import MRR, NDCG, HitRate, Recall

    kinds = {"hit_rate": HitRate, "recall": Recall, "ndcg": NDCG, "mrr": MRR}
    return {f"{name}@{k}": kind(k=k) for name, kind in kinds.items() for k in KS}


def rectools(folder: Path) -> Callable[[], Any]:
    """Its own tables to its own metrics."""
    from rectools import Columns
    from rectools.metrics import calc_metrics

    names = {"user": Columns.User, "item": Columns.Item, "rank": Columns.Rank}
    found, wanted = (_table(folder, name).rename(columns=names) for name in ("lists", "targets"))
    metrics = _rectools_metrics()
    return lambda: calc_metrics(metrics, found, wanted)


def rectools_whole(folder: Path) -> Callable[[], Any]:
    """Vectors to its own lists, without the history, and these to its own metrics."""
    from rectools import Columns
    from rectools.dataset import Dataset, IdMap, Interactions
    from rectools.metrics import calc_metrics
    from rectools.models.rank import Distance
    from rectools.models.vector import Factors, VectorModel

    vectors = np.load(folder / "vectors.npz")

    class Given(VectorModel):
        """A model whose vectors are there."""

        u2i_dist = i2i_dist = Distance.DOT
        recommend_n_threads, recommend_use_gpu_ranking = 0, False  # all threads

        def _get_users_factors(self, dataset: Dataset) -> Factors:
            return Factors(vectors["users"])

        def _get_items_factors(self, dataset: Dataset) -> Factors:
            return Factors(vectors["items"])

        def _fit(self, dataset: Dataset) -> None:
            """There is nothing to learn."""

    names = {"user": Columns.User, "item": Columns.Item}
    history, wanted = (_table(folder, name).rename(columns=names) for name in ("history", "targets"))
    history = history.assign(**{Columns.Weight: 1.0, Columns.Datetime: pd.Timestamp("2020-01-01")})
    users, items = (IdMap.from_values(np.arange(len(vectors[side]))) for side in ("users", "items"))
    dataset = Dataset(users, items, Interactions.from_raw(history, users, items))
    model, metrics = Given().fit(dataset), _rectools_metrics()
    tested = wanted[Columns.User].unique()
    vectors = dict(vectors)  # read once

    def work() -> Any:
        return calc_metrics(metrics, model.recommend(tested, dataset, k=max(KS), filter_viewed=True), wanted)

    return work


def ranx(folder: Path) -> Callable[[], Any]:
    """Tables to its own structures, and these to metrics."""
    from ranx import Qrels, Run, evaluate

    lists, targets = (_table(folder, name) for name in ("lists", "targets"))
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
    work = {"rectools": rectools, "rectools-whole": rectools_whole, "ranx": ranx}[peer](Path(folder))
    print("ready", flush=True)
    for _ in sys.stdin:
        start = seconds()
        work()
        print("took", seconds() - start, flush=True)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
