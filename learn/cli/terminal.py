"""What commands say on the terminal."""

from __future__ import annotations

import re
import shlex
import shutil
import textwrap
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from learn.errors import LearnError, Note
from learn.printable import printable

if TYPE_CHECKING:
    import pandas as pd

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


@contextmanager
def notes_said() -> Iterator[None]:
    """What the library notes about the user's data inside is said; other warnings go where they went."""
    before = warnings.showwarning

    def show(message: Any, category: type[Warning], *place: Any, **more: Any) -> None:
        if issubclass(category, Note):
            say(f"Note: {message}")
        else:
            before(message, category, *place, **more)

    with warnings.catch_warnings():
        warnings.simplefilter("always", Note)
        warnings.showwarning = show
        yield


def say_lines(lines: Iterable[str]) -> None:
    """Lines of a report, broken between words where the terminal is narrower; a warning stands out."""
    width = shutil.get_terminal_size().columns
    for line in lines:
        indent = re.match(r"\s*(?:(?:-|!!?) |.*?\S {2,}(?=\S))?", line)
        hanging = " " * len(indent.group()) if indent else ""
        parts = textwrap.wrap(
            line, width, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False
        ) or [""]
        loud = line.startswith(("  !", "Look at this first"))
        for part in parts:
            typer.secho(part, bold=loud, fg="yellow" if loud else None)


def say_report(workspace: Workspace, dataset: Dataset) -> None:
    """What was found in a dataset that was just prepared, and where it is."""
    from learn.data.report import render

    say_lines(render(dataset.report))
    say(f"Wrote {workspace.dataset(dataset.name)}")


def usable_runs(found: FoundRuns, dataset: str) -> list[Run]:
    """The Runs that fit ``dataset``, after saying why others do not.

    Raises:
        LearnError: there is none.
    """
    for problem in found.problems:
        say(f"Note: {problem}")
    if not found.usable and found.problems:
        raise LearnError(
            f"None of the {len(found.problems)} Runs of {dataset} can be used: the notes above say why.",
            f"Make them again: learn train {dataset}",
        )
    if not found.usable:
        raise LearnError(f"There is no Run of {dataset} yet.", f"Train some: learn train {dataset}")
    return found.usable


def print_metrics(runs: Sequence[Run], n_items: int, k: int | None = None) -> None:
    """A small table: the metrics that always stand in it, hit rate and recall, at ``k``, over unseen items and over all
    items, each with half the width of its 95% interval."""
    from learn.cli.tables import print_table
    from learn.data.schema import Metrics, Recommendations, Slices
    from learn.evaluation.metrics import METRICS, says_little
    from learn.evaluation.protocol import default_k
    from learn.explore.metrics.leading import unreadable
    from learn.explore.metrics.result import said_of_result

    k = k or default_k(n_items)
    sets = {Recommendations.UNSEEN: "unseen items", Recommendations.ALL_CANDIDATES: "all items"}
    if any((run.metrics[Metrics.CANDIDATES] == Recommendations.COLD).any() for run in runs):
        sets[Recommendations.COLD] = "cold items"
    always = [metric.code for metric in METRICS.entries if metric.in_terminal == "always"]
    columns = [(candidates, metric) for candidates in sets for metric in always]
    heads = [f"{METRICS[metric].label}@{k}\n{sets[one]}" for one, metric in columns]
    table = []
    for run in runs:
        rows = run.metrics
        rows = rows[(rows[Metrics.K] == k) & (rows[Metrics.SLICE] == Slices.WHOLE)]
        cells = [run.name]
        for candidates, metric in columns:
            found = rows[(rows[Metrics.METRIC] == metric) & (rows[Metrics.CANDIDATES] == candidates)]
            row = None if found.empty else found.iloc[0]
            cells.append(
                "–" if row is None else f"{row[Metrics.MEAN]:.4f} ± {(row[Metrics.HIGH] - row[Metrics.LOW]) / 2:.4f}"
            )
        table.append(cells)
    print_table(["Run", *heads], table)
    if warning := says_little(k, n_items):
        say_lines([f"  ! {warning}"])
    for problem in unreadable(runs):
        say(f"Note: {problem}")
    say_lines(said_of_result(runs, k))


def say_text_worth(runs: Sequence[Run], dataset: Dataset) -> None:
    """What the text is worth on a dataset whose Runs have just been made, as the Overview says it."""
    from learn.explore.text_worth import said_of_text

    say_lines(said_of_text(runs, dataset).sentences)


def print_runs(runs: Iterable[tuple[str, Run]]) -> None:
    """A table for each dataset of (dataset, Run): what each Run is and what made it."""
    from learn.cli.tables import print_table

    for dataset, pairs in groupby(runs, lambda pair: pair[0]):
        say(f"{dataset}:")
        infos = [run.info for _, run in pairs]
        rows = [
            (info.name, info.label, f"{info.trainable_parameters:,}", f"{info.train_seconds:.0f} s",
             info.content_key or "–")
            for info in infos
        ]  # fmt: skip
        print_table(("Run", "What", "Parameters", "Trained in", "Content"), rows)


def print_frame(table: pd.DataFrame) -> None:
    """A table of figures and words, its first column beside every part of it that needs a table of its own."""
    from learn.cli.tables import print_table

    texts = table.astype(object).where(table.notna(), "–")
    rows = [[f"{cell:.4f}" if isinstance(cell, float) else str(cell) for cell in row] for row in texts.to_numpy()]
    print_table([str(column) for column in table.columns], rows)
