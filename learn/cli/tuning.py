"""The command that searches for settings."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from learn.cli.options import (
    ConfigOption,
    DatasetArgument,
    LLMOption,
    PicklesOption,
    PresetOption,
    RemoteCodeOption,
    SetOption,
    VectorsOption,
    WorkspaceOption,
)
from learn.cli.terminal import next_step, notes_said, print_frame, say
from learn.errors import LearnError
from learn.workspace import Workspace

if TYPE_CHECKING:
    from learn.tuning.search import Tuned

SHOWN = 10
"""Trials in the printed table, the best ones."""


def tune(
    dataset: DatasetArgument,
    minutes: Annotated[float, typer.Option(help="That all trials may take, earlier starts included.")] = 30.0,
    tower: Annotated[str, typer.Option(help="The item tower whose settings are searched.")] = "b",
    search: Annotated[
        list[str] | None, typer.Option("--search", help="A setting to search, in place of the usual ones. Repeatable.")
    ] = None,
    trials: Annotated[int | None, typer.Option(min=1, help="Trials in all, at the most.")] = None,
    out: Annotated[Path | None, typer.Option(help="A file that gets the best configuration too.")] = None,
    preset: PresetOption = "auto",
    config: ConfigOption = None,
    llm: LLMOption = None,
    vectors: VectorsOption = None,
    seed: Annotated[int | None, typer.Option(help="Another seed.")] = None,
    settings: SetOption = None,
    allow_remote_code: RemoteCodeOption = False,
    allow_pickled_weights: PicklesOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Search settings on validation, and write the best as a configuration. Interrupted, the same command goes on."""
    from learn.cex.trust import allow
    from learn.config import for_tower
    from learn.data.stored import open_dataset
    from learn.files import write_json
    from learn.pipeline import configuration, towers_named
    from learn.settings import parse_settings
    from learn.tuning.search import tune as search_settings

    where = Workspace.at(workspace)
    towers = towers_named(tower)
    if len(towers) != 1:
        raise LearnError("A search is of one item tower.", "Name it: --tower b")
    found = open_dataset(where, dataset)
    told = parse_settings(settings)
    begin = for_tower(configuration(found, preset, settings, llm, seed, vectors, config), towers[0], told)
    allow(allow_remote_code, allow_pickled_weights)
    with notes_said():
        result = search_settings(where, found, begin, minutes=minutes, names=search, fixed=told, most=trials)
    file = out or result.file
    if result.config is not None and out is not None:
        write_json(out, result.config.model_dump(mode="json"))
    say_result(result, dataset)
    if result.config is not None:
        say(f"Wrote {file}")
        next_step(f"learn train {dataset} --tower {tower} --config {shlex.quote(str(file))}", workspace)
    if result.interrupted:
        say("Stopped. The same command goes on from here.")
        raise typer.Exit(130)


def say_result(result: Tuned, dataset: str) -> None:
    """The best trials as a table, and what the search came to in two lines."""
    from learn.data.schema import Recommendations
    from learn.evaluation.metrics import METRICS
    from learn.tuning.trials import counted, trials_table

    best, metric = result.best, result.metric
    say(f"{counted(result.trials)}, {result.seconds / 60:.1f} minutes.")
    if best is None or best.best is None:
        say(f"None came to a validation yet. Give it longer: learn tune {dataset} --minutes {result.seconds / 20:.0f}")
        return
    print_frame(trials_table(result.trials).head(SHOWN).rename(columns=lambda name: name.rpartition(".")[-1]))
    first = result.trials[0].best
    change = "" if not first or best.number == 0 else f" ({best.best / first - 1:+.1%} to trial 0, as it was)"
    among = "items new to the user" if metric.candidates == Recommendations.UNSEEN else "all items"
    say(
        f"Best on validation, by {METRICS[metric.metric].label}@{metric.k} among {among}: trial {best.number}, "
        f"{best.best:.4f}{change}. It is the best of several, so the test will say a little less."
    )
