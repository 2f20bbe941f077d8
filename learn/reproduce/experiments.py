"""An experiment is one row of a table under one seed; its Run, once finished, serves whichever table asks."""

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
from learn.reproduce.external_runs import ExternalHost, external_run
from learn.reproduce.tables import Table, TableRow
from learn.runs.baselines import make_reference_run
from learn.runs.run import Run
from learn.runs.stored import finished_run
from learn.workspace import Workspace


@dataclass(frozen=True)
class Experiment:
    """One row under one seed (None where seeds make no difference), and where its Run is kept."""

    row: TableRow
    seed: int | None
    folder: Path


def experiments(
    plan: Table, name: str, dataset: str, workspace: Workspace, seeds: int, peer_seeds: int | None = None
) -> list[Experiment]:
    """The experiments of ``plan``, row by row.

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
            found.append(Experiment(row, seed, folder))
    return found


def finished_runs(
    plan: Table, name: str, dataset: str, workspace: Workspace, seeds: int, peer_seeds: int | None = None
) -> dict[str, list[Run]]:
    """Row name -> its Runs that are finished, one per seed; the arguments are those of `experiments`."""
    found: dict[str, list[Run]] = {}
    for experiment in experiments(plan, name, dataset, workspace, seeds, peer_seeds):
        if (experiment.folder / "run.json").exists():
            found.setdefault(experiment.row.name, []).append(Run(experiment.folder))
    return found


def trained_folder(config: Config, seed: int | None, dataset: str, workspace: Workspace) -> Path:
    """Where every table keeps the Run of ``config``: named by tower, a hash of the settings, and seed."""
    settings = config.for_hashing()
    settings["training"].pop("seed")
    name = f"{config.pal.item_tower}-{store_key(settings)}"
    return workspace.benchmark("cells", dataset) / (name if seed is None else f"{name}-seed{seed}")


def run_cell(
    experiment: Experiment,
    dataset: Dataset,
    split: Split,
    workspace: Workspace,
    host: ExternalHost,
    progress: Any = None,
) -> Run:
    """The experiment's Run: the finished one when it was made from the same data and configuration, else a new one.

    A training that was killed goes on.

    Raises:
        PeerCannotRun: the row is a peer that cannot run on ``host``.
    """
    if experiment.row.peer is not None:
        return external_run(experiment.row.peer, experiment.seed or 0, dataset, split, experiment.folder, host)
    if experiment.row.config is None:
        kept = finished_run(experiment.folder, dataset, split, None, None)
        return kept or make_reference_run(experiment.row.name, dataset, split, experiment.folder)
    config = (
        experiment.row.config
        if experiment.seed is None
        else experiment.row.config.with_values(training__seed=experiment.seed)
    )
    if experiment.row.source is None:
        return _trained(experiment.folder, dataset, split, config, workspace, progress)
    from learn.training.transfer import transfer

    source = open_dataset(workspace, experiment.row.source.dataset)
    folder = trained_folder(experiment.row.config, experiment.seed, source.name, workspace)
    run = _trained(folder, source, source.split, config, workspace, progress)
    content = content_embeddings(dataset, config.cex, workspace, progress)
    return transfer(run, dataset, split, content.vectors, folder=experiment.folder, content_key=content.key)


def _trained(folder: Path, dataset: Dataset, split: Split, config: Config, workspace: Workspace, progress: Any) -> Run:
    from learn.training.train import train_here

    content = content_embeddings(dataset, config.cex, workspace, progress)
    kept = finished_run(folder, dataset, split, config, content.key)
    return kept or train_here(workspace, dataset, content, config, folder, progress)
