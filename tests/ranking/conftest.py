"""Impressions of the synthetic dataset: what users were shown after the split's cut, drawn at random."""

import numpy as np
import pandas as pd
import pytest

from learn.data.schema import Interactions
from learn.ranking.run import vectors_cut
from learn.ranking.schema import ImpressionColumns
from tests import synthetic


@pytest.fixture(scope="session")
def dataset():
    return synthetic.make_synthetic_dataset()


@pytest.fixture(scope="session")
def split(dataset):
    return synthetic.synthetic_split(dataset)


@pytest.fixture(scope="session")
def cut(split):
    return vectors_cut(split)


def make_table(dataset, cut, n=1500, seed=0):
    """Users of the first half take what is in their history's first category, others take at random."""
    rng = np.random.default_rng(seed)
    users, items = rng.integers(0, len(dataset.user_ids), n), rng.integers(0, dataset.n_items, n)
    first = dataset.interactions.groupby(Interactions.USER, sort=False)[Interactions.ITEM].first()
    liked = dataset.item_index.get_indexer(first) % len(synthetic.CATEGORIES)
    chance = np.where(items % len(synthetic.CATEGORIES) == liked[users], 0.7, 0.2)
    labels = (rng.random(n) < chance).astype(int)
    days = np.sort(rng.uniform(0, 20, n))
    return pd.DataFrame(
        {
            ImpressionColumns.USER: dataset.user_ids[users],
            ImpressionColumns.ITEM: dataset.item_ids[items],
            ImpressionColumns.TIME: pd.Timestamp(cut) + pd.to_timedelta(days, unit="D"),
            ImpressionColumns.LABEL: labels,
            ImpressionColumns.VALUE: labels * rng.uniform(1, 5, n).round(2),
            ImpressionColumns.OTHER_TASK: rng.integers(0, 2, n),
            "position": rng.integers(1, 9, n).astype(float),
            "place": rng.choice(["shelf", "<b>front</b>"], n),
        }
    )


@pytest.fixture
def table(dataset, cut):
    return make_table(dataset, cut)
