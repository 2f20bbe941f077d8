"""The datasets of a workspace, each with its split, and the one that needs no preparing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from learn.checksums import NAME as CHECKSUMS
from learn.checksums import verify_folder
from learn.data.completejourney import NAME as SHIPPED
from learn.data.completejourney import SOLD
from learn.data.dataset import SPLIT_FILE, Dataset
from learn.data.split import parse_split
from learn.data.splits import default_split, make_split
from learn.errors import LearnError
from learn.files import read_json, read_unchanged
from learn.workspace import Workspace, modified


def save_dataset(workspace: Workspace, dataset: Dataset) -> None:
    """Writes ``dataset`` with its split, replacing one of its name: every later step uses the same cut.

    Raises:
        LearnError: it has no split yet, or cannot be written.
    """
    _ = dataset.split
    dataset.save(workspace.dataset(dataset.name))


def keep_dataset(workspace: Workspace, dataset: Dataset) -> None:
    """As `save_dataset`, but one that is stored with the same rows, split, source and report is left as it is.

    Raises:
        LearnError: as `save_dataset`; or ``dataset`` is an earlier state of the stored one.
    """
    folder = workspace.dataset(dataset.name)
    if is_stored(workspace, dataset.name) and (folder / SPLIT_FILE).exists():
        try:
            verify_folder(folder, "")
            about, split = read_json(folder / "dataset.json", "", dict), read_json(folder / SPLIT_FILE, "", dict)
        except LearnError:  # damaged: it is replaced
            about, split = {}, {}
        if about == dataset.about() and split == dataset.split.describe():
            return
        if dataset.fingerprint in about.get("trained_on", ()):
            raise LearnError(
                f"Dataset {dataset.name} has changed in {folder} since (learn items, learn update); this is an earlier "
                "state, which would replace it.",
                f"Open what is there: learn.open_dataset({dataset.name!r}), or give yours another name.",
            )
    save_dataset(workspace, dataset)


def is_stored(workspace: Workspace, name: str) -> bool:
    """Whether ``workspace`` itself holds the dataset ``name``."""
    return any((workspace.dataset(name) / file).exists() for file in ("dataset.json", CHECKSUMS))  # damaged, but there


def needs_no_preparing(name: str) -> bool:
    """Whether it is the dataset of the prebuilt demo, whose rows come with an installed package."""
    return name == SHIPPED and bool(Workspace.prebuilt().run_paths(name))


def dataset_names(workspace: Workspace) -> list[str]:
    """What can be opened: the workspace's own datasets, the newest first, then the prebuilt demo's."""
    own = [name for name in workspace.dataset_names() if name != SHIPPED]
    own.sort(key=lambda name: -modified(workspace.dataset(name) / "dataset.json"))
    return [*own, SHIPPED] if is_stored(workspace, SHIPPED) or needs_no_preparing(SHIPPED) else own


def open_dataset(workspace: Workspace, name: str) -> Dataset:
    """A prepared dataset with its split.

    Raises:
        LearnError: there is none of that name; the message lists those that there are.
    """
    folder = workspace.dataset(name)
    if not is_stored(workspace, name):
        if needs_no_preparing(name):
            return _shipped()
        there = ", ".join(workspace.dataset_names()) or "none yet"
        raise LearnError(
            f"There is no dataset {name!r} in the workspace {workspace.root} (there: {there}).",
            "Prepare it first, for example: learn prepare completejourney",
        )
    return read_unchanged(folder, lambda: _read(folder))


def _shipped() -> Dataset:
    """The rows that the prebuilt demo was made from: its manifest names their source, unless it is an earlier one."""
    from learn.data.completejourney import load_completejourney

    manifest = Workspace.prebuilt().root / "manifest.json"
    made_from = read_json(manifest, "", dict).get("source", SOLD) if manifest.exists() else SHIPPED
    shipped = replace(load_completejourney(sold_only=made_from == SOLD), name=SHIPPED)
    return shipped.with_split(default_split(shipped))


def _read(folder: Path) -> Dataset:
    dataset = Dataset.load(folder)
    if not (folder / SPLIT_FILE).exists():  # saved before anybody split it
        return dataset.with_split(default_split(dataset))
    remedy = f"Prepare it again: learn prepare SOURCE --name {folder.name}"
    info = parse_split(read_json(folder / SPLIT_FILE, remedy, dict), folder / SPLIT_FILE, remedy)
    return dataset.with_split(make_split(dataset, info))
