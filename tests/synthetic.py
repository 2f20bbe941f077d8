"""A tiny workspace with a dataset and finished Runs, made in a second; its texts are as hostile as texts can be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from learn.config import preset
from learn.data.dataset import Dataset
from learn.data.schema import Interactions, Items
from learn.data.splits import Split, split_by_time
from learn.data.validation import validate
from learn.evaluation.protocol import evaluate, rank_vectors
from learn.files import write_json
from learn.runs.info import RunInfo, write_info, write_table, write_vectors
from learn.runs.lists_file import recommendations_table
from learn.workspace import Workspace

NAME = "synthetic"
N_ITEMS, N_USERS, WIDTH = 60, 40, 8
CATEGORIES = ("Fruit", "Bread", "Tea > Green", "Tea > Black", "Cheese", "Soap")
BRANDS = ("Orchard", "O'Neill & Söhne", 'The "Best"', None)
SCRIPT_TITLE = "<script>window.hacked = true</script>"
HOSTILE_TITLES = (
    SCRIPT_TITLE,
    '<img src=x onerror="window.hacked=true"> \'quoted\' "twice"',
    "🍎🥐 Émile's crème brûlée",
    "חלב טרי משק",  # right to left
    "**bold** [link](javascript:alert(1)) $x^2$ :red[text]",
    "a " + "very " * 40 + "long title",
)
N_COLD = 3
"""The last items: nobody has them before the target begins."""

START, DAYS = pd.Timestamp("2024-01-01"), 120


def make_synthetic_dataset(seed: int = 0) -> Dataset:
    """60 items in 6 categories and 40 users with 12 to 31 events; each user keeps to two favourite categories.

    The first user id is "u00"; the first items carry `HOSTILE_TITLES`; the last `N_COLD` items appear in the last
    fortnight only; the second to last item of the rest has no price.
    """
    rng = np.random.default_rng(seed)
    index = np.arange(N_ITEMS)
    titles = [*HOSTILE_TITLES, *(f"Item number {i}" for i in index[len(HOSTILE_TITLES) :])]
    prices = np.round(rng.uniform(0.5, 30, N_ITEMS), 2)
    prices[N_ITEMS - N_COLD - 2] = np.nan
    items = pd.DataFrame(
        {
            Items.ID: [f"i{i:02d}" for i in index],
            Items.TITLE: titles,
            Items.CATEGORY: [CATEGORIES[i % len(CATEGORIES)] for i in index],
            Items.BRAND: [BRANDS[i % len(BRANDS)] for i in index],
            Items.PRICE: prices,
            Items.KEYWORDS: [None if i % 3 else "fresh" for i in index],
            Items.ATTRIBUTES: None,
        }
    )
    warm = N_ITEMS - N_COLD
    tables = []
    for user in range(N_USERS):
        n = int(rng.integers(12, 32))
        taste = np.where(np.isin(index[:warm] % len(CATEGORIES), [user % 6, (user + 1) % 6]), 6.0, 1.0)
        taste[: len(HOSTILE_TITLES)] *= 3
        chosen = rng.choice(warm, n, p=taste / taste.sum())
        days = np.sort(rng.uniform(0, DAYS - 1, n))
        days[-3:] = np.sort(rng.uniform(DAYS * 0.85, DAYS - 1, 3))
        if user % 5 == 0:
            chosen[-1] = warm + user % N_COLD
        tables.append(
            pd.DataFrame(
                {
                    Interactions.USER: f"u{user:02d}",
                    Interactions.ITEM: [f"i{i:02d}" for i in chosen],
                    Interactions.TIME: (START + pd.to_timedelta(np.sort(days), unit="D")).as_unit("ns"),
                    Interactions.POSITION: np.arange(n),
                }
            )
        )
    found = validate(NAME, items, pd.concat(tables, ignore_index=True), {"kind": "synthetic", "seed": seed})
    return found.with_split(synthetic_split(found))


def synthetic_split(dataset: Dataset) -> Split:
    """By time: the last fifth is the target, a fortnight before it validates."""
    return split_by_time(dataset)


def _vectors(dataset: Dataset, split: Split, noise: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors that know categories up to ``noise``; user = mean of the history's items."""
    rng = np.random.default_rng(seed)
    items = rng.normal(0, noise, (dataset.n_items, WIDTH))
    items[np.arange(dataset.n_items), np.arange(dataset.n_items) % len(CATEGORIES)] += 1
    items /= np.linalg.norm(items, axis=1, keepdims=True)
    history = split.history("test")
    users = np.array([items[history[user]].sum(axis=0) for user in range(len(history))])
    lengths = np.linalg.norm(users, axis=1, keepdims=True)
    return users / np.where(lengths > 0, lengths, 1), items


def write_run(
    workspace: Workspace,
    dataset: Dataset,
    split: Split,
    name: str,
    label: str,
    variant: str,
    vectors: tuple[np.ndarray, np.ndarray],
    stores_vectors: bool = True,
) -> Path:
    """A finished Run in ``workspace`` from (user [U, d], item [N, d]) vectors; without them, lists and metrics only."""
    folder = workspace.run(dataset.name, name)
    folder.mkdir(parents=True)
    users, items = (part.astype(np.float16).astype(np.float32) for part in vectors)
    ranked = rank_vectors(users, items, split, k=50)
    write_table(folder / "recommendations.parquet", recommendations_table(ranked, dataset))
    metrics = evaluate(
        {candidates: found for candidates, (found, _) in ranked.items()}, split, ks=(5, 10), resamples=50
    ).metrics
    write_json(folder / "metrics.json", metrics.astype(object).where(metrics.notna(), None).to_dict("records"))
    if stores_vectors:
        write_vectors(folder / "user_vectors.safetensors", users)
        write_vectors(folder / "item_vectors.safetensors", items)
        write_json(folder / "config.json", preset("tiny").model_dump(mode="json"))
        curve = [{"epoch": epoch, "step": 4 * epoch, "loss": 5.0 / epoch, "seconds": 0.1} for epoch in (1, 2, 3)]
        write_json(folder / "curves.json", curve)
    write_info(
        folder,
        RunInfo(
            name=name,
            label=label,
            kind="learn" if stores_vectors else "reference",
            variant=variant,
            dataset=dataset.name,
            dataset_fingerprint=dataset.fingerprint,
            split=split.describe(),
            item_vectors="own" if stores_vectors else "none",
            seed=0,
        ),
    )
    return folder


def make_synthetic_workspace(root: Path | str) -> Workspace:
    """The dataset, three Runs with vectors (learn-a, learn-b, learn-c) and one with stored lists only (popularity)."""
    workspace = Workspace(Path(root))
    dataset = make_synthetic_dataset()
    dataset.save(workspace.dataset(dataset.name))
    split = synthetic_split(dataset)
    variants = [
        ("learn-a", "(a) sequence to sequence", "a", 0.1),
        ("learn-b", "(b) sequence to item", "b", 0.3),
        ("learn-c", "(c) no item PAL", "c", 0.8),
    ]
    for seed, (name, label, variant, noise) in enumerate(variants):
        write_run(workspace, dataset, split, name, label, variant, _vectors(dataset, split, noise, seed))
    counts = split.training_counts()[:, None].astype(float)
    everybody = np.ones((len(dataset.user_ids), 1))
    write_run(workspace, dataset, split, "popularity", "Popularity", "popularity", (everybody, counts), False)
    return workspace
