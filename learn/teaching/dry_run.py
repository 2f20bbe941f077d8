"""What the check of one's own tables would say to some files, without keeping a Dataset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from learn.errors import LearnError


@dataclass(frozen=True)
class DryRun:
    """Two files, and what is said about them.

    Attributes:
        items, interactions: what the files hold; None: the file is not there.
        items_name, interactions_name: what they are called.
        mapping: as for ``--map``; name: of the dataset; split, test_start: as for ``--split`` and ``--test-start``.
    """

    items: str | bytes | None
    interactions: str | bytes | None
    items_name: str = "items.csv"
    interactions_name: str = "interactions.csv"
    mapping: tuple[str, ...] = ()
    name: str = "dry-run"
    split: str = "auto"
    test_start: str | None = None


def validation_error(files: DryRun, folder: Path | str) -> LearnError | None:
    """Why `learn prepare tables` would refuse the pair of ``files``, or None where it takes them.

    Args:
        folder: where the files are written; the message leaves it out.
    """
    from learn.data.splits import choose_split
    from learn.data.tables import load_tables

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / files.items_name, folder / files.interactions_name
    for path, content in zip(paths, (files.items, files.interactions), strict=True):
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
    try:
        choose_split(load_tables(*paths, files.name, files.mapping), files.split, files.test_start, 14.0)
    except LearnError as error:
        shown = f"{folder}/"
        return LearnError(error.what.replace(shown, ""), error.remedy.replace(shown, ""))
    return None


def validation_errors(pairs: Mapping[str, DryRun], folder: Path | str) -> pd.DataFrame:
    """One row per pair: columns file, message, what_to_do; both empty where the files are taken."""
    rows = []
    for what, files in pairs.items():
        error = validation_error(files, folder)
        rows.append((what, error.what if error else "", error.remedy if error else ""))
    return pd.DataFrame(rows, columns=["file", "message", "what_to_do"])
