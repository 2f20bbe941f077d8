"""The commands that carry Runs to other systems: export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from learn.cli.options import DatasetArgument, WorkspaceOption
from learn.cli.terminal import next_step, say, usable_runs
from learn.workspace import Workspace


def export(
    dataset: DatasetArgument,
    out: Annotated[Path, typer.Option(help="The folder to write; an earlier export there is replaced.")],
    run: Annotated[str | None, typer.Option(help="Which Run; default: the best on validation.")] = None,
    onnx: Annotated[bool, typer.Option(help="Write the towers as ONNX too.")] = True,
    workspace: WorkspaceOption = None,
) -> None:
    """Write a Run for other systems: vectors, lists and metrics (Parquet), a model folder with a card, ONNX."""
    from learn.data.stored import open_dataset
    from learn.runs.export_run import export_run
    from learn.runs.stored import best_run, find_runs, open_run

    where = Workspace.at(workspace)
    found = open_dataset(where, dataset)
    chosen = open_run(where, found, run) if run else best_run(usable_runs(find_runs(where, found), dataset))
    done = export_run(chosen, out, onnx)
    for file, difference in done.parity.items():
        say(f"{file}: at most {difference:.1e} of an embedding's length from torch")
    for note in done.left_out:
        say(f"Note: {note}")
    say(f"Wrote Run {chosen.name} ({chosen.info.label}) into {out}: {', '.join(done.files)}")
    next_step(f"learn recommend {dataset} --run {chosen.name} --user USER", workspace)
