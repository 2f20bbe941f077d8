"""The steps from raw tables to finished Runs, as the commands, the demo and the notebooks call them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from learn.config import Config, ItemTower
from learn.data.dataset import Dataset
from learn.data.splits import Split, SplitInfo, make_split
from learn.errors import LearnError
from learn.files import read_json, write_json
from learn.runs.run import Run
from learn.workspace import PREBUILT, Workspace


def save_dataset(workspace: Workspace, dataset: Dataset, split: Split) -> None:
    """Writes the dataset and, beside it, how it is split: every later step uses the same cut."""
    folder = workspace.dataset(dataset.name)
    dataset.save(folder)
    write_json(folder / "split.json", asdict(split.info))


def _ships(name: str) -> bool:
    """Whether the dataset needs no preparing: the prebuilt demo is about it, and its rows come with a package."""
    from learn.data.completejourney import NAME

    return name == NAME and bool(Workspace(PREBUILT).run_paths(name))


def dataset_names(workspace: Workspace) -> list[str]:
    """What can be opened: the workspace's datasets, and the prebuilt demo's."""
    from learn.data.completejourney import NAME

    names = workspace.dataset_names()
    return names if NAME in names or not _ships(NAME) else [*names, NAME]


def run_paths(workspace: Workspace, dataset: str) -> dict[str, Path]:
    """Run name -> folder: the prebuilt demo's and the workspace's own, which replace prebuilt ones of their name."""
    return {path.name: path for place in (Workspace(PREBUILT), workspace) for path in place.run_paths(dataset)}


def open_dataset(workspace: Workspace, name: str) -> tuple[Dataset, Split]:
    """A prepared dataset with its split.

    Raises:
        LearnError: there is none of that name; the message lists those that there are.
    """
    folder = workspace.dataset(name)
    if not (folder / "dataset.json").exists() and _ships(name):
        from learn.data.completejourney import load_completejourney
        from learn.data.splits import default_split

        dataset = load_completejourney()
        return dataset, default_split(dataset)
    if not (folder / "dataset.json").exists():
        there = ", ".join(workspace.dataset_names()) or "none yet"
        raise LearnError(
            f"There is no dataset {name!r} in the workspace {workspace.root} (there: {there}).",
            "Prepare it first, for example: learn prepare completejourney",
        )
    dataset = Dataset.load(folder)
    if not (folder / "split.json").exists():  # the app kept the embedded dataset: it has the default split
        from learn.data.splits import default_split

        return dataset, default_split(dataset)
    info = SplitInfo(**read_json(folder / "split.json", f"Prepare it again: learn prepare SOURCE --name {name}"))
    return dataset, make_split(dataset, info)


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


def finished_run(
    folder: Path, dataset: Dataset, split: Split, config: Config | None, content_key: str | None
) -> Run | None:
    """The Run in ``folder`` when it was made from the same data, split, configuration and content; else None.

    Args:
        config, content_key: None for a reference Run, which has neither.
    """
    if not (folder / "run.json").exists():
        return None
    run = Run(folder)
    same = run.info.dataset_fingerprint == dataset.fingerprint and run.info.split == split.describe()
    if config is not None:
        same = same and run.info.content_key == content_key and run.config == config
    return run if same else None


def train_variants(
    workspace: Workspace,
    dataset: Dataset,
    split: Split,
    config: Config,
    towers: list[ItemTower],
    *,
    keep_finished: bool = False,
    progress: Any = None,
    suffix: str = "",
) -> list[Run]:
    """Extracts what is missing, then trains one Run per item tower.

    Args:
        keep_finished: a Run that was finished with the same configuration and data is kept as it is.
        suffix: added to every Run's name.
    """
    from learn.cex.extractor import content_embeddings
    from learn.training.train import NAMES, train

    content = content_embeddings(dataset, config.cex, workspace, progress)
    runs = []
    for tower in towers:
        chosen = config.with_values(pal__item_tower=tower.value)
        folder = workspace.run(dataset.name, NAMES[tower] + suffix)
        kept = finished_run(folder, dataset, split, chosen, content.key) if keep_finished else None
        if kept is not None:
            runs.append(kept)
            continue
        runs.append(
            train(dataset, split, content.vectors, chosen, folder=folder, content_key=content.key, progress=progress)
        )
    return runs


def draw_maps(
    workspace: Workspace,
    dataset: Dataset,
    split: Split,
    runs: list[Run],
    *,
    method: str = "umap",
    again: bool = False,
    progress: Any = None,
) -> dict[str, Any]:
    """Space name -> its `ItemMap` (`learn.explore.maps.item_maps`), for every space of ``runs``; what is there is kept.

    Raises:
        LearnError: none of the Runs has vectors, or some cannot be read.
    """
    from learn.explore.catalogue import read_catalogue
    from learn.explore.maps.item_maps import make_maps, mapped_items
    from learn.explore.maps.spaces import find_spaces
    from learn.progress import make_progress

    spaces = find_spaces(runs)
    if not spaces:
        raise LearnError(
            f"The Runs of {dataset.name} hold lists only, no vectors to map.", f"Train some: learn train {dataset.name}"
        )
    items = mapped_items(read_catalogue(dataset), split.training_counts() == 0)
    progress = progress or make_progress()
    return make_maps(spaces, spaces[0], dataset, items, workspace, progress, method, again)
