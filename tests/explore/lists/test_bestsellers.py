"""Bestsellers are the most bought of a catalogue: a hundredth of it, at least ten, nothing that nobody bought."""

import numpy as np

from learn.explore.lists.bestsellers import LEAST, bestsellers, in_words


def test_they_are_a_hundredth_of_the_catalogue_rounded_up():
    counts = np.random.default_rng(3).permutation(1201) + 1
    found = bestsellers(counts)
    assert found.sum() == 13 and counts[found].min() > counts[~found].max()


def test_of_a_small_catalogue_they_are_ten_and_of_equal_ones_the_first():
    assert np.flatnonzero(bestsellers(np.ones(40))).tolist() == list(range(LEAST))


def test_what_nobody_bought_is_none():
    assert np.flatnonzero(bestsellers(np.array([0, 3, 0, 1]))).tolist() == [1, 3]
    assert not bestsellers(np.zeros(5)).any()


def test_they_are_told_with_their_share_of_the_catalogue():
    assert in_words(np.arange(1201) < 13) == "the most bought 1%, 13 products"
    assert in_words(np.arange(40) < 10) == "the most bought 25%, 10 products"
    assert in_words(np.arange(4000) < 10) == "the most bought 0.2%, 10 products"
    assert in_words(np.arange(5) < 1) == "the most bought product"
