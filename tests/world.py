"""A world small enough to work out by hand."""

import numpy as np
import pandas as pd
import pytest

from learn.data.dataset import Dataset
from learn.data.schema import Interactions, Items
from learn.data.splits import split_by_time

EVENTS = {
    # user: (day, item); days 0 to 9 train, 10 to 19 validate, 20 and later test
    "ann": [(0, 0), (1, 1), (2, 0), (12, 2), (21, 1), (22, 3), (23, 3), (24, 5)],
    "bob": [(0, 0), (3, 1), (13, 1), (25, 0)],  # buys nothing new in the test target
    "cat": [(1, 0), (4, 2)],  # no target
    "dan": [(20, 0), (26, 4)],  # no history
    "eve": [(5, 1), (6, 2), (14, 4), (27, 0), (28, 4)],
}
N_ITEMS = 6


def make_world() -> Dataset:
    rows = [
        (user, f"item-{item}", pd.Timestamp("2024-01-01") + pd.Timedelta(days=day), position)
        for user, events in EVENTS.items()
        for position, (day, item) in enumerate(events)
    ]
    interactions = pd.DataFrame(rows, columns=list(Interactions.ALL))
    interactions[Interactions.TIME] = interactions[Interactions.TIME].astype("datetime64[ns]")
    items = pd.DataFrame(dict.fromkeys(Items.ALL), index=range(N_ITEMS))
    items[Items.ID] = [f"item-{i}" for i in range(N_ITEMS)]
    items[Items.TITLE] = [f"Thing {i}" for i in range(N_ITEMS)]
    return Dataset("world", items, interactions)


@pytest.fixture
def world() -> Dataset:
    return make_world()


@pytest.fixture
def split(world):
    return split_by_time(world, "2024-01-21", validation_days=10)


@pytest.fixture
def everything():
    """Everybody is shown items 0 to 5 in that order."""
    return np.tile(np.arange(N_ITEMS), (len(EVENTS), 1))
