"""The commands that make what trained towers are measured against, and what joins both."""

from __future__ import annotations

from typing import Annotated

import typer

from learn.cli.options import DatasetArgument, WorkspaceOption
from learn.cli.terminal import next_step, print_metrics, say
from learn.workspace import Workspace


def references(
    dataset: DatasetArgument,
    refit: Annotated[bool, typer.Option(help="Once more on training and validation together.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Fit popularity, item-kNN, personal frequency, SVD, EASE and L3AE, each tuned on validation, one Run each."""
    from learn.data.stored import open_dataset
    from learn.runs.rivals import blended_with, make_references

    where = Workspace.at(workspace)
    found = open_dataset(where, dataset)
    runs = make_references(where, found, refit=refit)
    print_metrics(runs, found.n_items)
    for run in runs:
        chosen = ", ".join(f"{name} {value}" for name, value in run.info.settings.items()) or "nothing to choose"
        say(f"{run.name}: {chosen}; {run.info.train_seconds:.0f} s")
    say(f"Wrote {', '.join(run.name for run in runs)} into {where.runs(dataset)}")
    next_step(f"learn blend {dataset} learn-b {blended_with(runs) or runs[0].name}", workspace)


def blend(
    dataset: DatasetArgument,
    run: Annotated[str, typer.Argument(help="A trained Run: what the texts say; of several with + between the mean.")],
    reference: Annotated[
        str, typer.Argument(help="A reference Run, or several with + between: what counts say; none: no counts.")
    ] = "",
    name: Annotated[str | None, typer.Option(help="Of the new Run; default: text-counts, or RUN-averaged.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Make one Run of a trained one and references: z-scores added, weights chosen on validation. Several trained Runs
    are averaged."""
    from learn.data.stored import open_dataset
    from learn.runs.blend import JOINED, blending_of
    from learn.runs.rivals import blend as make
    from learn.runs.stored import open_run

    where = Workspace.at(workspace)
    found = open_dataset(where, dataset)
    made = make(where, found, run, reference, name)
    runs, names = run.split(JOINED), reference.split(JOINED) if reference else []
    print_metrics([*(open_run(where, found, one) for one in (*runs, *names)), made], found.n_items)
    weights = blending_of(made).weights
    text = run if len(runs) == 1 else f"mean({', '.join(runs)})"
    parts = [
        f"{w:g} x z({one})" if number else f"z({one})"
        for number, (one, w) in enumerate(zip(names, weights.counts, strict=True))
    ]
    parts += [f"{weights.text:g} x z({text})" if names else text]
    parts += [f"{weights.tail:g} in the long tail"] if weights.tail else []
    say(f"Wrote {made.path}: {' + '.join(parts)}")
    next_step(f"learn recommend {dataset} --run {made.name} --user USER", workspace)
