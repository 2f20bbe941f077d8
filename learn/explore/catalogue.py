"""The items as people read them: titles, coarsest categories, brands and prices, and filters over them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from learn.data.categories import category_levels
from learn.data.dataset import Dataset
from learn.data.schema import Items
from learn.data.thumbnails import Thumbnails

NO_CATEGORY = "no category"
OTHER_CATEGORIES = "other categories"


@dataclass(frozen=True)
class Catalogue:
    """One array per thing shown of an item; every array is [N] in the order of ``Dataset.item_ids``.

    Attributes:
        titles: what an item is called; "item ID" where the source has no title.
        categories: the coarsest category (of tags the most telling: `learn.data.categories`), or `NO_CATEGORY`.
        finer: the rest of the category; may be empty.
        details: tags, keywords and brand in one line; may be empty.
        brands: "" where missing.
        prices: float, NaN where missing.
        category_order: every category, the one with the most interactions first: the order that gives colours.
    """

    titles: np.ndarray
    categories: np.ndarray
    finer: np.ndarray
    details: np.ndarray
    brands: np.ndarray
    prices: np.ndarray
    category_order: tuple[str, ...]
    available: np.ndarray | None = None
    """[N] bool: in stock; None: all are."""
    pictures: Thumbnails | None = None
    """Small pictures of the items; None: there are none."""

    def __len__(self) -> int:
        return len(self.titles)

    @cached_property
    def brand_order(self) -> tuple[str, ...]:
        """Every brand, the one with the most items first."""
        named = pd.Series(self.brands[self.brands != ""], dtype=object)
        return tuple(named.value_counts().index)

    @cached_property
    def price_range(self) -> tuple[float, float] | None:
        """Lowest and highest price, or None where no item has one or all cost the same."""
        known = self.prices[np.isfinite(self.prices)]
        if not len(known) or known.min() == known.max():
            return None
        return float(known.min()), float(known.max())

    @cached_property
    def searchable(self) -> tuple[list[str], list[str]]:
        """(titles, everything else that is said of an item), in a form for comparing without case."""
        rest = zip(self.categories, self.finer, self.details, self.brands, strict=True)
        return [title.casefold() for title in self.titles], [" ".join(parts).casefold() for parts in rest]


DESCRIBING = frozenset(
    {
        "economy",
        "enhanced",
        "fresh",
        "lean",
        "mainstream",
        "miscellaneous",
        "mixed",
        "original",
        "other",
        "premium",
        "primal",
        "regular",
        "special",
        "specialty",
        "standard",
        "traditional",
        "value",
    }
)
"""Words that describe a product without saying what it is."""


def told_title(catalogue: Catalogue, item: int) -> str:
    """What an item (its index) is called where its kind does not stand beside it.

    A title of one `DESCRIBING` word comes after its kind, "Beef: lean, 1 lb"; any other as it is.
    """
    title = str(catalogue.titles[item])
    word, comma, size = title.partition(",")
    kind = str(catalogue.finer[item]) or str(catalogue.categories[item])
    if word.casefold() not in DESCRIBING or kind == NO_CATEGORY:
        return title
    return f"{kind}: {word.lower()}{comma}{size}"


@dataclass(frozen=True)
class Filters:
    """Which items may be recommended; an empty part lets every item through.

    Attributes:
        categories: coarsest categories to keep.
        brands: brands to keep.
        price: lowest and highest price to keep, both included; items without a price are then left out.
    """

    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    price: tuple[float, float] | None = None

    def __bool__(self) -> bool:
        return bool(self.categories or self.brands or self.price)

    def mask(self, catalogue: Catalogue) -> np.ndarray:
        """[N] bool: True for the items that pass and are in stock."""
        keep = np.ones(len(catalogue), dtype=bool) if catalogue.available is None else catalogue.available.copy()
        if self.categories:
            keep &= np.isin(catalogue.categories, list(self.categories))
        if self.brands:
            keep &= np.isin(catalogue.brands, list(self.brands))
        if self.price:
            keep &= (catalogue.prices >= self.price[0]) & (catalogue.prices <= self.price[1])
        return keep


def _text(items: pd.DataFrame, column: str) -> pd.Series:
    if column not in items:
        return pd.Series("", index=items.index, dtype=object)
    return items[column].astype(object).where(items[column].notna(), "").astype(str).str.strip()


def read_catalogue(dataset: Dataset) -> Catalogue:
    """The `Catalogue` of ``dataset``."""
    items = dataset.items
    titles, brands = _text(items, Items.TITLE), _text(items, Items.BRAND)
    coarsest, rest = category_levels(items)
    categories = coarsest.replace("", NO_CATEGORY).to_numpy(dtype=object)
    finer = rest.to_numpy(dtype=object)
    tags = _text(items, Items.CATEGORY) if Items.TELLING in items else pd.Series("", index=items.index)
    parts = np.column_stack([tags, _text(items, Items.KEYWORDS), brands])
    details = np.array([" · ".join(part for part in row if part) for row in parts], dtype=object)
    prices = np.full(len(items), np.nan)
    if Items.PRICE in items:
        prices = pd.to_numeric(items[Items.PRICE], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    bought = pd.Series(np.bincount(dataset.sequences.items, minlength=len(items))).groupby(categories).sum()
    order = bought.sort_index().sort_values(ascending=False, kind="stable")
    named = titles.where(titles != "", "item " + items[Items.ID].astype(str))
    return Catalogue(
        named.to_numpy(dtype=object),
        categories,
        finer,
        details,
        brands.to_numpy(dtype=object),
        prices,
        tuple(order.index),
        None if dataset.available.all() else dataset.available,
        dataset.pictures,
    )
