"""To forget a person: their events, vectors and lists leave every thing of a workspace; what learned of them is named.

Runs come first and the dataset last: whoever is interrupted types the same command again, and it goes on.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from learn.checksums import NAME as CHECKSUMS
from learn.data.dataset import Dataset
from learn.data.facts import split_facts
from learn.data.schema import Interactions, PerUser, Recommendations
from learn.data.slices import SliceConfig
from learn.data.splits import Phase, make_split
from learn.data.stored import is_stored, open_dataset, save_dataset
from learn.errors import LearnError
from learn.evaluation.protocol import LIST_LENGTH, evaluate
from learn.files import atomic_folder
from learn.item_towers import ITEM_TOWERS
from learn.locks import writing
from learn.partial import sweep_partial
from learn.runs.folder import RunFolder
from learn.runs.info import write_info, write_table
from learn.runs.write import write_evaluation
from learn.tensor_files import save_tensors
from learn.workspace import Workspace

FORGOTTEN = "people_forgotten"
"""In ``info.made`` of a Run: how many of those that it was made from have been taken out since."""


@dataclass(frozen=True)
class Forgotten:
    """What was taken out, and what cannot be.

    Attributes:
        events: how many of the person's events the dataset held.
        runs: the folders of Runs from which rows were taken.
        learned: labels of Runs that were trained or counted with the person's events, by their folders.
        reports: folders of tables that are means over all people, this one among them.
        uploads: folders of tables that were uploaded, which stay as they came and may hold the person.
        problems: Runs that could not be read, each with what to do.
    """

    events: int
    runs: list[Path] = field(default_factory=list)
    learned: dict[Path, str] = field(default_factory=dict)
    reports: list[Path] = field(default_factory=list)
    uploads: list[Path] = field(default_factory=list)
    problems: list[LearnError] = field(default_factory=list)


def forget_user(workspace: Workspace, name: str, user: str) -> Forgotten:
    """Takes a person out of the dataset ``name`` and of all that ``workspace`` made of it.

    Runs stay usable for the others: their vectors and lists lose this person's rows, their metrics are counted again
    without them, and they say of which dataset they are now. Weights stay as they are.

    Args:
        workspace: what lies elsewhere (the source's tables, copies, the prebuilt demo) is not touched.
        name: the dataset's.
        user: the person's id in it.

    Raises:
        LearnError: no such dataset here, no such person, nobody would be left to test on, or the workspace cannot be
            written to.
    """
    if not is_stored(workspace, name):
        raise LearnError(
            f"The workspace {workspace.root} holds no dataset {name!r} to forget somebody in.",
            f"Prepare it first: learn prepare SOURCE --name {name}",
        )
    with writing(workspace.dataset(name)):
        old = open_dataset(workspace, name)
        if user not in old.user_index:
            raise LearnError(
                f"There is no user {user!r} in {name} (for example {old.user_ids[0]!r} is one).", "Give a user's id."
            )
        new = without(old, user)
        found = Forgotten(int((old.interactions[Interactions.USER] == user).sum()))
        for folder in _run_folders(workspace, name):
            try:
                _take_out(folder, user, old, new, found)
            except LearnError as problem:
                found.problems.append(problem)
        searches = [path for path in workspace.tuning(name).glob("*") if path.is_dir()]
        for checkpoints in (path for place in (workspace.runs(name), *searches) for path in place.glob(".training-*")):
            shutil.rmtree(checkpoints, ignore_errors=True)  # of trainings that nobody finished
        for place in (workspace.ranking(name), *workspace.root.glob(f"benchmarks/*/{name}"), *searches):
            if place.is_dir():
                found.reports.append(place)
        found.uploads.extend(sorted(path for path in workspace.root.glob("uploads/*") if path.is_dir()))
        save_dataset(workspace, new)
        for place in (workspace.datasets, workspace.runs(name)):
            sweep_partial(place)
    return found


def without(dataset: Dataset, user: str) -> Dataset:
    """The dataset as it would be if ``user`` had never come; its items and its way to split stay.

    Raises:
        LearnError: nothing would be left to train or test on.
    """
    kept = dataset.interactions[dataset.interactions[Interactions.USER] != user].reset_index(drop=True)
    if kept.empty:
        raise LearnError(f"{user!r} is the only user of {dataset.name}.", "Delete the dataset and its Runs instead.")
    report = _unnamed(dataset.report, user) | {
        "users": len(dataset.user_ids) - 1,
        "interactions": len(kept),
    }
    new = replace(
        dataset, interactions=kept, source=_unnamed(dataset.source, user), report=report, cut=None, folder=None
    )
    split = make_split(new, dataset.split.info)
    return new.with_split(split, split_facts(new, split))


def _unnamed(facts: Any, user: str) -> Any:
    """``facts`` without ``user`` where it stands as an id: in lists, as a key, or between quotes in a sentence."""
    if isinstance(facts, dict):
        return {key: _unnamed(value, user) for key, value in facts.items() if key != user}
    if isinstance(facts, list):
        return [_unnamed(value, user) for value in facts if value != user]
    return facts.replace(repr(user), "(forgotten)") if isinstance(facts, str) else facts


def _run_folders(workspace: Workspace, name: str) -> Iterator[Path]:
    yield from workspace.run_paths(name)
    yield from sorted(path.parent for path in workspace.root.glob(f"benchmarks/*/{name}/*/run.json"))


def _take_out(folder: Path, user: str, old: Dataset, new: Dataset, found: Forgotten) -> None:
    """Writes the Run in ``folder`` anew without ``user``; one that never knew them stays as it is."""
    with writing(folder):
        run = RunFolder(folder)  # its own files, not what follows the dataset's changes
        table = run.recommendations
        order = pd.Index(table[Recommendations.USER].astype("category").cat.categories.astype(str))
        fits = run.info.dataset_fingerprint == old.fingerprint
        if fits:
            order = old.user_index
        place = int(order.get_indexer([user])[0])
        before = run.info.dataset_fingerprint == new.fingerprint and FORGOTTEN in run.info.made  # interrupted then
        if place < 0 and not before:
            return
        if run.info.kind == "reference" or (run.info.kind == "learn" and ITEM_TOWERS[run.info.variant].trained):
            found.learned[folder] = run.info.label
        if place < 0:
            return
        with atomic_folder(folder) as temporary:
            for path in folder.iterdir():
                # Maps say of which making of the Run they are: they are drawn anew.
                if path.is_file() and path.name != CHECKSUMS and not path.name.endswith("map.safetensors"):
                    shutil.copyfile(path, temporary / path.name)
            _lists(run, user, temporary)
            if (folder / "user_vectors.safetensors").exists():
                vectors = run.tensors("user_vectors")["vectors"]
                save_tensors(temporary / "user_vectors.safetensors", {"vectors": np.delete(vectors, place, axis=0)})
            info = run.info
            if fits:
                _metrics(run, new, temporary)
                info = info.model_copy(update={"dataset_fingerprint": new.fingerprint})
            elif (folder / "per_user.parquet").exists():
                rows = run.per_user[run.per_user[PerUser.USER] != place]
                moved = rows[PerUser.USER] - (rows[PerUser.USER] > place)
                write_table(temporary / "per_user.parquet", rows.assign(**{PerUser.USER: moved}))
            count = int(info.made.get(FORGOTTEN, "0")) + 1
            write_info(temporary, info.model_copy(update={"made": info.made | {FORGOTTEN: str(count)}}))
        found.runs.append(folder)


def _lists(run: RunFolder, user: str, folder: Path) -> None:
    table = pd.read_parquet(run.path / "recommendations.parquet")
    kept = table[table[Recommendations.USER] != user].reset_index(drop=True)
    if isinstance(kept[Recommendations.USER].dtype, pd.CategoricalDtype):
        users = kept[Recommendations.USER].cat
        kept[Recommendations.USER] = users.remove_categories([user] if user in users.categories else [])
    write_table(folder / "recommendations.parquet", kept)


def _metrics(run: RunFolder, new: Dataset, folder: Path) -> None:
    """Judges the lists of those who stay, as they were judged."""
    table = run.recommendations
    lists = {}
    for candidates in dict.fromkeys(table[Recommendations.CANDIDATES].astype(str)):
        rows = table[table[Recommendations.CANDIDATES] == candidates]
        users = new.user_index.get_indexer(rows[Recommendations.USER].astype(str))
        listed = np.full((len(new.user_ids), LIST_LENGTH), -1, dtype=np.int64)
        kept = users >= 0
        places = rows[Recommendations.RANK].to_numpy(np.int64)[kept] - 1
        listed[users[kept], places] = new.item_index.get_indexer(rows[Recommendations.ITEM].astype(str))[kept]
        lists[candidates] = listed
    config = SliceConfig(**run.slice_config)
    write_evaluation(folder, evaluate(lists, new.split, Phase.TEST, slices=config), config)
