"""Nothing of a target reaches its history, whatever the data (SPEC, section 1)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learn.data.splits import Phase, leave_one_out, make_split, split_by_time
from learn.errors import LearnError
from tests.data.frames import daily, dataset_of
from tests.world import make_world

DAY = pd.Timedelta(days=1)
ORIGIN = pd.Timestamp("2024-01-01")

users_events = st.lists(
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 2000)), min_size=1, max_size=12), min_size=1, max_size=8
)


def made(events):
    """A Dataset from (item, hour) events; hours in order within each user."""
    sequences = [
        sorted(((item, ORIGIN + pd.Timedelta(hours=hour)) for item, hour in user), key=lambda e: e[1])
        for user in events
    ]
    return dataset_of(sequences, 8), sequences


@settings(deadline=None, max_examples=60)
@given(events=users_events, cut=st.integers(1, 1999), width=st.integers(1, 400))
def test_by_time_never_leaks(events, cut, width):
    dataset, raw = made(events)
    start = ORIGIN + pd.Timedelta(hours=cut)
    try:
        split = split_by_time(dataset, start, width / 24)
    except LearnError as error:
        assert "leaves no event for" in error.what
        return
    begin = {Phase.VALIDATION: start - pd.Timedelta(hours=width), Phase.TEST: start}
    for phase in (Phase.VALIDATION, Phase.TEST):
        history, target = split.history(phase), split.target(phase)
        assert (history.times < begin[phase].value).all()
        assert (target.times >= begin[phase].value).all()
        for user, events_of_user in enumerate(raw):
            assert history[user].tolist() == [item for item, time in events_of_user if time < begin[phase]]
    assert (split.target(Phase.VALIDATION).times < start.value).all()
    assert (split.train().times < begin[Phase.VALIDATION].value).all()
    assert sum(len(split.target(phase).items) for phase in Phase) == len(dataset.interactions)


@settings(deadline=None, max_examples=60)
@given(events=users_events)
def test_leave_one_out_holds_the_last_two_of_whoever_has_three(events):
    dataset, raw = made(events)
    if max(len(user) for user in raw) < 3:
        with pytest.raises(LearnError, match="No user of made has 3 interactions"):
            leave_one_out(dataset)
        return
    split = leave_one_out(dataset)
    for user, events_of_user in enumerate(raw):
        items = [item for item, _ in events_of_user]
        enough = len(items) >= 3
        assert split.target(Phase.TEST)[user].tolist() == (items[-1:] if enough else [])
        assert split.target(Phase.VALIDATION)[user].tolist() == (items[-2:-1] if enough else [])
        assert split.train()[user].tolist() == (items[:-2] if enough else items)
        assert split.history(Phase.VALIDATION)[user].tolist() == split.train()[user].tolist()
        if enough:
            assert split.history(Phase.TEST)[user].tolist() == items[:-1]


@settings(deadline=None, max_examples=40)
@given(events=users_events)
def test_a_changed_future_changes_no_history(events):
    dataset, raw = made([[*user, (0, 2001), (1, 2002)] for user in events])
    other, _ = made([[*user, (5, 2001), (6, 2002)] for user in events])
    before, after = leave_one_out(dataset), leave_one_out(other)
    changed = False
    for user in range(len(raw)):
        assert before.train()[user].tolist() == after.train()[user].tolist()
        changed |= before.target(Phase.TEST)[user].tolist() != after.target(Phase.TEST)[user].tolist()
    assert changed


def test_a_year_is_cut_at_the_first_of_november():
    split = split_by_time(daily(2, 365))
    assert split.info.kind == "by_time"
    assert split.info.test_start == "2017-11-01T00:00:00"
    assert split.info.validation_start == "2017-10-18T00:00:00"
    assert split.target(Phase.TEST).lengths.tolist() == [61, 61]
    assert split.target(Phase.VALIDATION).lengths.tolist() == [14, 14]
    assert split.train().lengths.tolist() == [290, 290]


def test_a_shorter_range_gives_its_last_fifth():
    split = split_by_time(daily(1, 101))
    assert split.info.test_start == "2017-03-22T00:00:00"  # day 80 of 0..100
    assert split.target(Phase.TEST).lengths.tolist() == [21]


def test_an_event_at_the_very_moment_of_the_cut_is_target():
    dataset = dataset_of([[(k, ORIGIN + k * DAY) for k in range(5)]], 5)
    split = split_by_time(dataset, "2024-01-04", 1)
    assert split.train()[0].tolist() == [0, 1]
    assert split.target(Phase.VALIDATION)[0].tolist() == [2]
    assert split.target(Phase.TEST)[0].tolist() == [3, 4]


def test_training_counts_name_the_cold_start_items():
    dataset = dataset_of([[(0, ORIGIN), (0, ORIGIN + DAY), (1, ORIGIN + 2 * DAY), (2, ORIGIN + 3 * DAY)]], 4)
    split = split_by_time(dataset, "2024-01-04", 1)
    assert split.training_counts().tolist() == [2, 0, 0, 0]
    assert split.training_counts().dtype == np.int64


@pytest.mark.parametrize("which", ["by_time", "leave_one_out"])
def test_a_split_can_be_made_again_from_its_description(which):
    dataset = daily(3, 200)
    split = split_by_time(dataset, "2017-06-01", 10) if which == "by_time" else leave_one_out(dataset)
    again = make_split(dataset, split.info)
    assert again.info == split.info
    assert np.array_equal(again.codes, split.codes)


def test_bad_cuts_say_what_to_do():
    dataset = daily(1, 50)
    with pytest.raises(LearnError, match=r"'soon' is not a date") as caught:
        split_by_time(dataset, "soon")
    assert "2017-11-01" in caught.value.remedy
    with pytest.raises(LearnError, match="leaves no event for: validation, test") as caught:
        split_by_time(dataset, "2030-01-01", 14)
    assert "--test-start" in caught.value.remedy
    with pytest.raises(LearnError, match="leaves no event for: train"):
        split_by_time(dataset, "2017-01-10", 30)


def test_without_timestamps_there_is_no_cut_by_time():
    dataset = dataset_of([[(0, None), (1, None), (2, None)]], 3)
    with pytest.raises(LearnError, match="made has no timestamps") as caught:
        split_by_time(dataset)
    assert "leave-one-out" in caught.value.remedy
    assert leave_one_out(dataset).target(Phase.TEST)[0].tolist() == [2]


def test_a_dataset_carries_its_split_and_stays_as_it_was():
    world = make_world()
    with pytest.raises(LearnError, match="has no split yet"):
        _ = world.split
    fingerprint = world.fingerprint
    split = split_by_time(world, "2024-01-21", validation_days=10)
    carrying = world.with_split(split, {"tested_users": 4})
    assert carrying.split is split and carrying.report == {"tested_users": 4}
    assert "fingerprint" in vars(carrying) and carrying.fingerprint == fingerprint  # counted once, not again
    assert world.cut is None and world.report == {}
