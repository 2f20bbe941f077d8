"""The commands about data: read a source, list what there is, take in another system's lists."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Annotated

import typer

from learn.cli.options import (
    DatasetArgument,
    DateOrderOption,
    EncodingOption,
    MapOption,
    SeparatorOption,
    WorkspaceOption,
)
from learn.cli.terminal import next_step, print_frame, print_metrics, print_runs, say, say_lines, say_report
from learn.data.sources import SOURCES
from learn.errors import LearnError
from learn.workspace import Workspace


def prepare(
    source: Annotated[str, typer.Argument(help=f"One of: {', '.join(SOURCES)}.")],
    items: Annotated[Path | None, typer.Option(help="The table of items (tables), or the meta file (amazon).")] = None,
    interactions: Annotated[Path | None, typer.Option(help="The table of interactions, or the reviews.")] = None,
    path: Annotated[Path | None, typer.Option(help="A folder or .inter file (recbole).")] = None,
    name: Annotated[str | None, typer.Option(help="The dataset's name.")] = None,
    mapping: MapOption = None,
    encoding: EncodingOption = None,
    separator: SeparatorOption = None,
    split: Annotated[str, typer.Option(help="auto, by-time, leave-one-out or item-cold.")] = "auto",
    test_start: Annotated[str | None, typer.Option(help="First day of the test target, YYYY-MM-DD.")] = None,
    validation_days: Annotated[float, typer.Option(help="Length of the validation target.")] = 14.0,
    date_order: DateOrderOption = None,
    only_preview: Annotated[bool, typer.Option("--preview", help="Show how it would be read; write nothing.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Read a source, check it, and keep it as a dataset with its split."""
    from learn.pipeline import Preparation, prepare_dataset

    where = Workspace.at(workspace)
    what = Preparation(
        source,
        items,
        interactions,
        path,
        name,
        tuple(mapping or ()),
        split,
        test_start,
        validation_days,
        encoding,
        separator,
        date_order,
    )
    if only_preview:
        from learn.preview import preview

        preview(what).show(lambda line: say_lines([line]), print_frame)
        say("Nothing was written. Right so? The same command without --preview keeps it.")
        return
    dataset = prepare_dataset(where, what)
    say_report(where, dataset)
    next_step(f"learn extract {dataset.name}", workspace)


def runs(
    dataset: Annotated[str | None, typer.Argument(help="A dataset; default: all of them.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """List the datasets and Runs of the workspace."""
    from learn.data.stored import dataset_names, is_stored
    from learn.runs.run import Run
    from learn.runs.stored import run_paths, unfit

    where = Workspace.at(workspace)
    if workspace is not None and not workspace.is_dir():
        raise LearnError(
            f"There is no workspace {workspace}.", "Check the path, or fill it: learn demo --workspace PATH"
        )
    names = [dataset] if dataset else dataset_names(where)
    if not names:
        say(f"The workspace {where.root} holds no dataset yet.")
        next_step("learn demo", workspace)
        return
    found = [(name, Run(path)) for name in names for path in run_paths(where, name).values()]
    print_runs(found)
    for problem in (one for name in names if is_stored(where, name) for one in unfit(where, name)):
        say(f"Note: {problem}")
    with_runs = [name for name, _ in found]
    next_step(f"learn evaluate {with_runs[0]}" if with_runs else f"learn train {names[0]}", workspace)


def import_run_command(
    dataset: DatasetArgument,
    table: Annotated[Path, typer.Argument(help="CSV, Parquet or JSON lines: user, item, and rank or score.")],
    name: Annotated[str, typer.Option(help="The Run's name.")],
    label: Annotated[str | None, typer.Option(help="What people read.")] = None,
    mapping: MapOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Make a Run of another system's recommendations, to compare it."""
    from learn.data.stored import open_dataset
    from learn.runs.import_run import import_run

    where = Workspace.at(workspace)
    found = open_dataset(where, dataset)
    with warnings.catch_warnings(record=True) as noted:
        warnings.simplefilter("always")
        run = import_run(table, found, found.split, where, name, label, mapping or ())
    for note in noted:
        say(f"Note: {note.message}")
    print_metrics([run], found.n_items)
    say(f"Wrote {run.path}")
    next_step("learn app", workspace)
