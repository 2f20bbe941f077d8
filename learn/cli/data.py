"""The commands about data: read a source, list what there is, take in another system's lists."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Annotated

import typer

from learn.cli.options import (
    ColumnsOption,
    DatasetArgument,
    DateOrderOption,
    EncodingOption,
    EngineOption,
    FetchPicturesOption,
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
    path: Annotated[
        Path | None, typer.Option(help="A folder or .inter file (recbole), or a folder (recformer).")
    ] = None,
    name: Annotated[str | None, typer.Option(help="The dataset's name.")] = None,
    mapping: MapOption = None,
    encoding: EncodingOption = None,
    separator: SeparatorOption = None,
    split: Annotated[str, typer.Option(help="auto, by-time, leave-one-out or item-cold.")] = "auto",
    test_start: Annotated[str | None, typer.Option(help="First day of the test target, YYYY-MM-DD.")] = None,
    validation_days: Annotated[float, typer.Option(help="Length of the validation target.")] = 14.0,
    date_order: DateOrderOption = None,
    columns: ColumnsOption = None,
    fetch_pictures: FetchPicturesOption = False,
    engine: EngineOption = None,
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
        tuple(columns or ()),
        fetch_pictures,
        engine,
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
    found, damaged = [], []
    for name in names:
        for path in run_paths(where, name).values():
            try:
                found.append((name, Run(path)))
                found[-1][1].check_files()
            except LearnError as error:
                damaged.append(error)
                found = [one for one in found if one[1].path != path]
    print_runs(found)
    for problem in damaged:
        say(f"Damaged: {problem}")
    for problem in (one for name in names if is_stored(where, name) for one in unfit(where, name)):
        say(f"Note: {problem}")
    with_runs = [name for name, _ in found]
    next_step(f"learn evaluate {with_runs[0]}" if with_runs else f"learn train {names[0]}", workspace)


def forget(
    dataset: DatasetArgument,
    user: Annotated[str, typer.Argument(help="The person's id in it.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Take a person's events, vectors and lists out of a dataset and of all that was made of it."""
    from learn.runs.forget import forget_user

    where = Workspace.at(workspace)
    found = forget_user(where, dataset, user)
    say(f"Took {found.events:,} events of {user!r} out of {where.dataset(dataset)}")
    for folder in found.runs:
        say(f"Took their vector and lists out of {folder}; its metrics are counted without them.")
    for folder, label in found.learned.items():
        say(f"Learned with their events: {folder} ({label}). Make it again to be rid of that: learn train {dataset}")
    for folder in found.reports:
        say(f"Means over people that counted them: {folder}. Write it again: learn rank, learn benchmark, learn tune")
    for folder in found.uploads:
        say(f"Uploaded tables stay as they came and may hold them: {folder}. Delete what is not needed any more.")
    for problem in found.problems:
        say(f"Not touched: {problem}")
    say("What lies outside the workspace (the source's tables, exports, copies) still holds them.")
    next_step(f"learn map {dataset}" if found.runs else "learn app", workspace)


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
