"""A whole table: every experiment, then the summary and its files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from learn.data.dataset import Dataset
from learn.data.splits import Split
from learn.errors import LearnError
from learn.evaluation.references.base import CannotFit
from learn.reproduce.experiments import experiments, run_cell
from learn.reproduce.external_runs import ExternalBaselineCannotRun, ExternalHost
from learn.reproduce.report import default_columns, markdown, publish, write_report
from learn.reproduce.summary import summarise
from learn.reproduce.tables import Table, TableRow
from learn.runs.run import Run
from learn.workspace import Workspace


@dataclass(frozen=True)
class Result:
    """Where a table was written, and the table as text."""

    folder: Path
    files: list[Path]
    text: str


def run_benchmark(
    plan: Table,
    name: str,
    dataset: Dataset,
    split: Split,
    workspace: Workspace,
    seeds: int,
    published: Path | None = None,
    say: Callable[[str], None] = print,
    host: ExternalHost | None = None,
    peer_seeds: int | None = None,
    rows: Sequence[str] = (),
) -> Result:
    """Trains the experiments of ``plan`` that are not finished yet, and writes the table into the workspace.

    Args:
        plan: from `learn.reproduce.tables.plan`.
        name: of the benchmark: its folder's.
        seeds: Runs of every trained row.
        published: a file that gets the rows as well (`learn.reproduce.report.publish`).
        say: told which experiment is next.
        peer_seeds: Runs of every peer; None: as many as of the others.
        host: where peers run; None: what `make peers` builds. One that cannot run gets a row that says why.
        rows: names of the only rows to run; (): all of them. What is published of the others stays, and says so.

    Raises:
        LearnError: ``rows`` names what the table does not have.
        LearnError: the table is about cold items, or is not, and the dataset's split the other way round.
    """
    _check_split(plan, name, dataset, split)
    plan = only(plan, rows, name)
    todo = experiments(plan, name, dataset.name, workspace, seeds, peer_seeds)
    runs: dict[str, list[Run]] = {}
    failed: dict[str, str] = {}
    for number, experiment in enumerate(todo, 1):
        say(
            f"{number} of {len(todo)}: {experiment.row.label}"
            + ("" if experiment.seed is None else f", seed {experiment.seed}")
        )
        try:
            run = run_cell(experiment, dataset, split, workspace, host or ExternalHost.at())
        except (ExternalBaselineCannotRun, CannotFit) as error:
            say(str(error))
            failed[experiment.row.name] = error.what
        else:
            runs.setdefault(experiment.row.name, []).append(run)
    plan = replace(plan, reference=best_validated(plan, runs))
    summary = summarise(plan, runs, failed)
    about = _about(plan, name, dataset, split, runs[plan.reference][0])
    folder = workspace.benchmark(name, dataset.name)
    files = write_report(folder, plan, summary, about)
    if published is not None:
        publish(summary, published, keep_others=bool(rows))
    return Result(folder, files, f"{plan.title}\n\n{markdown(plan, summary, default_columns(plan, summary))}")


def _about(plan: Table, name: str, dataset: Dataset, split: Split, reference: Run) -> dict[str, object]:
    return {
        "benchmark": name,
        "title": plan.title,
        "dataset": dataset.name,
        "dataset_fingerprint": dataset.fingerprint,
        "split": split.describe(),
        "reference": plan.reference,
        "made": reference.info.made,
        "configs": {row.name: _settings(row, split) for row in plan.rows},
    }


def only(plan: Table, rows: Sequence[str], name: str) -> Table:
    """``plan`` with no other rows than those named; the best of its contenders that are left is what it compares with.

    Raises:
        LearnError: the table ``name`` has no such row.
    """
    if not rows:
        return plan
    names = [row.name for row in plan.rows]
    if unknown := [row for row in rows if row not in names]:
        raise LearnError(f"Benchmark {name} has no row {', '.join(unknown)}.", f"Its rows: {', '.join(names)}")
    contenders = tuple(one for one in plan.contenders if one in rows)
    left = [one for one in names if one in rows]
    reference = plan.reference if plan.reference in rows else (contenders or (left[-1],))[0]
    kept = tuple(row for row in plan.rows if row.name in rows)
    return replace(plan, rows=kept, contenders=contenders, reference=reference)


def _check_split(plan: Table, name: str, dataset: Dataset, split: Split) -> None:
    """Refuses a table about cold items of a dataset that leaves none out, and the other way round."""
    if plan.is_item_cold == split.info.is_item_cold:
        return
    needed, kind = ("an item-cold", "item-cold") if plan.is_item_cold else ("another", "auto")
    raise LearnError(
        f"Benchmark {name} needs {needed} split; {dataset.name} has: {split.info.words}.",
        f"Prepare it so, under a name of its own: learn prepare SOURCE --split {kind} --name NAME",
    )


def best_validated(plan: Table, runs: dict[str, list[Run]]) -> str:
    """The plan's reference; of contenders the one whose best epochs score highest on validation, over its seeds."""
    if not plan.contenders:
        return plan.reference
    return max(plan.contenders, key=lambda name: np.mean([run.curves["validation"].max() for run in runs[name]]))


def _settings(row: TableRow, split: Split) -> dict[str, object] | None:
    if row.peer is not None:
        return row.peer.settings_for(split)
    return None if row.config is None else row.config.model_dump(mode="json")
