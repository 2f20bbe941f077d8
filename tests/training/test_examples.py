"""Which pairs are positives, and what is spared as a negative, under each objective."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from learn.config import SamplingConfig, preset
from learn.training.examples import make_example
from learn.training_objectives import cut_history_target

sequences = st.lists(st.integers(0, 30), min_size=2, max_size=25).map(lambda items: np.array(items, dtype=np.int64))
seeds = st.integers(0, 5)


def example(items, seed, **changes):
    return make_example(items, preset("tiny").with_values(**changes), np.random.default_rng(seed))


@given(sequences, seeds)
def test_the_cut_never_leaves_a_side_empty_and_new_targets_are_new(items, seed):
    rng = np.random.default_rng(seed)
    history, target = cut_history_target(items, SamplingConfig(), rng)
    assert len(history) and len(target)
    assert np.array_equal(np.concatenate([history, target]), items)
    history, target = cut_history_target(items, SamplingConfig(new_targets_only=True), rng)
    assert len(target)
    assert not set(target) & set(history) or set(items[len(history) :]) <= set(history)


@given(sequences, seeds)
def test_a_fixed_cut_is_always_at_its_place(items, seed):
    cut = SamplingConfig(cut="fixed", cut_from=0.5)
    history, _ = cut_history_target(items, cut, np.random.default_rng(seed))
    assert len(history) == min(max(1, -(-len(items) // 2)), len(items) - 1)


@given(sequences, seeds)
def test_next_item_of_a_cut_is_one_pair(items, seed):
    made = example(items, seed, objective__kind="next_item")
    cut = len(made.history)
    assert made.positives is None and len(made.history_positions) == len(made.target_positions) == 1
    if len(items) <= 20:  # nothing sampled away
        assert np.array_equal(made.history, items[:cut]) and made.target[0] == items[cut]
        assert made.history_positions[0] == cut - 1 and made.excluded_negatives[0].tolist() == [items[cut]]


@given(sequences, seeds)
def test_next_item_of_a_whole_sequence_pairs_neighbours_once(items, seed):
    made = example(items, seed, objective__kind="next_item", sampling__sequence="whole")
    rows, columns = np.nonzero(made.positives)
    assert np.array_equal(rows, columns) and len(rows) == min(4, len(made.history))
    places = made.history_positions[rows]
    assert len(set(places)) == len(places)
    following = [(made.history[place], made.target[place]) for place in places]
    assert set(following) <= set(pairwise(items))
    assert np.concatenate(made.excluded_negatives).tolist() == made.target[made.target_positions].tolist()


@given(sequences, seeds)
def test_dense_pairs_of_a_whole_sequence_look_ahead_only(items, seed):
    made = example(items, seed, sampling__sequence="whole")
    whole = np.append(made.history, made.target[-1])
    for j, place in enumerate(made.history_positions):
        assert set(made.excluded_negatives[j]) == set(whole[place + 1 :])
        for k, target in enumerate(made.target_positions):
            assert made.positives[j, k] == (target + 1 > place)


@given(sequences, seeds, st.sampled_from(["next_item", "dense_all_action"]))
def test_new_targets_of_a_whole_sequence_are_new_and_its_past_is_no_negative(items, seed, kind):
    changes = {"objective__kind": kind, "sampling__sequence": "whole"}
    made = example(items, seed, sampling__new_targets_only=True, **changes)
    every = example(items, seed, **changes)
    for j, place in enumerate(made.history_positions):
        past = set(made.history[: place + 1])
        assert past <= set(made.excluded_negatives[j]) <= set(items)
        for k, target in enumerate(made.target_positions):
            assert made.positives[j, k] == (every.positives[j, k] and made.target[target] not in past)


@given(sequences, seeds)
def test_a_new_next_item_of_a_cut_spares_the_history(items, seed):
    made = example(items, seed, objective__kind="next_item", sampling__new_targets_only=True)
    assert set(made.history) | set(made.target) <= set(made.excluded_negatives[0])
