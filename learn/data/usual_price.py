"""What an item of unknown price usually costs: what the LLM reads where a catalogue's other items have prices.

An item whose text lacks a sentence that the others have is moved by the lack, not by what it is: all such items come
out beside each other. So they are read with the price of their kind. That is for the prompt alone; the price stays
unknown.
"""

from __future__ import annotations

import pandas as pd

from learn.data.schema import Items

LEAST_PRICED = 5
"""Of a category with fewer priced items the median says little; the level above it is asked."""


def usual_prices(items: pd.DataFrame) -> pd.Series:
    """[n] float, indexed as ``items``: the median price of the item's finest category that has `LEAST_PRICED` prices;
    missing where the price is known, or no level of the category has as many.

    Args:
        items: with `Items.CATEGORY` as paths (coarsest first) and `Items.PRICE`.
    """
    unknown = items[Items.PRICE].isna()
    levels = items[Items.CATEGORY].fillna("").str.split(Items.CATEGORY_SEPARATOR, regex=False)
    usual = pd.Series(float("nan"), index=items.index)
    for depth in range(int(levels.str.len().max()) if len(items) else 0, 0, -1):
        path = levels.str[:depth].str.join(Items.CATEGORY_SEPARATOR).where(levels.str.len() >= depth)
        prices = items[Items.PRICE].groupby(path.mask(path == "")).agg(["median", "count"])
        medians = prices["median"].where(prices["count"] >= LEAST_PRICED)
        usual = usual.fillna(path.map(medians))
    return usual.round(2).where(unknown)
