"""Whether an item tower looks at the item: (b) embeds it the same way anywhere, (a) does not."""

import numpy as np
import pytest

from learn.data.sequences import Sequences, sequences_of
from learn.teaching.context_leak import ALONE, IN_SEQUENCE, context_summary, context_test
from tests.oracle import history_vector


@pytest.fixture(scope="module")
def tables(recommenders, dataset):
    return {
        name: context_test(recommenders[name].run, recommenders[name].content, dataset.sequences)
        for name in recommenders
        if "learn" in name
    }


def test_only_tower_a_embeds_an_item_differently_in_its_sequence(tables):
    for name, table in tables.items():
        inside, alone = (table[table["embedded"] == one].set_index("user") for one in (IN_SEQUENCE, ALONE))
        same = np.allclose(inside[["true", "other"]], alone[["true", "other"]], atol=1e-4)
        assert same == (name != "learn-a")


def test_alone_it_is_the_cosine_that_serving_computes(recommenders, dataset):
    recommender = recommenders["learn-a"]
    # Up to 8 items are one chunk without repeats: the user tower reads them as they are.
    histories = [np.array([3, 9, 20, 41]), np.array([30, 31])]
    table = context_test(recommender.run, recommender.content, sequences_of(histories))
    assert table["user"].unique().tolist() == [0]
    user = history_vector(recommender.run, recommender.content[histories[0][:-1]], histories[0][:-1])
    user, item = user[:-1] / np.linalg.norm(user[:-1]), recommender.directions()[41]
    found = table[table["embedded"] == ALONE]["true"].iloc[0]
    assert found == pytest.approx(float(user @ item), abs=2e-3)


def test_sequences_without_two_items_of_history_are_left_out(recommenders):
    recommender = recommenders["learn-b"]
    table = context_test(
        recommender.run, recommender.content, Sequences(np.arange(7, dtype=np.int32), np.array([0, 2, 5, 7]))
    )
    assert table["user"].tolist() == [1, 1]


def test_the_summary_counts_users_to_whom_the_true_item_is_nearer(tables):
    table = tables["learn-b"]
    row = context_summary(table).set_index("embedded").loc[ALONE]
    alone = table[table["embedded"] == ALONE]
    assert row["told_apart"] == pytest.approx((alone["true"] > alone["other"]).mean())
    assert row["true"] == pytest.approx(alone["true"].mean())
