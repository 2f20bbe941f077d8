"""The repeat term makes the history's share under softmax(score) the share that the validation target really has."""

import numpy as np
import pytest

from learn.data.splits import Phase, leave_one_out
from learn.evaluation.repeat_bias import BOUND, fit_repeat_bias
from tests.training.test_train import tiny_dataset

D = 6


def vectors(split, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(len(split.sequences), D)).astype(np.float32), rng.normal(size=(split.n_items, D))


def shares(split, users, items, value):
    """(expected, real) share of the validation target that the history holds, by plain softmax."""
    history, target = split.history(Phase.VALIDATION), split.target(Phase.VALIDATION)
    expected, real = [], []
    for user in range(len(history)):
        scores = items @ users[user]
        held = np.unique(history[user])
        scores[held] += value
        expected.append(np.exp(scores[held]).sum() / np.exp(scores).sum())
        real.append(target[user][0] in held)
    return np.mean(expected), np.mean(real)


def test_it_equals_the_real_share():
    split = leave_one_out(tiny_dataset())
    users, items = vectors(split)
    expected, real = shares(split, users, items, fit_repeat_bias(users, items, split))
    assert 0 < real < 1 and expected == pytest.approx(real, abs=1e-3)


@pytest.mark.parametrize("again", [True, False])
def test_it_is_bounded_where_everything_or_nothing_repeats(again):
    split = leave_one_out(tiny_dataset(again))
    value = fit_repeat_bias(*vectors(split), split)
    assert -BOUND <= value <= BOUND and (value > 1 if again else value == -BOUND)


def test_only_the_people_asked_for_count():
    split = leave_one_out(tiny_dataset())
    users, items = vectors(split)
    some = np.arange(10)
    users[10:] = np.nan
    assert np.isfinite(fit_repeat_bias(users, items, split, some))
