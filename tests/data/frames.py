"""Small tables that the data tests start from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from learn.data.dataset import Dataset
from learn.data.schema import Interactions, Items


def items(n: int = 6) -> pd.DataFrame:
    """``n`` good items i0, i1, ..."""
    return pd.DataFrame(
        {
            Items.ID: [f"i{k}" for k in range(n)],
            Items.TITLE: [f"Title {k}" for k in range(n)],
            Items.CATEGORY: ["Food > Dairy"] * n,
            Items.BRAND: ["Own"] * n,
            Items.PRICE: [1.5 + k for k in range(n)],
        }
    )


def interactions(rows: list[tuple[str, str, object]] | None = None) -> pd.DataFrame:
    """Rows of (user, item, time); by default two users with four events each, in order."""
    if rows is None:
        rows = [(f"u{user}", f"i{k}", f"2024-01-0{k + 1}") for user in range(2) for k in range(4)]
    return pd.DataFrame(rows, columns=[Interactions.USER, Interactions.ITEM, Interactions.TIME])


def dataset_of(sequences: list[list[tuple[int, pd.Timestamp | None]]], n_items: int) -> Dataset:
    """A Dataset straight from each user's (item index, time) events, already in order."""
    rows = [
        (f"u{user}", f"i{item}", time, position)
        for user, events in enumerate(sequences)
        for position, (item, time) in enumerate(events)
    ]
    frame = pd.DataFrame(rows, columns=list(Interactions.ALL))
    frame[Interactions.TIME] = pd.to_datetime(frame[Interactions.TIME]).astype("datetime64[ns]")
    catalogue = items(n_items)
    for column in Items.ALL:
        if column not in catalogue:
            catalogue[column] = pd.Series([None] * n_items, dtype="object")
    return Dataset("made", catalogue, frame)


def daily(n_users: int, n_days: int, start: str = "2017-01-01", n_items: int = 5, seed: int = 0) -> Dataset:
    """Every user buys one item on every day."""
    rng = np.random.default_rng(seed)
    days = pd.date_range(start, periods=n_days, freq="D")
    return dataset_of([[(int(rng.integers(n_items)), day) for day in days] for _ in range(n_users)], n_items)
