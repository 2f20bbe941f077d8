"""What commands say on the terminal."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from learn.errors import LearnError
from learn.printable import printable

if TYPE_CHECKING:
    from rich.table import Table

    from learn.data.dataset import Dataset
    from learn.runs.run import Run
    from learn.runs.stored import FoundRuns
    from learn.workspace import Workspace


def say(text: str) -> None:
    """One line to the user: names, titles and paths in it are text, whatever they hold."""
    typer.echo(printable(text))


def warn(text: str) -> None:
    """What nobody may overlook, in red where the terminal has colours."""
    typer.secho(printable(text), fg=typer.colors.RED, bold=True, err=True)


def next_step(command: str, workspace: Path | None) -> None:
    """What to type next, in the workspace that this command was given."""
    say(f"Next: {command}" + (f" --workspace {shlex.quote(str(workspace))}" if workspace else ""))


def say_report(workspace: Workspace, dataset: Dataset) -> None:
    """What was found in a dataset that was just prepared, and where it is."""
    from learn.data.report import render

    for line in render(dataset.report):
        say(line)
    say(f"Wrote {workspace.dataset(dataset.name)}")


def usable_runs(found: FoundRuns, dataset: str) -> list[Run]:
    """The Runs that fit ``dataset``, after saying why others do not.

    Raises:
        LearnError: there is none.
    """
    for problem in found.problems:
        say(f"Note: {problem}")
    if not found.usable:
        raise LearnError(f"There is no Run of {dataset} yet.", f"Train some: learn train {dataset}")
    return found.usable


def print_metrics(runs: Sequence[Run], n_items: int, k: int | None = None) -> None:
    """A small table: the metrics that always stand in it, hit rate and recall, at ``k``, over unseen items and over all
    items, each with half the width of its 95% interval."""
    from rich.table import Column, Table

    from learn.data.schema import Metrics, Recommendations, Slices
    from learn.evaluation.metrics import METRICS
    from learn.evaluation.protocol import default_k

    k = k or default_k(n_items)
    sets = {Recommendations.UNSEEN: "unseen items", Recommendations.ALL_CANDIDATES: "all items"}
    always = [metric.code for metric in METRICS.entries if metric.in_terminal == "always"]
    columns = [(candidates, metric) for candidates in sets for metric in always]
    heads = [Column(f"{METRICS[metric].label}@{k}\n{sets[one]}", no_wrap=True) for one, metric in columns]
    table = Table(Column("Run", no_wrap=True), *heads)
    for run in runs:
        rows = run.metrics
        rows = rows[(rows[Metrics.K] == k) & (rows[Metrics.SLICE] == Slices.WHOLE)]
        experiments = []
        for candidates, metric in columns:
            found = rows[(rows[Metrics.METRIC] == metric) & (rows[Metrics.CANDIDATES] == candidates)]
            row = None if found.empty else found.iloc[0]
            experiments.append(
                "–" if row is None else f"{row[Metrics.MEAN]:.4f} ± {(row[Metrics.HIGH] - row[Metrics.LOW]) / 2:.4f}"
            )
        table.add_row(*map(printable, (run.name, *experiments)))
    _print(table)


def print_runs(runs: Iterable[tuple[str, Run]]) -> None:
    """A table of (dataset, Run): what each is and what made it."""
    from rich.table import Column, Table

    names_first = [Column(head, no_wrap=True) for head in ("Dataset", "Run")]
    table = Table(*names_first, "What", "Parameters", "Trained in", "Content")
    for dataset, run in runs:
        info = run.info
        cells = (
            dataset, info.name, info.label, f"{info.trainable_parameters:,}", f"{info.train_seconds:.0f} s",
            info.content_key or "–",
        )  # fmt: skip
        table.add_row(*map(printable, cells))
    _print(table)


def _print(table: Table) -> None:
    from rich.console import Console

    Console(highlight=False, markup=False, emoji=False).print(table)  # cells are text: brackets mean brackets
