"""What an item of unknown price is read with."""

import numpy as np
import pandas as pd

from learn.cex.prompt import item_prompts
from learn.data.schema import Items
from learn.data.usual_price import LEAST_PRICED, usual_prices


def items_of(rows):
    return pd.DataFrame(rows, columns=[Items.TITLE, Items.CATEGORY, Items.PRICE])


def test_the_finest_category_with_enough_prices_says_what_is_usual():
    teas = [("tea", "Food > Tea", price) for price in (1, 2, 3, 4, 50)]
    jams = [("jam", "Food > Jam", 9)] * (LEAST_PRICED - 1)
    items = items_of([*teas, *jams, ("t", "Food > Tea", None), ("j", "Food > Jam", None), ("f", "Food", None)])
    usual = usual_prices(items)
    assert usual[:-3].isna().all(), "a known price needs no other"
    assert usual.tolist()[-3:] == [3.0, 9.0, 9.0], "of jam four prices are known: all food's nine are asked"


def test_where_nothing_is_usual_nothing_is_said():
    few = items_of([("a", "Food", 1.0), ("b", "Food", None), ("c", None, None), ("d", "", None)])
    assert usual_prices(few).isna().all()
    assert usual_prices(few[:0]).empty
    assert usual_prices(items_of([("x", None, 2.0)] * 9 + [("y", None, None)])).isna().all(), "no category, no kind"


def test_the_prompt_reads_it_in_place_of_an_unknown_price_alone():
    items = items_of([("tea", "Food", 2.0), ("tea", "Food", None), ("tea", "Food", None)])
    items[Items.USUAL_PRICE] = [7.0, 7.0, np.nan]
    known, unknown, neither = item_prompts(items)
    assert known.endswith('The price is "2.00".') and unknown.endswith('The price is "7.00".')
    assert neither.endswith('This item belongs to "Food".')
    assert items[Items.PRICE].isna().tolist() == [False, True, True], "the price stays unknown"
