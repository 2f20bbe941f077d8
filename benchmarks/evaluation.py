"""Metrics at 10, 50 and 100 of everybody's list, beside RecTools and ranx: python -m benchmarks.evaluation

All start from the same lists, each in the form that it takes (arrays here, a table there), and end in the mean hit
rate, recall, NDCG and MRR of items new to the user. Here what the history holds is left out on the way, and coverage,
the distinct items and their Gini coefficient are counted too; the peers get lists without the history. Lists of random
users' and items' vectors: what is counted takes as long for good ones.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.speed_rows import ROUNDS, PeerProcess, Row, clock_named, compare, save, timed
from learn.data.schema import Recommendations
from learn.data.split import Split
from learn.data.splits import Phase
from learn.data.stored import open_dataset
from learn.evaluation.protocol import evaluate, rank_vectors
from learn.evaluation.targets import make_targets, without_history
from learn.workspace import Workspace

WIDTH = 64
CANDIDATES = Recommendations.UNSEEN


def make_lists(split: Split) -> np.ndarray:
    """[U, 100] item indices, best first."""
    rng = np.random.default_rng(0)
    users, items = (
        rng.normal(size=(count, WIDTH)).astype(np.float32) for count in (len(split.sequences), split.n_items)
    )
    return rank_vectors(users, items, split)[CANDIDATES][0]


def write_lists(lists: np.ndarray, split: Split, folder: Path) -> None:
    """lists.parquet (user, item, rank) and targets.parquet (user, item), of the users that are evaluated."""
    targets = make_targets(split, Phase.TEST, CANDIDATES)
    ranked = without_history(lists, split, Phase.TEST)[targets.users]
    rows, places = np.nonzero(ranked >= 0)
    table = {"user": targets.users[rows], "item": ranked[rows, places], "rank": places + 1}
    pd.DataFrame(table).to_parquet(folder / "lists.parquet")
    pd.DataFrame({"user": targets.users[targets.rows], "item": targets.items}).to_parquet(folder / "targets.parquet")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dataset", default="scientific")
    parser.add_argument("--workspace", type=Path, default=None)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    parser.add_argument("--print", action="store_true", help="and keep nothing")
    arguments = parser.parse_args()
    clock, unit = clock_named(arguments.clock)
    split = open_dataset(Workspace.at(arguments.workspace), arguments.dataset).split
    lists = make_lists(split)

    def work() -> None:
        fresh = Split(split.info, split.sequences, split.codes, split.n_items)  # which remembers nothing
        evaluate({CANDIDATES: lists}, fresh, resamples=0, sliced=False)

    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as temporary:
        write_lists(lists, split, Path(temporary))
        for peer in ("RecTools", "ranx"):
            process = PeerProcess("metrics.py", peer.lower(), temporary, arguments.clock)
            process.round()  # the first compiles
            work()
            ours = timed(work, clock)
            rows.append(compare("evaluation", peer, ours, process.round, unit, arguments.rounds))
            process.close()
    if not arguments.print:
        save([min(rows, key=lambda row: row.theirs)])


if __name__ == "__main__":
    main()
