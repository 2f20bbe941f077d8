"""The pictures that a dataset's items name, made small and put into it; what is absent or damaged is counted."""

from __future__ import annotations

import stat
import urllib.parse
import warnings
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from learn.data.dataset import Dataset
from learn.data.notes import Note
from learn.data.pictures.references import is_web, looks_like_picture
from learn.data.pictures.shrink import MOST_BYTES, shrink
from learn.data.pictures.web import Fetcher
from learn.data.schema import Items
from learn.data.thumbnails import Thumbnails

ABSENT, BROKEN, OUTSIDE, UNFETCHED = "pictures_absent", "pictures_broken", "pictures_outside", "pictures_unfetched"
FAILURES = (ABSENT, BROKEN, OUTSIDE, UNFETCHED)
"""What may become of a picture, as `learn.data.report.RULES` calls it."""
EXAMPLES = 5
WORTH_A_BAR = 500
"""Files from which on it is told how far they are."""
AT_ONCE = 8
"""Web addresses that are asked at the same time."""


def take_pictures(
    dataset: Dataset, near: Sequence[Path] = (), fetch: bool = False, progress: Any = None, fetcher: Any = None
) -> Dataset:
    """The same dataset with the pictures of its column `Items.PICTURE`, and how many there are in its report.

    Args:
        dataset: its source says where its tables lie; files are looked for there.
        near: further folders in which files may lie.
        fetch: call the web addresses too (`learn.data.pictures.web`).
        progress: where to show progress; None: nowhere.
        fetcher: address -> bytes or None; None: a `Fetcher`.
    """
    if Items.PICTURE not in dataset.items:
        return dataset
    column = dataset.items[Items.PICTURE]
    named = {int(item): str(one) for item, one in enumerate(column) if isinstance(one, str) and one}
    if not any(map(looks_like_picture, named.values())):
        return _without(dataset, column)
    made = _read_all(named, _folders(dataset, near), fetch, progress, fetcher or Fetcher())
    kept = {item: found for item, found in made.items() if isinstance(found, bytes)}
    failed: dict[str, list[str]] = defaultdict(list)
    for item, found in made.items():
        if isinstance(found, str):
            failed[found].append(str(dataset.item_ids[item]))
    report = dict(dataset.report)
    report["pictures"] = {"named": len(named), "kept": len(kept)}
    report["found"] = {**report.get("found", {}), **{name: len(failed[name]) for name in FAILURES}}
    shown = {name: ids[:EXAMPLES] for name, ids in failed.items() if ids}
    report["examples"] = {**report.get("examples", {}), **shown}
    pictures = Thumbnails.of([kept.get(item, b"") for item in range(dataset.n_items)]) if kept else None
    return replace(dataset, report=report, pictures=pictures)


def with_more_pictures(dataset: Dataset, named: Mapping[int, Any], folder: Path) -> tuple[Dataset, list[str]]:
    """The same dataset with the pictures of some items, which replace those that they had; and what to say of it.

    Args:
        named: item index -> the file of its picture within ``folder``; what is no text names none. No web address is
            called.
    """
    told = {item: one for item, one in named.items() if isinstance(one, str) and looks_like_picture(one)}
    if not told:
        return dataset, []
    made = _read_all(told, [folder.resolve()], False, None, None)
    kept = {item: found for item, found in made.items() if isinstance(found, bytes)}
    notes = [f"{len(kept):,} pictures of {len(told):,} that are named were taken."]
    if not kept:
        return dataset, notes
    pictures = (dataset.pictures or Thumbnails.of([])).with_more(kept, dataset.n_items)
    return replace(dataset, pictures=pictures), notes


def _without(dataset: Dataset, column: pd.Series) -> Dataset:
    """A column of such a name that holds something else, which is said."""
    filled = column.dropna()
    if filled.empty:
        return dataset
    said = (
        f"Column {Items.PICTURE} of the items holds neither file names nor web addresses of pictures "
        f"(first: {str(filled.iloc[0])!r:.60}), so there are none."
    )
    note = Note(said, remedy=f"Name another one, if there is one: --map {Items.PICTURE}=COLUMN")
    report = {**dataset.report, "notes": [*dataset.report.get("notes", ()), note.to_json()]}
    return replace(dataset, report=report)


def _folders(dataset: Dataset, near: Sequence[Path]) -> list[Path]:
    """The folders in which pictures may lie, those of the tables first."""
    given = [Path(str(dataset.source[key])) for key in ("items", "path") if dataset.source.get(key)]
    every = [path if path.is_dir() else path.parent for path in given]
    return list(dict.fromkeys(path.resolve() for path in [*every, *near]))


def _read_all(
    named: dict[int, str], folders: list[Path], fetch: bool, progress: Any, fetcher: Any
) -> dict[int, bytes | str]:
    """Item -> its small picture, or one of `FAILURES`; a file or an address that several items name is read once."""
    references = list(dict.fromkeys(named.values()))

    def one(reference: str) -> bytes | str:
        if not is_web(reference):
            return _of_file(reference, folders)
        if not fetch:
            return UNFETCHED
        content = fetcher(reference)
        return ABSENT if content is None else shrink(content) or BROKEN

    found: dict[str, bytes | str] = {}
    with warnings.catch_warnings(), ThreadPoolExecutor(AT_ONCE if fetch else 1) as pool:
        warnings.simplefilter("ignore")  # Pillow's, of sizes, which `shrink` checks, and of damaged notes in files
        if progress is None or (len(references) < WORTH_A_BAR and not fetch):
            found = dict(zip(references, pool.map(one, references), strict=True))
        else:
            with progress.task("Taking pictures", len(references), "pictures") as handle:
                for reference, made in zip(references, pool.map(one, references), strict=True):
                    found[reference] = made
                    handle.update()
    return {item: found[reference] for item, reference in named.items()}


def _of_file(reference: str, folders: list[Path]) -> bytes | str:
    """The small picture of a file within ``folders``, or one of `FAILURES`; nothing outside them is opened."""
    path = Path(_plain(reference))
    outside = False
    for folder in folders:
        try:
            file = (folder / path).resolve()
            if not file.is_relative_to(folder):
                outside = True
                continue
            about = file.stat()
            if not stat.S_ISREG(about.st_mode):
                continue  # a folder, a pipe, a device
            if about.st_size > MOST_BYTES:
                return BROKEN
            return shrink(file.read_bytes()) or BROKEN
        except (OSError, ValueError, RuntimeError):  # not there, not to be read, no name at all, a ring of links
            continue
    return OUTSIDE if outside else ABSENT


def _plain(reference: str) -> str:
    """A file's name as this system writes it: of a file: address its path, of Windows' backslashes slashes."""
    if reference.lower().startswith("file:"):
        reference = urllib.parse.unquote(urllib.parse.urlsplit(reference).path)
    return reference.replace("\\", "/")
