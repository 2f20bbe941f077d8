"""What any aligned model has to beat, as Runs: popularity and item-kNN, counted and not trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from learn.data.dataset import Dataset
from learn.data.splits import Split
from learn.evaluation.baselines import Ranked, item_knn, popularity
from learn.progress import make_progress
from learn.registry import Registry
from learn.runs.info import RunInfo, provenance
from learn.runs.run import Run
from learn.runs.write import finish_run
from learn.workspace import Workspace

POPULARITY = "popularity"

ITEM_KNN = "item-knn"


@dataclass(frozen=True)
class Baseline:
    """What ranks by counting.

    Attributes:
        code: names it, and its Run.
        label: what people read.
        explanation: a line that goes on after the label and a colon; ends in a full stop.
        rank: split -> candidates -> (items [U, K], scores [U, K]).
        colour: in figures, "#rrggbb"; None: one that no other has.
    """

    code: str
    label: str
    explanation: str
    rank: Callable[..., Ranked]
    colour: str | None = None


BASELINES: Registry[Baseline] = Registry(
    "baseline",
    Baseline(POPULARITY, "Popularity", "the most bought items, the same for everybody.", popularity, "#7d8794"),
    Baseline(ITEM_KNN, "Item-kNN", "what was bought together.", item_knn, "#5f6b7a"),
)


def make_reference_run(name: str, dataset: Dataset, split: Split, folder: Path) -> Run:
    """Makes the reference Run ``name`` (popularity or item-knn) in ``folder``, replacing an older one.

    Raises:
        LearnError: no such baseline, nobody to evaluate, or the folder cannot be written.
    """
    baseline = BASELINES[name]
    info = RunInfo(
        name=folder.name,
        label=baseline.label,
        kind="reference",
        variant=baseline.code,
        dataset=dataset.name,
        dataset_fingerprint=dataset.fingerprint,
        split=split.describe(),
        made=provenance(),
    )
    return finish_run(folder, info, dataset=dataset, split=split, ranked=baseline.rank(split))


def make_reference_runs(dataset: Dataset, split: Split, workspace: Workspace, progress: Any = None) -> list[Run]:
    """Makes the Runs "popularity" and "item-knn" of ``dataset``, replacing older ones.

    Args:
        progress: where to show progress; None: the terminal.
    """
    runs = []
    with (progress or make_progress()).task("Counting for the baselines", total=len(BASELINES), unit="Runs") as bar:
        for name in BASELINES:
            runs.append(make_reference_run(name, dataset, split, workspace.run(dataset.name, name)))
            bar.update(1)
    return runs
