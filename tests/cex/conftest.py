"""The settings of the tiny LLM, and a Dataset of given titles."""

from __future__ import annotations

import pandas as pd
import pytest
import torch

from learn.config import CEXConfig
from learn.data.dataset import Dataset
from learn.data.schema import Interactions, Items


@pytest.fixture(scope="package", autouse=True)
def one_thread():
    """The same sums in the same order: equal means equal to the last bit."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def cex(llm_folder):
    return CEXConfig(llm=str(llm_folder), dtype="float32")


def make_dataset(titles, name="shop"):
    """A Dataset with an item per title, "i0" first; the one user bought that one."""
    items = pd.DataFrame({column: pd.Series([None] * len(titles), dtype=object) for column in Items.ALL})
    items[Items.ID] = [f"i{place}" for place in range(len(titles))]
    items[Items.TITLE] = titles
    interactions = pd.DataFrame(
        {
            Interactions.USER: ["u0"],
            Interactions.ITEM: ["i0"],
            Interactions.TIME: pd.to_datetime(["2024-01-01"]).as_unit("ns"),
            Interactions.POSITION: [0],
        }
    )
    return Dataset(name, items, interactions, {}, {})
