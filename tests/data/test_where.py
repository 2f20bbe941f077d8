"""A filter by category and price, against plain Python over the table."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from learn.data.where import Where
from learn.errors import LearnError
from tests.data.frames import dataset_of

CATEGORIES = ["Food > Tea", "Food > Tea > Green", "Food > Teapots", "food", None, "Action, Comedy"]
PRICES = [1.0, 2.5, None, 4.0, 2.0, 10.0]


@pytest.fixture
def dataset():
    made = dataset_of([[(0, pd.Timestamp("2024-01-01"))]], len(PRICES))
    return dataclasses.replace(made, items=made.items.assign(category=CATEGORIES, price=PRICES))


@pytest.mark.parametrize(
    ("where", "passing"),
    [
        (Where("Food"), [0, 1, 2, 3]),
        (Where("FOOD > tea"), [0, 1]),
        (Where("comedy"), [5]),
        (Where(max_price=2.5), [0, 1, 4]),
        (Where(min_price=2.5), [1, 3, 5]),
        (Where("Food", 2, 4), [1, 3]),
    ],
)
def test_what_passes(dataset, where, passing):
    assert where and np.flatnonzero(where.allowed(dataset)).tolist() == passing


def test_no_filter_is_none(dataset):
    assert not Where() and Where().allowed(dataset) is None
    assert Where(min_price=0)  # a price of 0 is one


@pytest.mark.parametrize(
    ("where", "said"),
    [
        (Where("Foot"), "No item .*'Foot'.*\n.*food"),
        (Where(""), "category ''"),
        (Where(min_price=11), "No item of .* passes price from 11"),
        (Where("Food > Tea", None, 0.5), "passes category 'Food > Tea', price to 0.5"),
    ],
)
def test_what_cannot_pass_is_named(dataset, where, said):
    with pytest.raises(LearnError, match=said):
        where.allowed(dataset)


def test_a_dataset_without_the_column_says_so(dataset):
    bare = dataclasses.replace(dataset, items=dataset.items.drop(columns=["category", "price"]))
    with pytest.raises(LearnError, match="have no category"):
        Where("Food").allowed(bare)
    with pytest.raises(LearnError, match="have no price"):
        Where(max_price=1).allowed(bare)
