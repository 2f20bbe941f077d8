"""Ordinary features: counted by hand, and blind to what comes after."""

import numpy as np
import pandas as pd
import pytest

from learn.data.dataset import Dataset
from learn.data.schema import Interactions
from learn.ranking.baseline_features import NEVER, baseline_features
from learn.ranking.feature_windows import DAY, window_of, window_start
from learn.ranking.impressions import check_impressions


@pytest.fixture
def shown(table, dataset, cut):
    return check_impressions(table, dataset, cut, "shown")


def test_periods_begin_at_the_cut():
    times = np.array([100, 100 + 7 * DAY - 1, 100 + 7 * DAY])
    assert window_of(times, 100, 7.0).tolist() == [0, 0, 1]
    assert window_start(1, 100, 7.0) == 100 + 7 * DAY


def test_counts_by_loops(shown, dataset, cut):
    features = baseline_features(dataset, shown, cut, 7.0)
    table = dataset.interactions
    users, items = (dataset.interactions[name].to_numpy() for name in (Interactions.USER, Interactions.ITEM))
    times = table[Interactions.TIME].to_numpy("datetime64[ns]").astype(np.int64)
    department = dataset.items["category"].str.split(" > ").str[0].to_numpy()
    for row in range(0, len(shown), 97):
        now = window_start(window_of(shown.times[row : row + 1], cut, 7.0)[0], cut, 7.0)
        user, item = dataset.user_ids[shown.users[row]], dataset.item_ids[shown.items[row]]
        past = times < now
        mine = past & (users == user)
        both = mine & (items == item)
        assert features["user events, ever"][row] == pytest.approx(np.log1p(mine.sum()), abs=1e-6)
        assert features["user with item, ever"][row] == pytest.approx(np.log1p(both.sum()), abs=1e-6)
        recent = past & (times >= now - 28 * DAY)
        assert features["item events, 28d"][row] == pytest.approx(np.log1p((recent & (items == item)).sum()), abs=1e-6)
        alike = department[dataset.item_index.get_indexer(items[mine])] == department[shown.items[row]]
        assert features["share of department"][row] == pytest.approx(alike.mean(), abs=1e-6)
        days = (now - times[both].max()) / DAY if both.any() else NEVER
        assert features["days since item"][row] == pytest.approx(min(days, NEVER), rel=1e-5)
        buyers = len(set(users[past & (items == item)]))
        assert features["item buyers"][row] == pytest.approx(np.log1p(buyers), abs=1e-6)


def test_the_future_changes_nothing(shown, dataset, cut):
    """Everything from the first moment of an impression's period on is dealt out anew; its features stay."""
    days = 7.0
    events = dataset.interactions.copy()
    times = events[Interactions.TIME].to_numpy("datetime64[ns]").astype(np.int64)
    for period in np.unique(window_of(shown.times, cut, days)):
        start = window_start(period, cut, days)
        later = times >= start
        assert later.any()
        changed = events.copy()
        rng = np.random.default_rng(int(period))
        changed.loc[later, Interactions.ITEM] = rng.permutation(events.loc[later, Interactions.ITEM].to_numpy())
        other = Dataset(dataset.name, dataset.items, changed)
        rows = window_of(shown.times, cut, days) == period
        mine = shown.keep(rows)
        pd.testing.assert_frame_equal(
            baseline_features(dataset, mine, cut, days), baseline_features(other, mine, cut, days)
        )


def test_the_past_does_change_them(shown, dataset, cut):
    events = dataset.interactions.copy()
    events[Interactions.ITEM] = np.random.default_rng(0).permutation(events[Interactions.ITEM].to_numpy())
    other = Dataset(dataset.name, dataset.items, events)
    before, after = (baseline_features(one, shown, cut, 7.0) for one in (dataset, other))
    assert not np.allclose(before["user with item, ever"], after["user with item, ever"])


def test_carries_the_extras(shown, dataset, cut):
    features = baseline_features(dataset, shown, cut, 7.0)
    assert features["place"].tolist() == shown.extras["place"].tolist()
    assert not features.select_dtypes("number").isna().to_numpy().any()
