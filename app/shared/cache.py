"""Opening datasets, Runs and what is computed from them, once per process. Nothing returned here is ever changed."""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st

from learn.data.dataset import Dataset
from learn.data.sequences import Sequences
from learn.data.splits import Split, SplitInfo, make_split
from learn.errors import LearnError
from learn.explore.catalogue import Catalogue, read_catalogue
from learn.explore.lists import user_lists
from learn.explore.metrics import overview
from learn.files import read_json
from learn.ranking.report import report_folders
from learn.reproduce import results
from learn.runs.run import Run
from learn.runs.vectors import has_vectors, run_vectors
from learn.workspace import PREBUILT, Workspace

EMBEDDED = "completejourney"
"""The dataset whose rows come with an installed package, and which the prebuilt Runs are about."""


def workspace() -> Workspace:
    """``streamlit run app/main.py -- --workspace FOLDER``, else $LEARN_WORKSPACE, else the default one."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--workspace")
    return Workspace.at(parser.parse_known_args(sys.argv[1:])[0].workspace)


def prebuilt() -> Workspace:
    """The demo that ships with the project."""
    return Workspace(PREBUILT)


def benchmark_files() -> dict[tuple[str, str], Path]:
    """(benchmark, dataset) -> file, of the project's published results and the workspace's own."""
    return results.benchmark_files(workspace(), PREBUILT.parent / "benchmarks")


def ranking_reports() -> dict[str, Path]:
    """Dataset -> folder of the ranking stage's report: the project's published one and the workspace's own."""
    return report_folders(workspace(), PREBUILT.parent / "benchmarks")


def dataset_names() -> list[str]:
    """Datasets that can be opened: the workspace's own, the newest first, then the one of the prebuilt demo."""
    place = workspace()
    own = [name for name in place.dataset_names() if name != EMBEDDED]
    own.sort(key=lambda name: -(place.dataset(name) / "dataset.json").stat().st_mtime_ns)
    embedded = prebuilt().run_paths(EMBEDDED) or (place.dataset(EMBEDDED) / "dataset.json").exists()
    return [*own, EMBEDDED] if embedded else own


def open_dataset(name: str) -> Dataset:
    """The dataset called ``name``; the embedded one is prepared from its package on first use and kept."""
    folder = workspace().dataset(name)
    about = folder / "dataset.json"
    stamp = about.stat().st_mtime_ns if about.exists() else 0
    return _dataset(name, str(folder), stamp)


@st.cache_resource(max_entries=4, show_spinner="Opening the dataset …")
def _dataset(name: str, folder: str, stamp: int) -> Dataset:
    if stamp or name != EMBEDDED:
        return Dataset.load(folder)
    from learn.data.completejourney import load_completejourney

    dataset = load_completejourney()
    with suppress(LearnError):  # a workspace that cannot be written to only costs time: the next start reads again
        dataset.save(folder)
    return dataset


@dataclass(frozen=True)
class Runs:
    """What was found for one dataset: Runs that open and fit it, and why others do not."""

    usable: list[Run]
    problems: list[LearnError]

    @property
    def names(self) -> list[str]:
        return [run.name for run in self.usable]

    def named(self, name: str) -> Run:
        return next(run for run in self.usable if run.name == name)


def open_runs(dataset: Dataset) -> Runs:
    """The Runs of ``dataset``, the prebuilt ones first; a Run of the workspace replaces a prebuilt one of its name.

    Only Runs of one split are usable together: what is history for one may be the target of another.
    """
    paths = {path.name: path for place in (prebuilt(), workspace()) for path in place.run_paths(dataset.name)}
    stamps = tuple((str(path), (path / "run.json").stat().st_mtime_ns) for path in paths.values())
    return _runs(dataset.name, dataset.fingerprint, stamps, _stored_split(dataset.name))


