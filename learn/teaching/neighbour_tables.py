"""Items and their neighbours as people read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from learn.data.dataset import Dataset
from learn.data.schema import Items
from learn.explore.catalogue import Catalogue
from learn.explore.maps.neighbours import nearest
from learn.retrieval.exact import ExactIndex
from learn.runs.vectors import normalise

LOOKED_AT = 300
"""Among how many nearest items other names are looked for."""


def neighbour_table(
    spaces: Mapping[str, np.ndarray], items: Sequence[int] | np.ndarray, catalogue: Catalogue, k: int = 5
) -> pd.DataFrame:
    """The ``k`` nearest items of another name of each of ``items``, in several spaces side by side.

    A name is a title up to its first comma: what differs in pack size only is left out, and every name comes once.

    Args:
        spaces: name -> [N, d] vectors of any length.

    Returns:
        Rows (item, rank), one column per space: cosine, then title; "" where fewer than k names are near.
    """
    columns: dict[str, list[str]] = {}
    for space, vectors in spaces.items():
        unit = np.ascontiguousarray(normalise(vectors), dtype=np.float32)
        neighbours, cosines = nearest(unit, LOOKED_AT, np.asarray(items))
        columns[space] = []
        for item, row, values in zip(items, neighbours, cosines, strict=True):
            named: dict[str, str] = {}
            for other, cosine in zip(row, values, strict=True):
                named.setdefault(_name(catalogue.titles[other]), f"{cosine:.3f} {catalogue.titles[other]}")
            named.pop(_name(catalogue.titles[item]), None)
            shown = list(named.values())[:k]
            columns[space] += shown + [""] * (k - len(shown))
    index = pd.MultiIndex.from_product(
        [[catalogue.titles[item] for item in items], range(1, k + 1)], names=["item", "nearest"]
    )
    return pd.DataFrame(columns, index=index)


def _name(title: str) -> str:
    return title.partition(",")[0].strip()


def new_item_table(
    vectors: np.ndarray, new_items: Mapping[str, np.ndarray], catalogue: Catalogue, k: int = 5
) -> pd.DataFrame:
    """The ``k`` nearest items of each new item (name -> [d] vector): rows rank, one column per new item.

    Args:
        vectors: [N, d] of any length, in the new items' space.
    """
    catalogue_unit, new_unit = normalise(vectors), normalise(np.stack(list(new_items.values())))
    neighbours, cosines = ExactIndex(catalogue_unit.astype(np.float32)).search(
        new_unit.astype(np.float32), min(k, len(vectors))
    )
    columns = {
        name: [f"{cosine:.3f} {catalogue.titles[item]}" for item, cosine in zip(row, values, strict=True)]
        for name, row, values in zip(new_items, neighbours, cosines, strict=True)
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(1, neighbours.shape[1] + 1, name="nearest"))


def item_table(dataset: Dataset, items: Sequence[int] | np.ndarray) -> pd.DataFrame:
    """What the catalogue says of ``items`` (indices), in their order: one row each, without empty columns."""
    columns = [Items.TITLE, Items.CATEGORY, Items.BRAND, Items.PRICE, Items.KEYWORDS, Items.ATTRIBUTES]
    table = dataset.items.loc[np.asarray(items), [name for name in columns if name in dataset.items]]
    return table.dropna(axis="columns", how="all").reset_index(drop=True)
