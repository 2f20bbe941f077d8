"""What tables of millions of rows take: python -m benchmarks.out_of_core --interactions 1000000 2000000

Writes synthetic tables into a temporary folder in a stream, a row group at a time, and runs each step in a process of
its own: `prepare` (read, check, split, keep), `train` (one epoch on stored random content vectors), `evaluate`
(everybody's lists of all items, metrics with intervals, and the Run's folder). Printed is the most memory that the
process held (VmHWM), with all libraries that it loads. A line through the sizes says what a larger one takes.

    python -m benchmarks.out_of_core --interactions 1000000 --engine memory --steps prepare
    python -m benchmarks.out_of_core --interactions 20000000 --train-steps 3
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from learn.data.schema import Interactions, Items

ROOT = Path(__file__).resolve().parent.parent
NAME, ROWS_AT_ONCE = "big", 500_000
EVENTS_PER_USER, EVENTS_PER_ITEM = 200, 40
"""At 20 million interactions: 100 thousand users and 500 thousand items."""
CONTENT, WIDTH = 128, 64
STEPS = ("prepare", "train", "evaluate")
BAR = 4.0
"""GiB, of each step at 20 million interactions."""


def write_tables(folder: Path, interactions: int) -> None:
    """items.parquet, interactions.parquet (a log in order of time, some items far more often than others) and
    vectors.npz (random content vectors)."""
    rng = np.random.default_rng(0)
    n_users, n_items = interactions // EVENTS_PER_USER, interactions // EVENTS_PER_ITEM
    ids = np.char.add("i", np.arange(n_items).astype(str))
    titles = np.char.add("thing ", np.arange(n_items).astype(str))
    pq.write_table(pa.table({Items.ID: ids, Items.TITLE: titles}), folder / "items.parquet")
    kinds = {Interactions.USER: pa.string(), Interactions.ITEM: pa.string(), Interactions.TIME: pa.timestamp("s")}
    schema = pa.schema(list(kinds.items()))
    with pq.ParquetWriter(folder / "interactions.parquet", schema) as writer:
        for start in range(0, interactions, ROWS_AT_ONCE):
            rows = min(ROWS_AT_ONCE, interactions - start)
            users = rng.integers(n_users, size=rows)
            items = np.minimum((n_items * rng.random(rows) ** 2).astype(int), n_items - 1)
            times = 1_700_000_000 + (np.arange(start, start + rows) * (30_000_000 / interactions)).astype(np.int64)
            columns = [np.char.add("u", users.astype(str)), ids[items], times]
            writer.write_table(
                pa.table([pa.array(c).cast(k) for c, k in zip(columns, schema.types, strict=True)], schema)
            )
    with (folder / "vectors.npz").open("wb") as file:
        np.savez(file, ids=ids, vectors=rng.normal(size=(n_items, CONTENT)).astype(np.float32))


def prepare(folder: Path, engine: str) -> None:
    from learn.pipeline import Preparation, prepare_dataset
    from learn.workspace import Workspace

    tables = folder / "items.parquet", folder / "interactions.parquet"
    prepare_dataset(Workspace(folder), Preparation("tables", *tables, name=NAME, engine=engine))


def train(folder: Path, engine: str, most: int | None = None) -> None:
    """One epoch, or its first ``most`` steps."""
    from learn.cex.extractor import content_embeddings
    from learn.data.stored import open_dataset
    from learn.pipeline import configuration
    from learn.progress import SilentProgress
    from learn.training.train import prepare_content
    from learn.training.trainer import Trainer
    from learn.workspace import Workspace

    workspace = Workspace(folder)
    dataset = open_dataset(workspace, NAME)
    settings = {"objective.catalogue_negatives": 4096, "training.checkpoint_seconds": 1e6, "pal.item_tower": "b"}
    config = configuration(dataset, "short", settings, vectors=folder / "vectors.npz")
    content = content_embeddings(dataset, config.cex, workspace).vectors
    prepared, _ = prepare_content(content, dataset.split, config)
    del content
    trainer = Trainer(dataset, dataset.split, prepared, config, workspace.run(NAME, "trained"))
    plan, began = trainer.plan(0), time.monotonic()
    whole = len(plan)
    if most is not None:
        del plan[most:]  # the trainer's own
    trainer.train_epoch(SilentProgress())
    print(f"{len(plan)} of {whole} steps, {(time.monotonic() - began) / len(plan):.1f} s each", file=sys.stderr)


def evaluate(folder: Path, engine: str) -> None:
    from learn.data.stored import open_dataset
    from learn.evaluation.protocol import rank_vectors
    from learn.runs.info import RunInfo
    from learn.runs.write import finish_run
    from learn.workspace import Workspace

    workspace = Workspace(folder)
    dataset = open_dataset(workspace, NAME)
    rng = np.random.default_rng(0)
    sizes = len(dataset.split.sequences), dataset.n_items
    users, items = (rng.normal(size=(size, WIDTH)).astype(np.float32) for size in sizes)
    info = RunInfo(name="random", label="random", kind="learn", variant="b", dataset=NAME, seed=0,
                   dataset_fingerprint=dataset.fingerprint, split=dataset.split.describe())  # fmt: skip
    ranked = rank_vectors(users, items, dataset.split)
    common = {"dataset": dataset, "split": dataset.split}
    finish_run(workspace.run(NAME, "random"), info, ranked=ranked, user_vectors=users, item_vectors=items, **common)


def most_memory() -> int:
    """Bytes: the most that this process has held."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def run_apart(folder: Path, step: str, engine: str, most: int | None) -> dict[str, float]:
    """Seconds and bytes of one step in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.out_of_core", "--one", step, "--folder", str(folder)]
    environment = {"OMP_NUM_THREADS": "1", **os.environ}
    command += ["--engine", engine, *([] if most is None else ["--train-steps", str(most)])]
    told = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    return json.loads(told.stdout.splitlines()[-1])


def line_through(sizes: list[int], values: list[float], size: int) -> float:
    """What a straight line through ``values`` says of ``size``."""
    slope, start = np.polyfit(sizes, values, 1)
    return float(start + slope * size)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--interactions", type=int, nargs="+", default=[1_000_000, 2_000_000])
    parser.add_argument("--steps", nargs="+", choices=STEPS, default=list(STEPS))
    parser.add_argument("--engine", default="duckdb")
    parser.add_argument("--predict", type=int, default=20_000_000, help="by a line through the sizes")
    parser.add_argument("--one", choices=STEPS, help="this step here, on the tables of --folder")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--train-steps", type=int, help="of the epoch, the first ones alone")
    asked = parser.parse_args()
    if asked.one:
        start = time.monotonic()
        if asked.one == "train":
            train(asked.folder, asked.engine, asked.train_steps)
        else:
            {"prepare": prepare, "evaluate": evaluate}[asked.one](asked.folder, asked.engine)
        print(json.dumps({"seconds": time.monotonic() - start, "bytes": most_memory()}))
        return
    found: dict[str, list[float]] = {step: [] for step in asked.steps}
    for size in asked.interactions:
        with tempfile.TemporaryDirectory() as made:
            write_tables(Path(made), size)
            for step in asked.steps:
                row = run_apart(Path(made), step, asked.engine, asked.train_steps)
                found[step].append(row["bytes"] / 2**30)
                print(f"{step} {size:,} interactions: {row['seconds']:.0f} s, {found[step][-1]:.2f} GiB", flush=True)
    if len(asked.interactions) > 1:
        for step, values in found.items():
            told = line_through(asked.interactions, values, asked.predict)
            print(f"{step} {asked.predict:,} interactions: {told:.2f} GiB by a line (bar {BAR:g} GiB)")


if __name__ == "__main__":
    main()
