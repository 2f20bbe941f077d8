"""An item-cold split: a tenth of the items in no training and no history, all targets on them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learn.data.item_cold import draw_cold_items, hold_out_items
from learn.data.split import SplitInfo
from learn.data.splits import Phase, choose_split, leave_one_out, make_split, split_by_time
from learn.errors import LearnError
from tests.data.frames import dataset_of

ORIGIN = pd.Timestamp("2024-01-01")
N_ITEMS = 20

users_events = st.lists(
    st.lists(st.tuples(st.integers(0, N_ITEMS - 1), st.integers(0, 2000)), min_size=3, max_size=12),
    min_size=2,
    max_size=8,
)


def made(events):
    """A Dataset from (item, hour) events, and the events, hours in order within each user."""
    sequences = [
        sorted(((item, ORIGIN + pd.Timedelta(hours=hour)) for item, hour in user), key=lambda e: e[1])
        for user in events
    ]
    return dataset_of(sequences, N_ITEMS), sequences


def test_one_of_every_ten_neighbours_in_popularity_is_left_out():
    events = [[(item, item) for item in range(40) if item // 10 <= user // 3] for user in range(12)]
    dataset = dataset_of([[(item, ORIGIN) for item, _ in user] for user in events], 50)
    cold = draw_cold_items(dataset.sequences, 50)
    assert [int(cold[start : start + 10].sum()) for start in range(0, 50, 10)] == [1, 1, 1, 1, 0]
    assert (cold == draw_cold_items(dataset.sequences, 50)).all()
    assert any((cold != draw_cold_items(dataset.sequences, 50, seed)).any() for seed in range(1, 5))


@settings(deadline=None, max_examples=60)
@given(events=users_events)
def test_without_times_the_last_cold_event_with_a_history_is_the_target(events):
    dataset, raw = made(events)
    cold = draw_cold_items(dataset.sequences, N_ITEMS)
    try:
        split = hold_out_items(leave_one_out(dataset), dataset.name)
    except LearnError as error:
        assert "leaves no user with a history and an event for" in error.what
        return
    for user, events_of_user in enumerate(raw):
        items = [item for item, _ in events_of_user]
        places = [at for at, item in enumerate(items) if cold[item] and not all(cold[items[:at]])]
        history = [item for item in items[: places[-1] if places else None] if not cold[item]]
        assert split.target(Phase.TEST)[user].tolist() == ([items[places[-1]]] if places else [])
        assert split.history(Phase.TEST)[user].tolist() == history
        assert split.target(Phase.VALIDATION)[user].tolist() == (history[-1:] if len(history) > 1 else [])
        assert split.train()[user].tolist() == (history[:-1] if len(history) > 1 else history)
    assert not split.training_counts()[cold].any()


@settings(deadline=None, max_examples=60)
@given(events=users_events, cut=st.integers(200, 1800))
def test_by_time_targets_are_the_cold_events_after_the_cut(events, cut):
    dataset, raw = made(events)
    start = ORIGIN + pd.Timedelta(hours=cut)
    cold = draw_cold_items(dataset.sequences, N_ITEMS)
    try:
        split = hold_out_items(split_by_time(dataset, start, 5), dataset.name)
    except LearnError as error:
        assert "leaves no" in error.what
        return
    for user, of_user in enumerate(raw):
        assert split.target(Phase.TEST)[user].tolist() == [i for i, time in of_user if cold[i] and time >= start]
        assert split.history(Phase.TEST)[user].tolist() == [i for i, time in of_user if not cold[i] and time < start]
        late = start - pd.Timedelta(days=5)
        assert split.train()[user].tolist() == [i for i, time in of_user if not cold[i] and time < late]


def world(n_users: int = 30):
    rng = np.random.default_rng(3)
    return made([[(int(rng.integers(N_ITEMS)), int(rng.integers(2000))) for _ in range(9)] for _ in range(n_users)])[0]


@pytest.mark.parametrize("start", [None, "2024-02-20"])
def test_it_is_made_again_from_what_is_stored(start):
    dataset = world()
    split = choose_split(dataset, "item-cold", start)
    info = SplitInfo.parse(split.describe())
    assert (info.kind, info.cold_seed, info.cut) == ("item_cold", "0", "by_time" if start else "leave_one_out")
    assert "item cold (seed 0), " in info.words
    assert (make_split(dataset, info).codes == split.codes).all()


def test_other_splits_are_stored_as_before():
    assert leave_one_out(world()).describe() == {"kind": "leave_one_out", "validation_start": None, "test_start": None}


def test_nobody_with_a_target_is_said():
    dataset = dataset_of([[(0, ORIGIN), (0, ORIGIN), (0, ORIGIN)]], 2)
    with pytest.raises(LearnError, match="Leaving 1 of the 2 items of made out of training leaves no user"):
        choose_split(dataset, "item-cold")
