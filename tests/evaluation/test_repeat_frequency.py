"""The bias by how often somebody had an item: what it adds, that it is found again, and when it stays a constant."""

import numpy as np
import pytest

from learn.data.sequences import Sequences, take_users
from learn.data.splits import Phase
from learn.evaluation import repeat_frequency
from learn.evaluation.protocol import rank_vectors, validation_score
from learn.evaluation.references.ranking import add_to_history
from learn.evaluation.repeat_frequency import fit_repeat
from learn.retrieval.repeats import LEAST, Repeat
from tests import synthetic

DAY = 86_400 * 10**9


@pytest.fixture(scope="module")
def synthetic_split():
    return synthetic.synthetic_split(synthetic.make_synthetic_dataset())


HISTORY = Sequences(
    np.array([4, 2, 4, 2, 0], np.int32), np.array([0, 3, 3, 5]), np.array([0, 10, 20, 5, 6], np.int64) * DAY
)


def test_what_it_adds():
    users, items, values = Repeat(1.0, 2.0, 10.0).pairs(HISTORY)
    assert (users.tolist(), items.tolist()) == ([0, 0, 2, 2], [2, 4, 0, 2])
    frequency = [0.5, 1.0 + 0.25, 1.0, 0.5**0.1]
    np.testing.assert_allclose(values, 1.0 + 2.0 * np.log(frequency), rtol=1e-5)
    np.testing.assert_allclose(Repeat(1.0, 2.0).pairs(HISTORY)[2], 1.0 + 2.0 * np.log([1, 2, 1, 1]), rtol=1e-6)
    np.testing.assert_array_equal(Repeat(3.0).pairs(HISTORY)[2], np.full(4, 3.0, np.float32))
    untimed = Sequences(HISTORY.items, HISTORY.offsets)
    np.testing.assert_allclose(Repeat(1.0, 2.0, 10.0).pairs(untimed)[2], Repeat(1.0, 2.0).pairs(HISTORY)[2])
    assert Repeat(0.0, 1.0, 0.01).pairs(HISTORY)[2].min() == pytest.approx(np.log(LEAST)), "never without bound"
    assert not Repeat() and Repeat(0.0, 1.0) and Repeat(2.0, 3.0, 7.0).scaled(2) == Repeat(4.0, 6.0, 7.0)


def test_users_of_a_block_get_their_own():
    scores = np.zeros((2, 5), np.float32)
    add_to_history(scores, HISTORY, 1, Repeat(1.0, 2.0))
    np.testing.assert_allclose(scores, [[0] * 5, [1, 0, 1, 0, 0]])


@pytest.fixture
def often(synthetic_split, monkeypatch):
    """Scores that say nothing, of people who buy again what they bought most."""
    monkeypatch.setattr(repeat_frequency, "ENOUGH", 1)
    split = synthetic_split
    return split, np.zeros((len(split.sequences), split.n_items), np.float32)


def test_it_ranks_validation_no_worse_than_the_constant(often):
    split, flat = often
    rng = np.random.default_rng(0)
    users, items = rng.normal(size=(len(flat), 4)), rng.normal(size=(split.n_items, 4))
    users, items = users.astype(np.float32), items.astype(np.float32)
    found = fit_repeat(lambda some: users[some] @ items.T, split, 0.5, 1.0)
    by = {"candidates": "all", "metric": "recall", "k": 100}
    assert validation_score(users, items, split, **by, repeat=found) >= validation_score(
        users, items, split, **by, repeat=Repeat(0.5)
    )


def test_what_is_measured_is_what_is_ranked(often):
    split, _ = often
    rng = np.random.default_rng(1)
    users, items = (rng.normal(size=(n, 4)).astype(np.float32) for n in (len(split.sequences), split.n_items))
    by = repeat_frequency.ValidationMetric("all", "ndcg", 5)
    ranking = repeat_frequency._Ranking.of(lambda some: users[some] @ items.T, split, by)
    for repeat in (Repeat(), Repeat(0.7), Repeat(0.2, 1.5, 30.0)):
        expected = validation_score(users, items, split, candidates="all", metric="ndcg", k=5, repeat=repeat)
        assert ranking.value(repeat) == pytest.approx(expected, abs=1e-9)
        lists = rank_vectors(users, items, split, Phase.VALIDATION, k=5, repeat=repeat)["all"][0]
        history = split.history(Phase.VALIDATION)
        row = int(np.flatnonzero(history.lengths)[0])
        scores = users[[row]] @ items.T
        add_to_history(scores, take_users(history, np.array([row])), 0, repeat)
        assert lists[row].tolist() == np.argsort(-scores[0], kind="stable")[:5].tolist()


def test_a_slope_is_found_where_people_buy_what_they_bought_most(often):
    split, flat = often
    history = split.history(Phase.VALIDATION)
    keys = split.target(Phase.VALIDATION)
    assert np.isin(keys.users * 1000 + keys.items, history.users * 1000 + history.items).any()
    by = repeat_frequency.ValidationMetric("all", "ndcg", 3)
    ranking = repeat_frequency._Ranking.of(lambda some: flat[some], split, by)
    found = fit_repeat(lambda some: flat[some], split, 0.0, 1.0)
    assert ranking.value(found) >= ranking.value(Repeat())


def test_where_hardly_anybody_buys_again_it_is_a_constant(synthetic_split, monkeypatch):
    monkeypatch.setattr(repeat_frequency, "ENOUGH", 10**9)
    assert fit_repeat(lambda some: 1 / 0, synthetic_split, 0.25, 1.0) == Repeat(0.25)
