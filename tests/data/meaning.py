"""Two tables in files whose columns and cells need reading, and what is asked of the result."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from learn.data.dataset import Dataset
from learn.data.schema import Interactions
from learn.data.tables import load_tables

Columns = dict[str, list[Any]]


def shop(folder: Path, events: Columns, items: Columns | None = None, **options: Any) -> Dataset:
    """The dataset of two CSV files with these columns; by default of items i0 to i9."""
    folder.mkdir(exist_ok=True, parents=True)
    table = items or {"item_id": [f"i{k}" for k in range(10)], "title": [f"Thing {'abcdefghij'[k]}" for k in range(10)]}
    pd.DataFrame(table, dtype=object).to_csv(folder / "items.csv", index=False)
    pd.DataFrame(events, dtype=object).to_csv(folder / "events.csv", index=False)
    return load_tables(folder / "items.csv", folder / "events.csv", "shop", **options)


def of_one_user(**columns: list[Any]) -> Columns:
    """Events i0, i1, ... of a user, with further columns."""
    n = len(next(iter(columns.values())))
    return {"user_id": ["u"] * n, "item_id": [f"i{k % 10}" for k in range(n)], **columns}


def order(dataset: Dataset) -> list[str]:
    """The item ids of all events, user by user, oldest first."""
    return dataset.interactions[Interactions.ITEM].tolist()


def times(dataset: Dataset) -> list[str]:
    """The times of all events in ISO, in their order."""
    return [f"{one:%Y-%m-%dT%H:%M:%S}" for one in dataset.interactions[Interactions.TIME]]


def notes(dataset: Dataset, spoils: str | None = None) -> str:
    """What was noted, as one text; of one kind of harm where asked."""
    told = [note for note in dataset.report["notes"] if spoils is None or note["spoils"] == spoils]
    return "\n".join(f"{note['text']} {note['remedy']}" for note in told)
