"""The Runs of a workspace: which there are, which of them fit a dataset, and why others do not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from learn.config import Config
from learn.data.dataset import Dataset
from learn.data.split import Split, SplitInfo
from learn.errors import LearnError
from learn.runs.run import Run
from learn.workspace import Workspace


def run_paths(workspace: Workspace, dataset: str) -> dict[str, Path]:
    """Run name -> folder: the prebuilt demo's and the workspace's own, which replace prebuilt ones of their name."""
    return {path.name: path for place in (Workspace.prebuilt(), workspace) for path in place.run_paths(dataset)}


def open_run(workspace: Workspace, dataset: str, name: str) -> Run:
    """A finished Run.

    Raises:
        LearnError: there is none of that name; the message lists those that there are.
    """
    workspace.run(dataset, name)  # refuses what cannot be a name
    found = run_paths(workspace, dataset)
    if name not in found:
        there = ", ".join(found) or "none yet"
        raise LearnError(
            f"There is no Run {name!r} of {dataset} in the workspace {workspace.root} (there: {there}).",
            f"Train it first: learn train {dataset}",
        )
    return Run(found[name])


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
            run = Run(path)
            _ = run.metrics
            check_fits(run, dataset)
        except LearnError as error:
            problems.append(error)
        else:
            usable.append(run)
    return FoundRuns(usable, problems)


def check_fits(run: Run, dataset: Dataset) -> None:
    """Refuses a Run of other data.

    Raises:
        LearnError: ``run`` was made on another version of ``dataset``, or with another split.
    """
    again = f"Make it again, for example: learn train {dataset.name}, or delete the folder {run.path}."
    if run.info.dataset_fingerprint != dataset.fingerprint:
        raise LearnError(f"Run {run.name} was made on another version of dataset {dataset.name}.", again)
    own, shown = SplitInfo(**run.info.split), dataset.split.info
    if own != shown:
        raise LearnError(
            f"Run {run.name} was made with another split ({own.words}) than the one shown ({shown.words}).", again
        )


def check_comparable(one: Run, other: Run) -> None:
    """Refuses two Runs whose metrics are about different things.

    Raises:
        LearnError: they are of different datasets, versions of a dataset, or splits.
    """
    a, b = one.info, other.info
    what = "datasets" if a.dataset != b.dataset else "versions of the dataset"
    if a.dataset_fingerprint == b.dataset_fingerprint:
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
    run = Run(folder)
    same = run.info.dataset_fingerprint == dataset.fingerprint and run.info.split == split.describe()
    if config is not None:
        same = same and run.info.content_key == content_key and run.config == config
    return run if same else None
