"""An experiment is one row of a table under one seed; its Run, once finished, serves whichever table asks."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from learn.cex.extractor import content_embeddings
from learn.cex.store import store_key
from learn.config import CEXConfig, Config
from learn.data.dataset import Dataset
from learn.data.splits import Split
from learn.data.stored import open_dataset
from learn.evaluation.references.base import CannotFit
from learn.reproduce.external_baselines import ExternalBaseline
from learn.reproduce.external_runs import ExternalHost, external_run
from learn.reproduce.tables import Table, TableRow
from learn.runs.baselines import BASELINES, REFIT_SUFFIX, baselines_for
from learn.runs.blend import JOINED, finished_blend, good_enough, make_blend
from learn.runs.reference_runs import Content, choice_of, make_reference_run
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
            if row.config is not None and row.source is None and row.counts is None:
                folder = trained_folder(row.config, seed, dataset, workspace, row.refit)
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


def trained_folder(config: Config, seed: int | None, dataset: str, workspace: Workspace, refit: bool = False) -> Path:
    """Where every table keeps the Run of ``config``: named by tower, a hash of the settings, seed, and whether it was
    refitted."""
    settings = config.for_hashing()
    settings["training"].pop("seed")
    name = f"{config.pal.item_tower}-{store_key(settings)}"
    name = name if seed is None else f"{name}-seed{seed}"
    return workspace.benchmark("cells", dataset) / (name + REFIT_SUFFIX * refit)


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
        return _peer(experiment, experiment.row.peer, dataset, split, workspace, host, progress)
    row = experiment.row
    if row.config is None:
        return _reference(row, experiment.folder, dataset, split, workspace, progress)
    config = row.config if experiment.seed is None else row.config.with_values(training__seed=experiment.seed)
    if row.counts is not None:
        return _blend(row, row.counts, experiment, config, dataset, split, workspace, progress)
    if row.source is None:
        return _trained(experiment.seed, dataset, split, config, workspace, progress, row.refit)
    from learn.training.transfer import transfer

    source = open_dataset(workspace, row.source.dataset)
    run = _trained(experiment.seed, source, source.split, config, workspace, progress)
    content = content_embeddings(dataset, config.cex, workspace, progress)
    return transfer(run, dataset, split, content.vectors, folder=experiment.folder, content_key=content.key)


def _peer(
    experiment: Experiment,
    peer: ExternalBaseline,
    dataset: Dataset,
    split: Split,
    workspace: Workspace,
    host: ExternalHost,
    progress: Any,
) -> Run:
    """The peer's Run; one that reads content embeddings is given those that our rows have."""
    content = None
    if peer.reads_content:
        content = content_embeddings(dataset, experiment.row.cex or CEXConfig(), workspace, progress).vectors
    return external_run(peer, experiment.seed or 0, dataset, split, experiment.folder, host, content)


def _trained(
    seed: int | None,
    dataset: Dataset,
    split: Split,
    config: Config,
    workspace: Workspace,
    progress: Any,
    refit: bool = False,
) -> Run:
    """The trained Run of ``config``, refitted or not."""
    from learn.training.train import train_here

    plain = None
    if refit:
        plain = _trained(seed, dataset, split, config, workspace, progress)
    folder = trained_folder(config, seed, dataset.name, workspace, refit)
    content = content_embeddings(dataset, config.cex, workspace, progress)
    kept = finished_run(folder, dataset, split, config, content.key)
    return kept or train_here(workspace, dataset.with_split(split), content, config, folder, progress, plain)


def _reference(row: TableRow, folder: Path, dataset: Dataset, split: Split, workspace: Workspace, progress: Any) -> Run:
    """The reference's Run; a refitted one takes what validation chose for the other."""
    code = row.name.removesuffix(REFIT_SUFFIX)
    kept = finished_run(folder, dataset, split, None, None)
    if kept is not None and kept.info.refit is row.refit:
        return kept
    content = None
    if BASELINES[code].reference.reads_content and row.cex is not None:
        read = content_embeddings(dataset, row.cex, workspace, progress)
        content = Content(read.vectors, read.key)
    plain = finished_run(folder.with_name(code), dataset, split, None, None) if row.refit else None
    choice = None if plain is None else choice_of(plain)
    return make_reference_run(code, dataset, split, folder, content, row.refit, choice)


def _blend(
    row: TableRow,
    counts: str,
    experiment: Experiment,
    config: Config,
    dataset: Dataset,
    split: Split,
    workspace: Workspace,
    progress: Any,
) -> Run:
    """The blend of what was trained under the experiment's seed, or seeds, and of the references ``counts`` in the same
    table, without those that are much weaker (`good_enough`)."""
    folder, name = experiment.folder, row.name
    plain = None
    if row.refit:
        earlier = folder.with_name(folder.name.replace(name, name.removesuffix(REFIT_SUFFIX), 1))
        unfitted = replace(row, name=name.removesuffix(REFIT_SUFFIX), refit=False)
        one = replace(experiment, row=unfitted, folder=earlier)
        plain = _blend(unfitted, counts, one, config, dataset, split, workspace, progress)
    runs = []
    for seed in _seeds(experiment):
        seeded = config if seed is None else config.with_values(training__seed=seed)
        trained = _trained(seed, dataset, split, seeded, workspace, progress, row.refit)
        runs.append(Run(trained.path, dataset))
    references, able = [], {one.code for one in baselines_for(split)}
    for code in (one + REFIT_SUFFIX * row.refit for one in counts.split(JOINED) if one in able):
        beside = replace(row, name=code, cex=config.cex)
        with suppress(CannotFit):  # its own row says so
            made = _reference(beside, folder.with_name(code), dataset, split, workspace, progress)
            references.append(Run(made.path, dataset))
    references = good_enough(references)
    return finished_blend(runs, references, folder) or make_blend(runs, references, folder, plain)


def _seeds(experiment: Experiment) -> list[int | None]:
    """The seeds of the trainings behind an experiment: no two experiments of a row share one."""
    count = experiment.row.trainings
    return [experiment.seed] if experiment.seed is None else [experiment.seed * count + one for one in range(count)]
