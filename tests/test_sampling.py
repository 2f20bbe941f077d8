import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn.sampling import latest_events, recency_weights, sample_positions, subsample


@given(st.lists(st.integers(0, 9), max_size=40))
def test_latest_events_hold_every_item_once_at_its_last_place(items):
    kept = latest_events(np.array(items, dtype=np.int64))
    last = {item: place for place, item in enumerate(items)}
    assert kept.tolist() == sorted(last.values())


@given(st.integers(0, 300), st.integers(1, 120), st.integers(0, 10))
def test_stage_one_keeps_order_and_never_repeats(length, size, seed):
    positions = subsample(length, size, np.random.default_rng(seed))
    assert len(positions) == min(length, size)
    assert (np.diff(positions) > 0).all()
    assert not len(positions) or (positions[0] >= 0 and positions[-1] < length)


def test_stage_one_is_uniform():
    rng = np.random.default_rng(0)
    counts = np.bincount(np.concatenate([subsample(20, 5, rng) for _ in range(4000)]), minlength=20)
    assert counts == pytest.approx(np.full(20, 1000), rel=0.12)


def test_recency_weights_are_the_papers():
    weights = recency_weights(5, 10, 10_000)
    expected = np.log(10 + np.arange(5) * 9990 / 4)
    assert weights == pytest.approx(expected / expected[-1])
    assert weights[0] == pytest.approx(np.log(10) / np.log(10_000))


@pytest.mark.parametrize("length", [0, 1, 2])
def test_recency_weights_of_short_sequences(length):
    weights = recency_weights(length)
    assert len(weights) == length
    assert np.isfinite(weights).all()


@given(st.integers(1, 200), st.integers(1, 40), st.booleans(), st.integers(0, 5))
def test_stage_two_gives_the_asked_number_and_stays_inside(length, size, weighted, seed):
    positions = sample_positions(length, size, np.random.default_rng(seed), weighted=weighted)
    assert len(positions) == size
    assert (np.diff(positions) >= 0).all()
    assert positions.min() >= 0
    assert positions.max() < length
    assert len(set(positions)) == min(length, size)


def test_stage_two_frequencies_match_the_weights():
    rng = np.random.default_rng(1)
    draws = np.concatenate([sample_positions(8, 1, rng) for _ in range(20_000)])
    weights = recency_weights(8)
    assert np.bincount(draws, minlength=8) / len(draws) == pytest.approx(weights / weights.sum(), abs=0.01)


def test_stage_two_unweighted_is_uniform():
    rng = np.random.default_rng(1)
    draws = np.concatenate([sample_positions(8, 1, rng, weighted=False) for _ in range(20_000)])
    assert np.bincount(draws, minlength=8) / len(draws) == pytest.approx(np.full(8, 1 / 8), abs=0.01)


def test_stage_two_refuses_an_empty_sequence():
    with pytest.raises(ValueError, match=r"length \(0\)"):
        sample_positions(0, 3, np.random.default_rng(0))
