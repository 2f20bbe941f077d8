"""A whole table: every cell, then the summary and its files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from learn.benchmark.cells import cells, run_cell
from learn.benchmark.plans import Plan
from learn.benchmark.report import default_columns, markdown, publish, write_report
from learn.benchmark.summary import summarise
from learn.data.dataset import Dataset
from learn.data.history_target import Split
from learn.training.run import Run
from learn.workspace import Workspace


@dataclass(frozen=True)
class Result:
    """Where a table was written, and the table as text."""

    folder: Path
    files: list[Path]
    text: str


def run_benchmark(
    plan: Plan,
    name: str,
    dataset: Dataset,
    split: Split,
    workspace: Workspace,
    seeds: int,
    published: Path | None = None,
    say: Callable[[str], None] = print,
) -> Result:
    """Trains the cells of ``plan`` that are not finished yet, and writes the table into the workspace.

    Args:
        plan: from `learn.benchmark.plans.plan`.
        name: of the benchmark: its folder's.
        seeds: Runs of every trained row.
        published: a file that gets the rows as well (`learn.benchmark.report.publish`).
        say: told which cell is next.
    """
    todo = cells(plan, name, dataset.name, workspace, seeds)
    runs: dict[str, list[Run]] = {}
    for number, cell in enumerate(todo, 1):
        say(f"{number} of {len(todo)}: {cell.row.label}" + ("" if cell.seed is None else f", seed {cell.seed}"))
        runs.setdefault(cell.row.name, []).append(run_cell(cell, dataset, split, workspace))
    summary = summarise(plan, runs)
    about = {
        "benchmark": name,
        "title": plan.title,
        "dataset": dataset.name,
        "dataset_fingerprint": dataset.fingerprint,
        "split": split.describe(),
        "reference": plan.reference,
        "made": runs[plan.reference][0].info.made,
        "configs": {row.name: row.config and row.config.model_dump(mode="json") for row in plan.rows},
    }
    folder = workspace.benchmark(name, dataset.name)
    files = write_report(folder, plan, summary, about)
    if published is not None:
        publish(summary, published)
    return Result(folder, files, f"{plan.title}\n\n{markdown(plan, summary, default_columns(summary))}")
