"""Finished benchmarks, for the Benchmarks page: those that the README quotes, and those of the workspace."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from learn.data.schema import Metrics
from learn.errors import LearnError
from learn.files import read_json
from learn.workspace import Workspace

NEEDED = {"run", "dataset", Metrics.METRIC, Metrics.K, Metrics.MEAN, Metrics.LOW, Metrics.HIGH}

APP_FIGURES = "explorer"
"""The file beside the comparisons that holds how quick the app's pages are."""


def benchmark_files(workspace: Workspace, published: Path) -> dict[tuple[str, str], Path]:
    """(benchmark, dataset) -> file of flat rows; the workspace's own results replace published ones."""
    found = {}
    for path in sorted(published.glob("*.json")):
        if path.stem == APP_FIGURES:
            continue
        for dataset in dict.fromkeys(read_rows(path)["dataset"]):
            found[path.stem, dataset] = path
    for path in sorted((workspace.root / "benchmarks").glob("*/*/results.json")):
        found[path.parent.parent.name, path.parent.name] = path
    return found


def read_rows(path: Path) -> pd.DataFrame:
    """The flat rows of one file, as `learn.benchmark.summary.summarise` makes them.

    Raises:
        LearnError: the file is damaged or lacks a column.
    """
    remedy = f"Delete {path}, or write it again: learn benchmark {path.stem}"
    rows = read_json(path, remedy)
    table = pd.DataFrame(rows) if isinstance(rows, list) else pd.DataFrame()
    if not set(table.columns) >= NEEDED:
        raise LearnError(f"{path} lacks {', '.join(sorted(NEEDED - set(table.columns)))}.", remedy)
    return table


def read_benchmark(path: Path, dataset: str) -> pd.DataFrame:
    """The rows of ``dataset`` in a file."""
    table = read_rows(path)
    return table[table["dataset"] == dataset].reset_index(drop=True)


def one_metric(rows: pd.DataFrame, metric: str, k: int, among: str) -> pd.DataFrame:
    """One line per run for one metric, best first."""
    chosen = rows[(rows[Metrics.METRIC] == metric) & (rows[Metrics.K] == k) & (rows[Metrics.AMONG] == among)]
    return chosen.sort_values(Metrics.MEAN, ascending=False, kind="stable").reset_index(drop=True)
