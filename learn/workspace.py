"""Where everything a user makes lives: datasets, content embeddings and Runs, in one folder."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from learn.checksums import NAME as CHECKSUMS
from learn.errors import LearnError
from learn.item_towers import ITEM_TOWERS
from learn.partial import restore_retired

ENVIRONMENT_VARIABLE = "LEARN_WORKSPACE"
DEFAULT = Path("workspace")
PREBUILT = Path(__file__).resolve().parent.parent / "assets" / "demo"
"""The demo of a clone of the project; beside an installed package there is none, and everything works without it."""
BASELINE_RUNS = ("popularity", "item-knn", "frequency", "svd", "ease", "l3ae", "slit", "text-counts")
"""The Runs that count instead of learning, as people should meet them: behind those of the item towers."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


def checked_name(name: str, what: str) -> str:
    """``name`` when it is safe as a folder's name on every system.

    Raises:
        LearnError: empty, too long, or with other characters than letters, digits, dot, dash and underscore.
    """
    if not _NAME.fullmatch(name):
        raise LearnError(
            f"{what} name {name!r} cannot be a folder's name.",
            "Use up to 80 letters, digits, dots, dashes and underscores, starting with a letter or digit.",
        )
    return name


def first_runs() -> tuple[str, ...]:
    """The Runs that `learn train` makes, as people should meet them."""
    return (*(tower.run_name for tower in ITEM_TOWERS.entries), *BASELINE_RUNS)


@dataclass(frozen=True)
class Workspace:
    """Paths only; it reads the names of folders and creates nothing.

    Layout: ``datasets/NAME``, ``content/NAME/KEY`` (one store per LLM setting), ``runs/DATASET/NAME``,
    ``models/`` (converted bundled LLMs), ``benchmarks/TABLE/DATASET``, ``maps/DATASET`` (of Runs kept elsewhere),
    ``ranking/DATASET``, ``tuning/DATASET/KEY`` (searches for settings), ``uploads/HASH`` and ``builds/DATASET`` (of the
    page "Bring your own").
    """

    root: Path

    @classmethod
    def at(cls, folder: Path | str | None = None) -> Workspace:
        """``folder``, else $LEARN_WORKSPACE, else ./workspace."""
        return cls(Path(folder or os.environ.get(ENVIRONMENT_VARIABLE) or DEFAULT))

    @classmethod
    def holding(cls, run: Path) -> Workspace:
        """The workspace that a Run's folder lies in; one that lies in none has all that it needs beside it."""
        above = run.absolute().parents
        for kind, depth in (("runs", 1), ("benchmarks", 2), ("tuning", 2)):
            if len(above) > depth + 1 and above[depth].name == kind:
                return cls(above[depth + 1])
        return cls(above[0])

    @classmethod
    def prebuilt(cls) -> Workspace:
        """The demo that ships with the project; nothing is written there."""
        return cls(PREBUILT)

    @property
    def datasets(self) -> Path:
        """The folder of all datasets."""
        return self.root / "datasets"

    @property
    def models(self) -> Path:
        """The folder of converted bundled LLMs."""
        return self.root / "models"

    def dataset(self, name: str) -> Path:
        """The folder of one dataset."""
        return self.datasets / checked_name(name, "Dataset")

    def content(self, dataset: str) -> Path:
        """The folder that holds a dataset's content stores, one sub-folder per key."""
        return self.root / "content" / checked_name(dataset, "Dataset")

    def runs(self, dataset: str) -> Path:
        """The folder of a dataset's Runs, one sub-folder each."""
        return self.root / "runs" / checked_name(dataset, "Dataset")

    def run(self, dataset: str, name: str) -> Path:
        """The folder of one Run."""
        return self.runs(dataset) / checked_name(name, "Run")

    def maps(self, dataset: str) -> Path:
        """The folder of maps of Runs that are not in this workspace: those of the prebuilt demo."""
        return self.root / "maps" / checked_name(dataset, "Dataset")

    def benchmark(self, name: str, dataset: str) -> Path:
        """The folder of one benchmark on one dataset: its Runs and its tables."""
        return self.root / "benchmarks" / checked_name(name, "Benchmark") / checked_name(dataset, "Dataset")

    def ranking(self, dataset: str) -> Path:
        """The folder of the ranking stage's report on one dataset."""
        return self.root / "ranking" / checked_name(dataset, "Dataset")

    def tuning(self, dataset: str) -> Path:
        """The folder of the searches for settings on one dataset, one sub-folder each."""
        return self.root / "tuning" / checked_name(dataset, "Dataset")

    @property
    def builds(self) -> Path:
        """The folder of builds that the app began."""
        return self.root / "builds"

    def build(self, name: str) -> Path:
        """The folder of one build, named as its dataset: what it reads, and how far it is."""
        return self.builds / checked_name(name, "Dataset")

    def dataset_names(self) -> list[str]:
        """Datasets that were prepared here, in alphabetical order."""
        return sorted(folder.name for folder in _named_folders(self.datasets, "dataset.json"))

    def run_paths(self, dataset: str) -> list[Path]:
        """Finished Runs of ``dataset``: `first_runs` in their order, then others in the order of their making."""

        first = first_runs()

        def place(folder: Path) -> tuple[int, int, str]:
            if folder.name in first:  # a copy's or a clone's times of files say nothing
                return first.index(folder.name), 0, folder.name
            return len(first), modified(folder / "run.json"), folder.name

        return sorted(_named_folders(self.runs(dataset), "run.json"), key=place)


def _named_folders(place: Path, holding: str) -> list[Path]:
    """Folders in ``place`` that hold such a file, or have lost it, and have a name as `checked_name` takes it.

    What is being written, what a killed process left, and a file manager's "copy of shop" are none of ours.
    """
    restore_retired(place)
    found = {path.parent for file in (holding, CHECKSUMS) for path in place.glob(f"*/{file}")}
    return [folder for folder in found if _NAME.fullmatch(folder.name)]


def modified(file: Path) -> int:
    """When ``file`` was written, in ns; 0 where there is none any more."""
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0
