"""Slices partition, follow their thresholds, and grow with the share that is asked for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learn.data.schema import Slices
from learn.data.slices import SliceConfig, describe, item_slices, user_slices

counts = st.lists(st.integers(0, 60), min_size=1, max_size=40).map(np.array)


def test_hand_worked_items():
    # 100 training interactions; the counts 1, 4, 5 and 10 hold 1, 5, 10 and 20 of them together.
    training = np.array([0, 10, 80, 1, 4, 5, 0])
    names = item_slices(training)
    assert names.tolist() == [
        Slices.COLD_START,
        Slices.LONG_TAIL,
        Slices.OTHERS,
        *[Slices.LONG_TAIL] * 3,
        Slices.COLD_START,
    ]


def test_hand_worked_users():
    lengths = np.array([0, 5, 6, 7, 8, 9, 10])
    expected = [Slices.COLD_START] * 2 + [Slices.LONG_TAIL] + [Slices.OTHERS] * 4
    assert user_slices(lengths).tolist() == expected
    assert user_slices(lengths, SliceConfig(user_cold_start=6)).tolist()[2] == Slices.COLD_START


def test_members_that_are_all_alike_have_no_long_tail():
    assert set(user_slices(np.full(9, 20))) == {Slices.OTHERS}
    assert set(item_slices(np.full(9, 20))) == {Slices.OTHERS}


@settings(max_examples=80, deadline=None)
@given(counts)
def test_slices_partition_and_follow_counts(values):
    for names in (item_slices(values), user_slices(values)):
        assert names.shape == values.shape and set(names) <= set(Slices.NAMES)
        depth = np.array([Slices.NAMES.index(name) for name in names])
        assert (np.diff(depth[np.argsort(values, kind="stable")]) >= 0).all()
    table = describe(values, values).set_index(Slices.SLICE)
    for side, names in (("item", item_slices(values)), ("user", user_slices(values))):
        rows = table.loc[[f"{side}:{name}" for name in Slices.NAMES]]
        assert rows[Slices.COUNT].tolist() == [(names == name).sum() for name in Slices.NAMES]
        assert rows[Slices.SHARE].sum() == pytest.approx(1.0 if values.sum() else 0.0)
        for name in Slices.NAMES:
            low, high = table.loc[f"{side}:{name}", [Slices.LOW, Slices.HIGH]]
            inside = (values >= low) & ~(values > high)
            assert (inside == (names == name)).all()


@settings(max_examples=40, deadline=None)
@given(counts, st.floats(0, 1), st.floats(0, 1))
def test_a_greater_share_never_shrinks_the_long_tail(values, one, other):
    small, large = sorted([one, other])
    tail = [
        item_slices(values, SliceConfig(item_long_tail_share=share)) == Slices.LONG_TAIL for share in (small, large)
    ]
    assert not (tail[0] & ~tail[1]).any()


def test_a_share_that_is_none_is_refused():
    with pytest.raises(ValueError, match="less than or equal to 1"):
        SliceConfig(item_long_tail_share=1.5)
