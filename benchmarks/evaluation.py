"""Metrics at 10, 50 and 100 of everybody's list, beside RecTools and ranx: python -m benchmarks.evaluation

All end in the mean hit rate, recall, NDCG and MRR of items new to the user; here coverage, the distinct items and
their Gini coefficient are counted too. Random vectors: what is counted takes as long for good ones.

- evaluation-whole: from users' and items' vectors. The whole catalogue is ranked, what the history holds left out, and
  lists become metrics; RecTools by a model of its own whose vectors are given.
- evaluation: from the same lists, each in the form that it takes (arrays here, a table there). Here what the
  history holds is left out on the way; the peers get lists without it.
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
from learn.evaluation.protocol import KS, evaluate
from learn.evaluation.targets import make_targets
from learn.retrieval.exact import ExactIndex
from learn.workspace import Workspace

WIDTH = 64
CANDIDATES = Recommendations.UNSEEN


def make_vectors(split: Split) -> tuple[np.ndarray, np.ndarray]:
    """[U, WIDTH] and [N, WIDTH] float32: users' and items'."""
    rng = np.random.default_rng(0)
    counts = len(split.sequences), split.n_items
    users, items = (rng.normal(size=(count, WIDTH)).astype(np.float32) for count in counts)
    return users, items


def make_lists(users: np.ndarray, items: np.ndarray, split: Split) -> np.ndarray:
    """[U, 100] item indices, best first, without what the history holds."""
    return ExactIndex(items).search(users, max(KS), split.history(Phase.TEST))[0]


def write_tables(users: np.ndarray, items: np.ndarray, lists: np.ndarray, split: Split, folder: Path) -> None:
    """What `benchmarks/peers/metrics.py` reads, of the users that are evaluated."""
    targets, history = make_targets(split, Phase.TEST, CANDIDATES), split.history(Phase.TEST)
    ranked = lists[targets.users]
    rows, places = np.nonzero(ranked >= 0)
    tables = {
        "lists": {"user": targets.users[rows], "item": ranked[rows, places], "rank": places + 1},
        "targets": {"user": targets.users[targets.rows], "item": targets.items},
        "history": {"user": history.users, "item": history.items},
    }
    for name, table in tables.items():
        pd.DataFrame(table).to_parquet(folder / f"{name}.parquet")
    np.savez(folder / "vectors.npz", users=users, items=items)


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
    users, items = make_vectors(split)
    lists = make_lists(users, items, split)

    def fresh() -> Split:
        return Split(split.info, split.sequences, split.codes, split.n_items)  # which remembers nothing

    def metrics() -> None:
        evaluate({CANDIDATES: lists}, fresh(), resamples=0, sliced=False)

    def whole() -> None:
        now = fresh()
        evaluate({CANDIDATES: make_lists(users, items, now)}, now, resamples=0, sliced=False)

    rows: dict[str, list[Row]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        write_tables(users, items, lists, split, Path(temporary))
        for name, work, peer in (
            ("evaluation-whole", whole, "RecTools-whole"),
            ("evaluation", metrics, "RecTools"),
            ("evaluation", metrics, "ranx"),
        ):
            process = PeerProcess("metrics.py", peer.lower(), temporary, arguments.clock)
            process.round()  # the first compiles
            work()
            row = compare(name, peer.split("-")[0], timed(work, clock), process.round, unit, arguments.rounds)
            rows.setdefault(name, []).append(row)
            process.close()
    if not arguments.print:
        save(min(some, key=lambda row: row.theirs) for some in rows.values())


if __name__ == "__main__":
    main()
