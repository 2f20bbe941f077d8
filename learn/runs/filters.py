"""Which items of a catalogue may be in a list: by category, brand and price."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from learn.data.dataset import Dataset
from learn.data.schema import Items
from learn.errors import LearnError

_TAGS = ", "


@dataclass(frozen=True)
class Filters:
    """What a list may hold; a field that is None asks for nothing. Capitals do not matter.

    Attributes:
        category: a category with all below it ("Food" holds "Food > Bakery"), or one tag of several.
        brand: its whole name.
        min_price, max_price: both included; an item without a price is in no range.
    """

    category: str | None = None
    brand: str | None = None
    min_price: float | None = None
    max_price: float | None = None

    def allowed(self, dataset: Dataset) -> np.ndarray | None:
        """[N] bool, the items of ``dataset`` that may be shown; None where nothing is asked.

        Raises:
            LearnError: no item is left.
        """
        if self == Filters():
            return None
        items, kept = dataset.items, np.ones(dataset.n_items, dtype=bool)
        if self.category is not None:
            kept &= _in_category(items[Items.CATEGORY], self.category)
        if self.brand is not None:
            wanted = self.brand.strip().casefold()
            kept &= (_folded(items[Items.BRAND]) == wanted).to_numpy(bool) & bool(wanted)
        price = items[Items.PRICE].to_numpy(np.float64)
        if self.min_price is not None:
            kept &= price >= self.min_price
        if self.max_price is not None:
            kept &= price <= self.max_price
        if not kept.any():
            raise LearnError(
                f"No item of {dataset.name} has {self._words()}.", "Ask for less: a category or brand of the catalogue."
            )
        return kept

    def _words(self) -> str:
        asked: dict[str, str | float | None] = {"category": self.category, "brand": self.brand}
        asked |= {"a price of at least": self.min_price, "a price of at most": self.max_price}
        return " and ".join(f"{name} {value!r}" for name, value in asked.items() if value is not None)


def _in_category(cells: pd.Series, wanted: str) -> np.ndarray:
    folded, wanted = _folded(cells), wanted.strip().casefold()
    below = folded.str.startswith(wanted + Items.CATEGORY_SEPARATOR.casefold())
    tags = (_TAGS + folded + _TAGS).str.contains(_TAGS + wanted + _TAGS, regex=False)
    found: np.ndarray = ((folded == wanted) | below | tags).to_numpy(bool) & bool(wanted)
    return found


def _folded(cells: pd.Series) -> pd.Series:
    return cells.fillna("").str.casefold()
