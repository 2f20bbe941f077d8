"""What any aligned model has to beat, as Runs: popularity and item-kNN, counted and not trained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from learn.data.dataset import Dataset
from learn.data.splits import Split
from learn.evaluation.baselines import item_knn, popularity
from learn.progress import make_progress
from learn.runs.info import RunInfo, provenance
from learn.runs.run import Run
from learn.runs.write import finish_run
from learn.workspace import Workspace

POPULARITY = "popularity"

ITEM_KNN = "item-knn"

LABELS = {POPULARITY: "Popularity", ITEM_KNN: "Item-kNN"}


def make_reference_run(name: str, dataset: Dataset, split: Split, folder: Path) -> Run:
    """Makes the reference Run ``name`` (popularity or item-knn) in ``folder``, replacing an older one.

    Raises:
        LearnError: nobody to evaluate, or the folder cannot be written.
    """
    rank = {POPULARITY: popularity, ITEM_KNN: item_knn}[name]
    info = RunInfo(
        name=folder.name,
        label=LABELS[name],
        kind="reference",
        variant=name,
        dataset=dataset.name,
        dataset_fingerprint=dataset.fingerprint,
        split=split.describe(),
        made=provenance(),
    )
    return finish_run(folder, info, dataset=dataset, split=split, ranked=rank(split))


def make_reference_runs(dataset: Dataset, split: Split, workspace: Workspace, progress: Any = None) -> list[Run]:
    """Makes the Runs "popularity" and "item-knn" of ``dataset``, replacing older ones.

    Args:
        progress: where to show progress; None: the terminal.
    """
    runs = []
    with (progress or make_progress()).task("Counting for the reference Runs", total=len(LABELS), unit="Runs") as bar:
        for name in LABELS:
            runs.append(make_reference_run(name, dataset, split, workspace.run(dataset.name, name)))
            bar.update(1)
    return runs
