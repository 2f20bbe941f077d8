"""Intervals: against scipy's bootstrap, by how often they hold the truth, and in their corners."""

import numpy as np
import pytest
from scipy import stats

from learn.errors import LearnError
from learn.evaluation.bootstrap import Interval, bootstrap_mean, bootstrap_ratios, over_seeds, paired_difference


def test_agrees_with_scipy():
    values = np.random.default_rng(0).exponential(size=200)
    ours = bootstrap_mean(values, seed=1, resamples=4000)
    theirs = stats.bootstrap((values,), np.mean, n_resamples=4000, method="percentile", rng=2).confidence_interval
    assert ours.mean == pytest.approx(values.mean())
    assert ours.low == pytest.approx(theirs.low, abs=0.02) and ours.high == pytest.approx(theirs.high, abs=0.02)


def test_a_ratio_agrees_with_scipy():
    rng = np.random.default_rng(4)
    targets = rng.integers(1, 30, 150).astype(float)
    hits = rng.binomial(targets.astype(int), 0.2).astype(float)
    mean, low, high = bootstrap_ratios(hits[:, None], targets[:, None], seed=5, resamples=4000)
    theirs = stats.bootstrap(
        (hits, targets),
        lambda a, b, axis: a.sum(axis) / b.sum(axis),
        paired=True,
        n_resamples=4000,
        method="percentile",
        rng=6,
    ).confidence_interval
    assert mean[0] == pytest.approx(hits.sum() / targets.sum())
    assert low[0] == pytest.approx(theirs.low, abs=0.004) and high[0] == pytest.approx(theirs.high, abs=0.004)


def test_about_95_of_100_intervals_hold_the_truth():
    rng = np.random.default_rng(11)
    intervals = [bootstrap_mean(rng.random(80) < 0.3, seed=i, resamples=300) for i in range(300)]
    held = np.mean([low <= 0.3 <= high for _, low, high in intervals])
    assert 0.90 <= held <= 0.98


def test_more_users_are_surer_and_the_seed_decides():
    rng = np.random.default_rng(0)
    few, many = (bootstrap_mean(rng.normal(size=n)) for n in (50, 5000))
    assert many.high - many.low < (few.high - few.low) / 5
    values = rng.normal(size=50)
    assert bootstrap_mean(values, seed=3) == bootstrap_mean(values, seed=3)
    assert bootstrap_mean(values, seed=3) != bootstrap_mean(values, seed=4)


def test_blocks_hold_as_many_resamples(monkeypatch):
    values = np.random.default_rng(0).normal(size=40)
    whole = bootstrap_mean(values)
    monkeypatch.setattr("learn.evaluation.bootstrap._BLOCK", 40 * 7)
    assert bootstrap_mean(values) == whole


def test_pairing_sees_what_two_intervals_cannot():
    rng = np.random.default_rng(2)
    a = rng.normal(size=100)
    b = a - 0.05 - rng.normal(scale=0.01, size=100)
    difference = paired_difference(a, b)
    assert 0.04 < difference.low < difference.mean < difference.high < 0.06
    assert bootstrap_mean(b).high > bootstrap_mean(a).low
    weights = np.full(100, 2.0)
    assert paired_difference(a, b, weights).mean == pytest.approx(difference.mean / 2)
    assert tuple(paired_difference(a, a)) == (0, 0, 0)


def test_corners():
    assert all(np.isnan(bootstrap_mean(np.array([]))))
    assert tuple(bootstrap_mean(np.array([0.5]))) == (0.5, 0.5, 0.5)
    # A slice of one user in ten: many resamples miss it, none of them counts.
    numerators, denominators = np.zeros((10, 2)), np.zeros((10, 2))
    numerators[3, 0], denominators[3, 0] = 0.25, 1.0
    mean, low, high = bootstrap_ratios(numerators, denominators)
    assert (mean[0], low[0], high[0]) == (0.25, 0.25, 0.25)
    assert np.isnan([mean[1], low[1], high[1]]).all()
    with pytest.raises(LearnError, match="got 3 and 2"):
        paired_difference(np.zeros(3), np.zeros(2))
    with pytest.raises(LearnError, match="differ in shape"):
        bootstrap_ratios(np.zeros((3, 1)), np.zeros((3, 2)))


def test_seeds_widen_an_interval_by_their_own_variance():
    users = Interval(0.5, 0.5 - 0.0196, 0.5 + 0.0392)
    assert over_seeds(users, np.array([0.5])) == users and over_seeds(users, np.array([0.5, 0.5])) == users
    found = over_seeds(users, np.array([0.49, 0.51, 0.50]))
    between = 1e-4 / 3
    for side, width in ((found.mean - found.low, 0.0196), (found.high - found.mean, 0.0392)):
        whole = (width / stats.norm.ppf(0.975)) ** 2 + between
        assert side == pytest.approx(stats.t.ppf(0.975, whole**2 / (between**2 / 2)) * np.sqrt(whole), rel=1e-6)
        assert side > width
    apart = over_seeds(users, np.array([0.49, 0.51, 0.50]), np.array([0.2, 0.4]))
    assert apart.high - apart.low > 2 * (found.high - found.low), "of a difference both rows' seeds count"


def test_seeds_cover_the_truth_as_often_as_is_said():
    rng = np.random.default_rng(0)
    inside = 0
    for _ in range(400):
        luck = rng.normal(0, 0.02, 3)
        users = rng.normal(0, 0.1, 200)
        values = users[None, :] + luck[:, None]
        interval = bootstrap_mean(values.mean(axis=0), resamples=200)
        inside += (found := over_seeds(interval, values.mean(axis=1))).low <= 0 <= found.high
    assert 0.9 <= inside / 400 <= 1.0
