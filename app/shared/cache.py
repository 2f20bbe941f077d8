"""Opening datasets, Runs and what is computed from them, once per process. Nothing returned here is ever changed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st

from learn.data import stored
from learn.data.dataset import Dataset
from learn.data.sequences import Sequences
from learn.data.split import Split, SplitInfo
from learn.errors import LearnError
from learn.explore import text_worth
from learn.explore.catalogue import Catalogue, read_catalogue
from learn.explore.lists import user_lists
from learn.explore.lists.bestsellers import bestsellers
from learn.explore.lists.new_to_each import new_to_each
from learn.explore.metrics import leading, overview
from learn.ranking.report import report_folders
from learn.reproduce import results
from learn.runs.folder import RunFolder
from learn.runs.run import Run
from learn.runs.stored import FoundRuns, find_runs, run_paths
from learn.workspace import Workspace, modified


def workspace() -> Workspace:
    """``streamlit run app/main.py -- --workspace FOLDER``, else $LEARN_WORKSPACE, else the default one."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--workspace")
    return Workspace.at(parser.parse_known_args(sys.argv[1:])[0].workspace)


def benchmark_files() -> dict[tuple[str, str], Path]:
    """(benchmark, dataset) -> file, of the project's published results and the workspace's own."""
    return results.benchmark_files(workspace(), Workspace.prebuilt().root.parent / "benchmarks")


def ranking_reports() -> dict[str, Path]:
    """Dataset -> folder of the ranking stage's report: the project's published one and the workspace's own."""
    return report_folders(workspace(), Workspace.prebuilt().root.parent / "benchmarks")


def dataset_names() -> list[str]:
    """Datasets that can be opened, as `learn.data.stored.dataset_names` orders them."""
    return stored.dataset_names(workspace())


def open_dataset(name: str) -> Dataset:
    """The dataset called ``name`` with its split; one that needs no preparing is kept once it was opened."""
    about = workspace().dataset(name) / "dataset.json"
    return _dataset(name, str(workspace().root), modified(about))


@st.cache_resource(max_entries=4, show_spinner="Opening the dataset …")
def _dataset(name: str, root: str, stamp: int) -> Dataset:
    dataset = stored.open_dataset(Workspace(Path(root)), name)
    if not stamp:
        with suppress(LearnError):  # a workspace that cannot be written to only costs time: the next start reads again
            stored.save_dataset(Workspace(Path(root)), dataset)
    return dataset


def open_runs(dataset: Dataset) -> FoundRuns:
    """The Runs of ``dataset`` that fit it, and why others do not (`learn.runs.stored.find_runs`)."""
    paths = run_paths(workspace(), dataset.name).values()
    stamps = tuple((str(path), modified(path / "run.json")) for path in paths)
    return _runs(dataset, str(workspace().root), dataset.fingerprint, dataset.split.info, stamps)


@st.cache_resource(max_entries=8, show_spinner="Opening the Runs …")
def _runs(
    _dataset: Dataset, root: str, fingerprint: str, info: SplitInfo, stamps: tuple[tuple[str, int], ...]
) -> FoundRuns:
    return find_runs(Workspace(Path(root)), _dataset)


@dataclass(frozen=True)
class View:
    """A dataset under one split, with what every page reads of it."""

    dataset: Dataset
    split: Split
    catalogue: Catalogue
    history: Sequences
    target: Sequences
    counts: np.ndarray

    @cached_property
    def bestsellers(self) -> np.ndarray:
        """[N] bool: `learn.explore.lists.bestsellers` of what everybody bought."""
        return bestsellers(self.counts)

    @cached_property
    def new_to_each(self) -> np.ndarray:
        """[U] `learn.explore.lists.new_to_each.new_to_each` of every user's history."""
        return new_to_each(self.history, len(self.catalogue))


def view(dataset: Dataset) -> View:
    """The `View` of ``dataset`` under its split."""
    return _view(
        dataset, dataset.fingerprint, dataset.split.info, None if dataset.pictures is None else dataset.pictures.version
    )


@st.cache_resource(max_entries=8, show_spinner="Cutting histories and targets …")
def _view(_dataset: Dataset, fingerprint: str, info: SplitInfo, pictures: int | None) -> View:
    split = _dataset.split
    history, target = user_lists.history_and_target(split)
    return View(_dataset, split, read_catalogue(_dataset), history, target, split.training_counts())


@dataclass(frozen=True)
class OverviewTables:
    """What the Overview page draws of the data."""

    health: overview.Health
    timeline: pd.DataFrame
    period: str
    lengths: pd.DataFrame
    slices: pd.DataFrame
    slice_rules: dict[str, str]
    categories: pd.DataFrame


@st.cache_resource(max_entries=8, show_spinner="Counting events …")
def overview_tables(_view: View, fingerprint: str, info: SplitInfo) -> OverviewTables:
    """Everything that the Overview page counts in ``_view``; ``fingerprint`` and ``info`` tell two views apart."""
    return OverviewTables(
        overview.health(_view.dataset, _view.split),
        overview.timeline(_view.split),
        overview.period_word(_view.split),
        overview.history_lengths(_view.split),
        overview.slice_shares(_view.split),
        overview.slice_rules(_view.split),
        overview.top_categories(_view.dataset, _view.catalogue),
    )


@st.cache_data(max_entries=8)
def metrics(_runs: Sequence[RunFolder], key: tuple[str, ...]) -> pd.DataFrame:
    """All metrics of ``_runs``; ``key`` tells two sets of Runs apart."""
    return overview.collect_metrics(_runs)


def metrics_if_read(runs: Sequence[RunFolder]) -> pd.DataFrame:
    """`metrics`; nothing where a Run's cannot be read, which the Overview says."""
    try:
        return metrics(runs, run_key(runs))
    except LearnError:
        return overview.collect_metrics([])


@st.cache_data(max_entries=8, show_spinner="Asking what the text is worth …")
def said_of_text(_runs: list[Run], _dataset: Dataset, key: tuple[str, ...], fingerprint: str) -> text_worth.TextSaid:
    """`learn.explore.text_worth.said_of_text`; ``key`` and ``fingerprint`` tell Runs and dataset from others."""
    return text_worth.said_of_text(_runs, _dataset)


@st.cache_resource(max_entries=16, show_spinner=False)
def unreadable(_runs: list[Run], key: tuple[str, ...]) -> list[LearnError]:
    """`learn.explore.metrics.leading.unreadable`; ``key`` tells two sets of Runs apart."""
    return leading.unreadable(_runs)


def run_key(runs: Sequence[RunFolder]) -> tuple[str, ...]:
    """What tells one set of Runs from another: each one's folder and when it was written."""
    return tuple(f"{run.path}@{modified(run.path / 'run.json')}" for run in runs)
