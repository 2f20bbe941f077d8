"""A Recommender with an index gives the lists that it gives without: same items, same scores, in stock, filtered."""

import dataclasses

import numpy as np
import pytest

from learn.data.availability import with_stock
from learn.data.where import Where
from learn.errors import LearnError
from learn.retrieval import IndexKind
from learn.runs.recommender import Recommender
from learn.runs.run import Run
from tests import synthetic

USER, K = 7, 12


@pytest.fixture(scope="module")
def run(trained_workspace, dataset):
    return Run(trained_workspace.run(synthetic.NAME, "learn-a"), dataset)


@pytest.mark.parametrize("kind", [IndexKind.FLAT, IndexKind.HNSW, IndexKind.IVF])
@pytest.mark.parametrize("unseen", [True, False])
@pytest.mark.parametrize("repeat", [0.0, 2.0])
def test_the_lists_are_the_same(run, dataset, kind, unseen, repeat, monkeypatch):
    plain, other = Recommender(run, dataset), Recommender(run, dataset, index=kind)
    monkeypatch.setattr(type(run.info), "repeat", repeat, raising=False)
    allowed = np.arange(dataset.n_items) % 3 > 0
    for asked in (None, allowed):
        for one, two in zip(
            (plain.for_user(USER, K, unseen=unseen, allowed=asked), plain.for_history([3, 4], K, unseen=unseen)),
            (other.for_user(USER, K, unseen=unseen, allowed=asked), other.for_history([3, 4], K, unseen=unseen)),
            strict=True,
        ):
            assert one.items.tolist() == two.items.tolist() and one.scores.tolist() == two.scores.tolist()
            assert two.live


def test_the_whole_catalogue_may_be_asked_for(run, dataset):
    every = Recommender(run, dataset, index="ivf").for_user(USER, dataset.n_items)
    assert every.items.tolist() == Recommender(run, dataset).for_user(USER, dataset.n_items).items.tolist()


def test_what_is_out_of_stock_is_not_in_the_index(run, dataset):
    gone = Recommender(run, dataset).for_user(USER, 3).items
    available = ~np.isin(np.arange(dataset.n_items), gone)
    short = dataclasses.replace(dataset, items=with_stock(dataset.items, available))
    for unseen in (True, False):
        found = Recommender(run, short, index="flat").for_user(USER, K, unseen=unseen)
        expected = Recommender(run, short).for_user(USER, K, unseen=unseen)
        assert found.items.tolist() == expected.items.tolist() and not np.isin(found.items, gone).any()


def test_without_the_popularity_bias_it_searches_anew(run, dataset):
    other = Recommender(run, dataset, index="flat")
    before = other.for_user(USER, K)
    bare = other.without_popularity_bias().for_user(USER, K)
    assert bare.items.tolist() == Recommender(run, dataset).without_popularity_bias().for_user(USER, K).items.tolist()
    assert other.for_user(USER, K).scores.tolist() == before.scores.tolist() != bare.scores.tolist()


def test_a_run_recommends_by_category_and_price(run, dataset):
    users = [dataset.user_ids[USER]]
    where = Where("Tea", max_price=20)
    for index in ("exact", "ivf"):
        table = run.recommend(users, 3, where=where, index=index)
        assert len(table) and table["category"].str.startswith("Tea").all() and (table["price"] <= 20).all()
    assert run.recommend(users, 3, where=where).equals(table)
    assert run.recommender_by("ivf") is run.recommender_by("ivf")
    named = run.recommend_for(dataset.item_ids[[3, 4]].tolist(), 3, where=where)
    assert len(named) and (named["price"] <= 20).all()
    with pytest.raises(LearnError, match="no index 'tree'"):
        run.recommend(users, 3, index="tree")
