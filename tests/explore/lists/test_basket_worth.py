"""What popularity is worth for small baskets, against lists that are made one by one."""

import numpy as np
import pytest

from learn.data.dataset import Dataset
from learn.explore.lists import basket_worth as b
from learn.explore.lists.terms import Weights, terms_of_history, weighted_list
from learn.runs.recommender import Recommender
from learn.runs.run import Run
from tests import synthetic


@pytest.fixture
def recommender(trained_workspace):
    dataset = Dataset.load(trained_workspace.dataset(synthetic.NAME))
    return Recommender(Run(trained_workspace.run(synthetic.NAME, "learn-b")), dataset)


@pytest.mark.parametrize("one_kind", [True, False])
def test_a_basket_is_given_and_all_else_is_looked_for(phases, catalogue, one_kind):
    available = np.ones(len(catalogue), bool)
    available[3] = False
    found = b.baskets_like(phases[0], catalogue, available, 2, one_kind)
    assert found.given and len(found.given) == len(found.rest)
    had = {frozenset(int(item) for item in past if item != 3) for past in phases[0]}
    for given, rest in zip(found.given, found.rest, strict=True):
        assert len(given) == 2 and len(rest) and not set(given) & set(rest)
        assert frozenset([*given.tolist(), *rest.tolist()]) in had
        kinds = {catalogue.finer[item] or catalogue.categories[item] for item in given}
        assert len(kinds) == 1 or not one_kind
    assert not b.baskets_like(phases[0], catalogue, available, 1000, one_kind).given


def test_recall_is_that_of_the_lists(recommender, phases, catalogue, monkeypatch):
    monkeypatch.setattr(b, "K", 10)
    baskets = b.baskets_like(phases[0], catalogue, recommender.dataset.available, 3, False)
    assert len(baskets.given) >= 30
    recalls = []
    for weights in (Weights(), Weights(popularity_bias=0.0)):
        hits = []
        for given, rest in zip(baskets.given, baskets.rest, strict=True):
            allowed = recommender.dataset.available.copy()
            allowed[given] = False
            found = weighted_list(terms_of_history(recommender, given), weights, 10, allowed)
            hits.append(np.isin(rest, found.items).mean())
        recalls.append(np.array(hits))
    worth = b.worth_of_popularity(recommender, baskets)
    assert [worth.whole, worth.alone] == pytest.approx([one.mean() for one in recalls], abs=5e-3)
    gain = recalls[0] - recalls[1]
    assert worth.clear == (gain.mean() > 1.96 * gain.std(ddof=1) / np.sqrt(len(gain)))
    few = b.Baskets(baskets.given[:29], baskets.rest[:29])
    assert b.worth_of_popularity(recommender, few) is None, "of few people nothing is claimed"


def test_the_best_of_the_sure_is_told():
    found = {"(a)": b.Worth(0.9, 0.8, 200, False), "(b)": b.Worth(0.17, 0.02, 200, True)}
    assert b.worth_in_words(found | {"(c)": b.Worth(0.1, 0.02, 200, True)}) == (
        "Tried on 200 known users’ baskets like it, (b)’s first 100 hold 17% of what else they had; "
        "without popularity 2%."
    )
    assert b.worth_in_words({"(a)": found["(a)"]}) == b.worth_in_words({}) == ""
    assert b.like_it(5, True) == "Baskets like it: 5 products that are of one kind."
    assert b.like_it(1, False) == "Baskets like it: one product that a user had last."