@st.cache_resource(max_entries=8, show_spinner="Opening the Runs …")
def _runs(dataset: str, fingerprint: str, stamps: tuple[tuple[str, int], ...], split: SplitInfo | None) -> Runs:
    usable, problems = [], []
    for path, _ in stamps:
        try:
            run = Run(path)
            _ = run.metrics
        except LearnError as error:
            problems.append(error)
            continue
        own = SplitInfo(**run.info.split)
        split = split or own
        again = f"Make it again, for example: learn train {dataset}, or delete the folder {path}."
        if run.info.dataset_fingerprint != fingerprint:
            problems.append(LearnError(f"Run {run.name} was made on another version of dataset {dataset}.", again))
        elif own != split:
            what = f"Run {run.name} was made with another split ({_words(own)}) than the one shown ({_words(split)})."
            problems.append(LearnError(what, again))
        else:
            usable.append(run)
    return Runs(usable, problems)


def _words(split: SplitInfo) -> str:
    return f"target from {split.test_start}" if split.test_start else split.kind.replace("_", " ")


def _stored_split(name: str) -> SplitInfo | None:
    """The split that `learn prepare` wrote beside the dataset; None where the app kept the dataset by itself."""
    path = workspace().dataset(name) / "split.json"
    if not path.exists():
        return None
    return SplitInfo(**read_json(path, f"Prepare it again: learn prepare SOURCE --name {name}"))


def split_info(dataset: Dataset, runs: list[Run]) -> SplitInfo:
    """The split stored with the dataset; else the one that its Runs were made with; else the default one."""
    stored = _stored_split(dataset.name)
    if stored is not None:
        return stored
    if runs:
        return SplitInfo(**runs[0].info.split)
    from learn.data.splits import default_split

    return default_split(dataset).info


@dataclass(frozen=True)
class View:
    """A dataset under one split, with what every page reads of it."""

    dataset: Dataset
    split: Split
    catalogue: Catalogue
    history: Sequences
    target: Sequences
    counts: np.ndarray


@st.cache_resource(max_entries=8, show_spinner="Cutting histories and targets …")
def view(_dataset: Dataset, fingerprint: str, info: SplitInfo) -> View:
    """The `View` of ``_dataset`` under ``info``; ``fingerprint`` is what tells two datasets apart."""
    split = make_split(_dataset, info)
    history, target = user_lists.history_and_target(split)
    return View(_dataset, split, read_catalogue(_dataset), history, target, split.training_counts())


@st.cache_resource(max_entries=32, show_spinner=False)
def vectors(_run: Run, _dataset: Dataset, path: str, fingerprint: str) -> tuple[np.ndarray, np.ndarray] | None:
    """(user, item) vectors of ``_run``, or None for a Run that has stored lists only."""
    if not has_vectors(_run):
        return None
    return run_vectors(_run, Workspace(Path(path).parents[2]), _dataset)


@st.cache_resource(max_entries=32, show_spinner="Reading stored lists …")
def stored_lists(_run: Run, path: str, fingerprint: str) -> user_lists.STORED_LISTS:
    """Where every user's lists are in ``_run``'s recommendations."""
    return user_lists.index_stored_lists(_run)


@dataclass(frozen=True)
class OverviewTables:
    """What the Overview page draws of the data."""

    health: overview.Health
    timeline: pd.DataFrame
    lengths: pd.DataFrame
    slices: pd.DataFrame
    categories: pd.DataFrame


@st.cache_resource(max_entries=8, show_spinner="Counting events …")
def overview_tables(_view: View, fingerprint: str, info: SplitInfo) -> OverviewTables:
    """Everything that the Overview page counts in ``_view``; ``fingerprint`` and ``info`` tell two views apart."""
    return OverviewTables(
        overview.health(_view.dataset, _view.split),
        overview.timeline(_view.split),
        overview.history_lengths(_view.split),
        overview.slice_shares(_view.split),
        overview.top_categories(_view.dataset, _view.catalogue),
    )


@st.cache_data(max_entries=8)
def metrics(_runs: list[Run], key: tuple[str, ...]) -> pd.DataFrame:
    """All metrics of ``_runs``; ``key`` tells two sets of Runs apart."""
    return overview.collect_metrics(_runs)


def run_key(runs: list[Run]) -> tuple[str, ...]:
    """What tells one set of Runs from another: each one's folder and when it was written."""
    return tuple(f"{run.path}@{(run.path / 'run.json').stat().st_mtime_ns}" for run in runs)
