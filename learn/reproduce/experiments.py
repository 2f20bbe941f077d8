"""A cell of a table is a Run: one row under one seed. A finished one is not trained again, whichever table asks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from learn.cex.extractor import content_embeddings
from learn.cex.store import store_key
from learn.config import Config
from learn.data.dataset import Dataset
from learn.data.splits import Split
from learn.data.stored import open_dataset
from learn.reproduce.external_runs import PeerHost, peer_run
from learn.reproduce.tables import Plan, Row
from learn.runs.baselines import make_reference_run
from learn.runs.run import Run
from learn.runs.stored import finished_run
from learn.workspace import Workspace


@dataclass(frozen=True)
class Cell:
    """One row under one seed (None where seeds make no difference), and where its Run is kept."""

    row: Row
    seed: int | None
    folder: Path


def cells(
    plan: Plan, name: str, dataset: str, workspace: Workspace, seeds: int, peer_seeds: int | None = None
) -> list[Cell]:
    """The cells of ``plan``, row by row.

    What is trained on ``dataset`` lives where `trained_folder` says, other Runs in the folder of this table.
    """
    root = workspace.benchmark(name, dataset)
    found = []
    for row in plan.rows:
        wanted = seeds if row.peer is None else peer_seeds or seeds
        for seed in range(wanted) if row.is_seeded else [None]:
            if row.config is not None and row.source is None:
                folder = trained_folder(row.config, seed, dataset, workspace)
            else:
                folder = root / (row.name if seed is None else f"{row.name}-seed{seed}")
            found.append(Cell(row, seed, folder))
    return found


def finished_runs(
    plan: Plan, name: str, dataset: str, workspace: Workspace, seeds: int, peer_seeds: int | None = None
) -> dict[str, list[Run]]:
    """Row name -> its Runs that are finished, one per seed; the arguments are those of `cells`."""
    found: dict[str, list[Run]] = {}
    for cell in cells(plan, name, dataset, workspace, seeds, peer_seeds):
        if (cell.folder / "run.json").exists():
            found.setdefault(cell.row.name, []).append(Run(cell.folder))
    return found


def trained_folder(config: Config, seed: int | None, dataset: str, workspace: Workspace) -> Path:
    """Where every table keeps the Run of ``config``: named by tower, a hash of the settings, and seed."""
    settings = config.for_hashing()
    settings["training"].pop("seed")
    name = f"{config.pal.item_tower}-{store_key(settings)}"
    return workspace.benchmark("cells", dataset) / (name if seed is None else f"{name}-seed{seed}")


def run_cell(
    cell: Cell, dataset: Dataset, split: Split, workspace: Workspace, host: PeerHost, progress: Any = None
) -> Run:
    """The cell's Run: the finished one when it was made from the same data and configuration, else a new one.

    A training that was killed goes on.

    Raises:
        PeerCannotRun: the row is a peer that cannot run on ``host``.
    """
    if cell.row.peer is not None:
        return peer_run(cell.row.peer, cell.seed or 0, dataset, split, cell.folder, host)
    if cell.row.config is None:
        kept = finished_run(cell.folder, dataset, split, None, None)
        return kept or make_reference_run(cell.row.name, dataset, split, cell.folder)
    config = cell.row.config if cell.seed is None else cell.row.config.with_values(training__seed=cell.seed)
    if cell.row.source is None:
        return _trained(cell.folder, dataset, split, config, workspace, progress)
    from learn.training.transfer import transfer

    source = open_dataset(workspace, cell.row.source.dataset)
    folder = trained_folder(cell.row.config, cell.seed, source.name, workspace)
    run = _trained(folder, source, source.split, config, workspace, progress)
    content = content_embeddings(dataset, config.cex, workspace, progress)
    return transfer(run, dataset, split, content.vectors, folder=cell.folder, content_key=content.key)


def _trained(folder: Path, dataset: Dataset, split: Split, config: Config, workspace: Workspace, progress: Any) -> Run:
    from learn.training.train import train

    content = content_embeddings(dataset, config.cex, workspace, progress)
    kept = finished_run(folder, dataset, split, config, content.key)
    return kept or train(
        dataset, split, content.vectors, config, folder=folder, content_key=content.key, progress=progress
    )
