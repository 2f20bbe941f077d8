"""What a filter lets through, item by item."""

import numpy as np
import pandas as pd
import pytest

from learn.data.where import Where
from learn.errors import LearnError
from learn.runs.recommend import RowsOf, items_rows, items_table


class Shop:
    """What a filter reads of a dataset."""

    name, n_items = "shop", 5
    items = pd.DataFrame(
        {
            "item_id": list("abcde"),
            "title": ["Rye", "Oat", None, "Tea", "Cup"],
            "category": ["Food > Bakery", "Food", "Foodies", "Hot, Drinks, Food > Tea", None],
            "brand": ["North", "north", "Northern", None, "South"],
            "price": [2.0, 3.5, np.nan, 9.0, 0.0],
        }
    ).astype(dict.fromkeys(("item_id", "title", "category", "brand"), "str"))


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        (Where(category="Food"), "ab"),
        (Where(category=" food > BAKERY"), "a"),
        (Where(category="drinks"), "d"),
        (Where(brand="NORTH"), "ab"),
        (Where(min_price=2.0), "abd"),
        (Where(max_price=2.0), "ae"),
        (Where(min_price=2.0, max_price=4.0, category="Food", brand="North"), "ab"),
        (Where(category="Food", max_price=2.5), "a"),
    ],
)
def test_what_is_kept(filters, kept):
    assert Shop.items["item_id"][filters.allowed(Shop)].tolist() == list(kept)


def test_who_asks_for_nothing_gets_everything():
    assert Where().allowed(Shop) is None


@pytest.mark.parametrize("filters", [Where(category="Foo"), Where(category="("), Where(brand="")])
def test_what_nothing_has_is_named(filters):
    with pytest.raises(LearnError, match="No item of shop"):
        filters.allowed(Shop)


def test_rows_are_the_tables_rows():
    items, scores = np.array([3, 0, 2]), np.array([1.23456, 0.5, -2.0], np.float32)
    table = items_table(Shop, items, scores)
    expected = table.astype(object).where(table.notna(), None).to_dict("records")
    rows = RowsOf(Shop, most=1)
    assert items_rows(Shop, items, scores) == rows(items, scores) == rows(items, scores) == expected
    assert rows(items[::-1], scores)[0]["item_id"] == "c" and rows(items[:0], scores[:0]) == []
