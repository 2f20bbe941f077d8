"""Which items are in stock: what is out of stock is read in histories, and never shown."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from learn.data.schema import Items

COLUMNS = (Items.IN_STOCK, "available")
"""Columns that say it, the first that is there counts."""
YES = frozenset({"true", "t", "yes", "y", "in stock", "in_stock", "instock", "available"})
NO = frozenset({"false", "f", "no", "n", "out of stock", "out_of_stock", "outofstock", "unavailable", "sold out"})


def in_stock(items: pd.DataFrame) -> np.ndarray:
    """[N] bool by a column of `COLUMNS`: true or false in words, or a number, of which more than 0 is in stock.

    A missing value, and no such column, is in stock. A column with another value says something else: it is passed
    over, with a warning.
    """
    column = next((name for name in COLUMNS if name in items), None)
    if column is None:
        return np.ones(len(items), dtype=bool)
    words = items[column].astype(object).map(lambda value: str(value).strip().lower(), na_action="ignore")
    missing = words.isna().to_numpy() | words.isin(["", "nan", "none"]).to_numpy()
    numbers = pd.to_numeric(words, errors="coerce").to_numpy(dtype=np.float64)
    yes = words.isin(YES).to_numpy() | (numbers > 0)
    no = words.isin(NO).to_numpy() | (numbers <= 0)
    strange = ~(yes | no | missing)
    if strange.any():
        row = int(strange.argmax())
        warnings.warn(
            f"Column {column!r} of the items does not say what is in stock: item {items[Items.ID].iloc[row]!r} has "
            f"{items[column].iloc[row]!r:.40}, neither true nor false nor a number. All items are taken for in stock.",
            stacklevel=2,
        )
        return np.ones(len(items), dtype=bool)
    return ~no


def with_stock(items: pd.DataFrame, available: np.ndarray) -> pd.DataFrame:
    """``items`` whose `in_stock` is ``available`` ([N] bool)."""
    return items.drop(columns=[name for name in COLUMNS if name in items]).assign(**{Items.IN_STOCK: available})
