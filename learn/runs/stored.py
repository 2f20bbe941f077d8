"""The Runs of a workspace: which there are, which of them fit a dataset, and why others do not."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from learn.config import Config
from learn.data.dataset import Dataset
from learn.data.split import Split
from learn.data.stored import open_dataset
from learn.errors import LearnError
from learn.runs.folder import check_fits
from learn.runs.run import Run
from learn.runs.vectors import embeds
from learn.workspace import Workspace


def run_paths(workspace: Workspace, dataset: str) -> dict[str, Path]:
    """Run name -> folder: the prebuilt demo's and the workspace's own, which replace prebuilt ones of their name."""
    return {path.name: path for place in (Workspace.prebuilt(), workspace) for path in place.run_paths(dataset)}


def open_run(workspace: Workspace, dataset: Dataset | str, name: str) -> Run:
    """A finished Run.

    Args:
        workspace: where to look, beside the prebuilt demo.
        dataset: what it was made on, where that is open already; else its name.
        name: the Run's.

    Raises:
        LearnError: there is none of that name, and the message lists those that there are; or it is of another version
            or split of ``dataset``.
    """
    of = dataset if isinstance(dataset, str) else dataset.name
    workspace.run(of, name)  # refuses what cannot be a name
    paths = run_paths(workspace, of)
    if name not in paths:
        there = ", ".join(paths) or "none yet"
        raise LearnError(
            f"There is no Run {name!r} of {of} in the workspace {workspace.root} (there: {there}).",
            f"Train it first: learn train {of}",
        )
    if isinstance(dataset, str):
        return Run(paths[name])
    run = Run(paths[name], dataset)
    check_fits(run, dataset)
    return run


def best_run(runs: Sequence[Run], for_histories: bool = False) -> Run:
    """The Run to recommend with where nobody chose: that which did best on validation, whatever made it.

    By `RunInfo.validation`; of equal ones a refitted Run, which knows more. Runs that do not have it, made by earlier
    versions or elsewhere, are chosen only where none has: then of the trained ones that with the best epoch.

    Args:
        runs: at least one, of one dataset.
        for_histories: only Runs that answer for histories outside the dataset, where there is one.
    """
    able = [run for run in runs if embeds(run)] if for_histories else []
    runs = able or runs
    validated = [run for run in runs if run.info.validation is not None]
    if validated:
        return max(validated, key=lambda run: (run.info.validation, run.info.refit is True))
    scores = [run.curves["validation"].max() if "validation" in run.curves else float("nan") for run in runs]
    if not all(np.isnan(scores)):
        return runs[int(np.nanargmax(scores))]
    return next((run for run in runs if run.info.kind == "learn"), runs[0])


@dataclass(frozen=True)
class FoundRuns:
    """What was found for one dataset.

    Attributes:
        usable: Runs that open and fit the dataset and its split.
        problems: why the others do not, each with what to do about it.
    """

    usable: list[Run]
    problems: list[LearnError]

    @property
    def names(self) -> list[str]:
        """The usable Runs' names."""
        return [run.name for run in self.usable]

    def named(self, name: str) -> Run:
        """The usable Run called ``name``."""
        return next(run for run in self.usable if run.name == name)


def find_runs(workspace: Workspace, dataset: Dataset) -> FoundRuns:
    """The Runs of ``dataset``, the prebuilt ones first; a Run of the workspace replaces a prebuilt one of its name.

    Only Runs of the dataset's own split are usable: what is history for one may be the target of another.
    """
    usable: list[Run] = []
    problems: list[LearnError] = []
    for path in run_paths(workspace, dataset.name).values():
        try:
            run = Run(path, dataset)
            _ = run.metrics
            check_fits(run, dataset)
        except LearnError as error:
            problems.append(error)
        else:
            usable.append(run)
    return FoundRuns(usable, problems)


def unfit(workspace: Workspace, name: str) -> list[LearnError]:
    """Why Runs of the dataset ``name`` cannot be used, each with what to do about it."""
    try:
        return find_runs(workspace, open_dataset(workspace, name)).problems
    except LearnError as error:
        return [error]


def check_comparable(one: Run, other: Run) -> None:
    """Refuses two Runs whose metrics are about different things.

    Raises:
        LearnError: they are of different datasets, versions of a dataset, or splits.
    """
    a, b = one.info, other.info
    what = "datasets" if a.dataset != b.dataset else "versions of the dataset"
    if a.dataset_fingerprint == b.dataset_fingerprint or (
        a.dataset == b.dataset and {a.dataset_fingerprint, b.dataset_fingerprint} <= set(one.dataset.versions)
    ):
        if a.split == b.split:
            return
        what = "splits"
    raise LearnError(
        f"Runs {one.name} (of {a.dataset}) and {other.name} (of {b.dataset}) were made on different {what}.",
        "Compare Runs of one dataset and one split.",
    )


def finished_run(
    folder: Path, dataset: Dataset, split: Split, config: Config | None, content_key: str | None
) -> Run | None:
    """The Run in ``folder`` when it was made from the same data, split, configuration and content; else None.

    Args:
        folder: the Run's.
        dataset, split: what it should have been made from.
        config, content_key: None for a reference Run, which has neither.
    """
    if not (folder / "run.json").exists():
        return None
    try:
        return _if_same(Run(folder), dataset, split, config, content_key)
    except LearnError as problem:
        warnings.warn(f"{problem.what} It is made again.", stacklevel=2)
        return None


def _if_same(run: Run, dataset: Dataset, split: Split, config: Config | None, content_key: str | None) -> Run | None:
    same = run.info.dataset_fingerprint == dataset.fingerprint and run.info.split == split.describe()
    if config is not None:
        same = same and run.info.content_key == content_key and run.config == config
    if same:
        run.check_files()
    return run if same else None
