"""What is measured at growing sizes: for each task a function of a size that makes ready and returns the work itself.

Data are synthetic and of one kind at every size: what differs is how much of it there is. One thread, no terminal.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.retrieval import make_vectors
from learn.config import CEXConfig, Config, preset
from learn.data.dataset import Dataset
from learn.data.schema import Interactions, Items
from learn.data.splits import Split, leave_one_out
from learn.data.validation import validate
from learn.progress import SilentProgress, make_progress

SAID = (
    "steel glass cotton paper rubber plastic lamp pump filter kettle brush drill cable sensor mirror chair table "
    "shelf bottle basket garden kitchen office travel winter summer small large heavy light round square blue green "
    "red white black silver with without for and of set pack replacement professional portable adjustable electric"
)
EVENTS_PER_USER = 8
N_ITEMS, WIDTH, CONTENT, QUERIES = 10_000, 64, 576, 200
Work = Callable[[], float]
"""Does it, and returns how many units of work it was."""


@dataclass(frozen=True)
class Task:
    """What grows.

    Attributes:
        prepare: a size -> the work.
        sizes: that are measured; the last is for others to predict.
        largest: that a quiet machine is asked for, too.
        unit: of the size.
        bar: the greatest slope of log seconds on log size.
    """

    prepare: Callable[[int], Work]
    sizes: tuple[int, ...]
    largest: tuple[int, ...]
    unit: str
    bar: float = 1.05


def titles(count: int) -> list[str]:
    """Texts of 12 to 36 words, no two the same."""
    rng = np.random.default_rng(0)
    return [f"{' '.join(rng.choice(SAID.split(), int(rng.integers(12, 37))))} {number}" for number in range(count)]


def tables(events: int, n_items: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Items and interactions: every user has `EVENTS_PER_USER` of them, some items far more than others."""
    rng = np.random.default_rng(0)
    users = np.arange(events) // EVENTS_PER_USER
    items = np.minimum((n_items * rng.random(events) ** 2).astype(int), n_items - 1)
    times = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(365 * 86400, size=events), unit="s")
    chosen = pd.DataFrame({Interactions.USER: users.astype(str), Interactions.ITEM: items.astype(str)})
    chosen[Interactions.TIME] = times
    named = pd.DataFrame(
        {Items.ID: np.arange(n_items).astype(str), Items.TITLE: [f"thing {n}" for n in range(n_items)]}
    )
    return named, chosen


def dataset_of(events: int, n_items: int = N_ITEMS) -> tuple[Dataset, Split]:
    """The same, checked and split."""
    dataset = validate("growth", *tables(events, n_items), {})
    return dataset, leave_one_out(dataset)


def extraction(size: int) -> Work:
    """Texts read by the bundled LLM, in tokens."""
    from learn.cex.extractor import content_embeddings
    from learn.workspace import Workspace

    items = pd.DataFrame({Items.ID: np.arange(size).astype(str), Items.TITLE: titles(size)})
    interactions = pd.DataFrame({Interactions.USER: ["u"] * 3, Interactions.ITEM: ["0", "1", "2"]})
    interactions[Interactions.TIME] = pd.date_range("2024-01-01", periods=3)
    dataset = validate("growth", items, interactions, {})
    small = validate("small", items.head(8), interactions, {})

    folder = tempfile.TemporaryDirectory()
    workspace = Workspace(Path(folder.name))
    content_embeddings(small, CEXConfig(), workspace, make_progress(silent=True))  # loads the LLM

    def work() -> float:
        with folder:
            return float(content_embeddings(dataset, CEXConfig(), workspace, make_progress(silent=True)).tokens)

    return work


def training_config() -> Config:
    """Item tower (b), the preset for short sequences, 4,096 negatives."""
    changes = {"pal__item_tower": "b", "objective__catalogue_negatives": 4096, "training__checkpoint_seconds": 1e6}
    return preset("short").with_values(**changes)


def training(size: int) -> Work:
    """One epoch, in interactions."""
    from learn.training.trainer import Trainer

    dataset, split = dataset_of(size)
    content = np.random.default_rng(0).normal(size=(N_ITEMS, CONTENT)).astype(np.float32)
    trainer = Trainer(dataset, split, content, training_config(), Path(tempfile.gettempdir()) / "growth" / "runs" / "x")

    def work() -> float:
        trainer.train_epoch(SilentProgress())
        return float(len(split.train().items))

    return work


def evaluation(size: int) -> Work:
    """Everybody's lists, of `N_ITEMS` items, and their metrics; in users."""
    from learn.evaluation.protocol import evaluate, rank_vectors

    _, split = dataset_of(size * EVENTS_PER_USER)
    rng = np.random.default_rng(0)
    users, items = (rng.normal(size=(count, WIDTH)).astype(np.float32) for count in (size, N_ITEMS))

    def work() -> float:
        evaluate({name: lists for name, (lists, _) in rank_vectors(users, items, split).items()}, split)
        return float(size)

    return work


def prepare(size: int) -> Work:
    """Tables checked and cut, in interactions."""
    given = tables(size, N_ITEMS)

    def work() -> float:
        leave_one_out(validate("growth", *given, {})).train()
        return float(size)

    return work


def _searching(kind: str, size: int) -> Work:
    from learn.retrieval import build_index

    rng = np.random.default_rng(0)
    centres = rng.normal(size=(200, WIDTH))
    index = build_index(kind, make_vectors(rng, size, centres))
    queries = make_vectors(rng, QUERIES, centres)
    index.search(queries[:8], 100)

    def work() -> float:
        index.search(queries, 100)
        return float(size)

    return work


def retrieval_exact(size: int) -> Work:
    """200 users' 100 best by looking at all vectors."""
    return _searching("exact", size)


def retrieval_hnsw(size: int) -> Work:
    """200 users' 100 best by the index for large catalogues."""
    return _searching("hnsw", size)


def umap(size: int) -> Work:
    """One map of random groups of points."""
    from learn.explore.maps.joint import joint_base

    rng = np.random.default_rng(0)
    points = make_vectors(rng, size, rng.normal(size=(50, WIDTH)))
    joint_base([points[:200]], 0)  # compiled by now

    def work() -> float:
        joint_base([points], 0)
        return float(size)

    return work


TASKS = {
    "extraction": Task(extraction, (125, 250, 500, 1_000), (10_000, 100_000), "texts"),
    "training": Task(training, (10_000, 30_000, 100_000, 300_000), (1_000_000, 10_000_000), "interactions"),
    "retrieval-exact": Task(retrieval_exact, (10_000, 30_000, 100_000, 300_000), (1_000_000,), "vectors"),
    "retrieval": Task(retrieval_hnsw, (10_000, 30_000, 100_000), (1_000_000, 10_000_000), "vectors", bar=0.5),
    "evaluation": Task(evaluation, (1_000, 3_000, 10_000, 30_000), (100_000,), "users"),
    "prepare": Task(prepare, (10_000, 30_000, 100_000, 1_000_000), (10_000_000,), "interactions"),
    "umap": Task(umap, (1_000, 3_000, 10_000, 30_000), (100_000,), "items"),
}
