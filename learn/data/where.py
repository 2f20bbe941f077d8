"""Which items may be recommended: by category, brand and price. What is out of stock never is, without being asked."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from learn.data.dataset import Dataset
from learn.data.schema import Items
from learn.errors import LearnError


@dataclass(frozen=True)
class Where:
    """A filter; None lets every item through.

    Attributes:
        category: "Food", or "Food > Tea": a whole category, or its first levels, or one of an item's tags; whatever
            the case of its letters.
        min_price, max_price: both included; an item without a price does not pass either.
        brand: its whole name, whatever the case of its letters.
    """

    category: str | None = None
    min_price: float | None = None
    max_price: float | None = None
    brand: str | None = None

    def __bool__(self) -> bool:
        return self != Where()

    def allowed(self, dataset: Dataset) -> np.ndarray | None:
        """[N] bool: the items that pass; None: there is no filter.

        Raises:
            LearnError: the dataset has no category, or no price; no item has that category or brand; nothing lies
                between the prices.
        """
        if not self:
            return None
        passing = np.ones(dataset.n_items, dtype=bool)
        if self.category is not None:
            passing &= _of_category(dataset, self.category)
        if self.brand is not None:
            passing &= _of_brand(dataset, self.brand)
        if self.min_price is not None or self.max_price is not None:
            passing &= self._of_price(dataset)
        if not passing.any():
            raise LearnError(f"No item of {dataset.name} passes {self}.", "Give a wider price range, or no category.")
        return passing

    def __str__(self) -> str:
        parts = [
            "" if self.category is None else f"category {self.category!r}",
            "" if self.brand is None else f"brand {self.brand!r}",
            "" if self.min_price is None else f"price from {self.min_price:g}",
            "" if self.max_price is None else f"price to {self.max_price:g}",
        ]
        return ", ".join(part for part in parts if part) or "no filter"

    def _of_price(self, dataset: Dataset) -> np.ndarray:
        if Items.PRICE not in dataset.items or not dataset.items[Items.PRICE].notna().any():
            raise LearnError(f"The items of {dataset.name} have no price.", "Leave the price out.")
        prices = pd.to_numeric(dataset.items[Items.PRICE], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        low = -np.inf if self.min_price is None else self.min_price
        high = np.inf if self.max_price is None else self.max_price
        found: np.ndarray = (prices >= low) & (prices <= high)
        return found


def _of_category(dataset: Dataset, category: str) -> np.ndarray:
    """[N] bool: the items of ``category``, by whole levels from the first on, or by a tag."""
    items = dataset.items
    if Items.CATEGORY not in items or not items[Items.CATEGORY].notna().any():
        raise LearnError(f"The items of {dataset.name} have no category.", "Leave the category out.")
    codes, texts = pd.factorize(items[Items.CATEGORY].astype(object).where(items[Items.CATEGORY].notna(), ""))
    wanted, levels = category.strip().casefold(), Items.CATEGORY_SEPARATOR
    known = [str(text).strip().casefold() for text in texts]
    fits = np.array(
        [text == wanted or text.startswith(wanted + levels) or wanted in text.split(", ") for text in known]
    )
    if not wanted or not fits.any():
        spelled = {part.casefold(): part for text in texts for part in (str(text), str(text).split(levels)[0]) if part}
        near = difflib.get_close_matches(wanted, spelled, n=3, cutoff=0.5) or list(spelled)[:3]
        raise LearnError(
            f"No item of {dataset.name} has the category {category!r}.",
            f"Give one that there is, for example: {'; '.join(spelled[one] for one in near)}.",
        )
    found: np.ndarray = fits[codes]
    return found


def _of_brand(dataset: Dataset, brand: str) -> np.ndarray:
    """[N] bool: the items of ``brand``, by its whole name."""
    items = dataset.items
    if Items.BRAND not in items or not items[Items.BRAND].notna().any():
        raise LearnError(f"The items of {dataset.name} have no brand.", "Leave the brand out.")
    wanted, known = brand.strip().casefold(), items[Items.BRAND].fillna("").astype(str)
    found: np.ndarray = (known.str.strip().str.casefold() == wanted).to_numpy(bool)
    if not wanted or not found.any():
        near = difflib.get_close_matches(brand, sorted(set(known)), n=3, cutoff=0.5) or sorted(set(known) - {""})[:3]
        raise LearnError(
            f"No item of {dataset.name} has the brand {brand!r}.",
            f"Give one that there is, for example: {'; '.join(near)}.",
        )
    return found
