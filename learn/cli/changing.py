"""The commands for a dataset that changes, without training anew: items add, items remove, update."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from learn.cli.options import DatasetArgument, MapOption, WorkspaceOption
from learn.cli.terminal import next_step, say
from learn.errors import LearnError
from learn.workspace import Workspace

if TYPE_CHECKING:
    from learn.data.changes import Change
    from learn.data.dataset import Dataset

items = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Items that come and go, without training anew.")


@items.command("add")
def add(
    dataset: DatasetArgument,
    table: Annotated[Path, typer.Argument(help="New items, or items that are there with another text or price.")],
    mapping: MapOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Add items: the LLM reads their texts, and every trained Run places them."""
    from learn.data.changes import add_items

    where = Workspace.at(workspace)
    old = _stored(where, dataset)
    _store(where, old, add_items(old, table, mapping or ()), workspace)


@items.command("remove")
def remove(
    dataset: DatasetArgument,
    ids: Annotated[list[str], typer.Argument(help="Item ids, or one file: a table, or .txt with one id a line.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Take items out of stock: nothing shows them any more, histories still read them."""
    from learn.data.changes import read_ids, remove_items

    where = Workspace.at(workspace)
    old = _stored(where, dataset)
    from_file = len(ids) == 1 and ids[0] not in old.item_index and Path(ids[0]).is_file()
    _store(where, old, remove_items(old, read_ids(Path(ids[0])) if from_file else ids), workspace)


def update(
    dataset: DatasetArgument,
    interactions: Annotated[
        Path | None, typer.Option(help="Newer events; without: only bring Runs up to date.")
    ] = None,
    mapping: MapOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Take in newer events without training anew: users' vectors and lists follow."""
    from learn.data.changes import Change, add_events

    where = Workspace.at(workspace)
    old = _stored(where, dataset)
    if interactions is None and not old.trained_on:
        raise LearnError(f"{dataset} has not changed since it was prepared.", "Give newer events: --interactions FILE")
    change = Change(old, []) if interactions is None else add_events(old, interactions, mapping or ())
    _store(where, old, change, workspace)


def _stored(where: Workspace, dataset: str) -> Dataset:
    from learn.data.stored import is_stored, open_dataset

    opened = open_dataset(where, dataset)
    if not is_stored(where, dataset):
        raise LearnError(
            f"Dataset {dataset} is the prebuilt demo's, where nothing is written.",
            f"Type first: learn prepare {dataset}",
        )
    return opened


def _store(where: Workspace, old: Dataset, change: Change, workspace: Path | None) -> None:
    from learn.runs.following import store_change

    for note in change.notes:
        say(note)
    found = store_change(where, old, change.dataset)
    for _, problem in found:
        if problem is not None:
            say(f"Note: {problem}")
    followed = [name for name, problem in found if problem is None]
    say(f"Wrote {where.dataset(old.name)}; what follows it: {', '.join(followed) or 'no Run'}")
    next_step(f"learn map {old.name}" if followed else f"learn train {old.name}", workspace)
