"""Equal scores: by a seeded hash where it is asked for, else by index."""

import numpy as np

from learn.retrieval.exact import top_k
from learn.retrieval.ties import tie_keys


def test_the_hash_is_that_of_splitmix64_and_no_two_items_share_a_key():
    assert tie_keys(2).tolist() == [16294208416658607535, 7960286522194355700], "its published first numbers of seed 0"
    assert len(set(tie_keys(20_000).tolist())) == 20_000
    assert tie_keys(5).tolist() == tie_keys(9)[:5].tolist() and (tie_keys(5) != tie_keys(5, seed=1)).all()


def test_equal_scores_come_in_the_order_of_the_keys():
    scores = np.array([[1.0, 1.0, 2.0, 1.0, -np.inf, 1.0]], np.float32)
    keys = tie_keys(6)
    order = [2, *sorted((0, 1, 3, 5), key=lambda item: keys[item])]
    for k in (2, 3, 5):
        assert top_k(scores, k, keys)[0][0].tolist() == order[:k]
    assert top_k(scores, 3)[0][0].tolist() == [2, 0, 1]


def test_no_place_in_the_catalogue_is_rewarded():
    """Items that stand first in the file are among the first half of ties no more often than others."""
    scores = np.zeros((1, 2_000), np.float32)
    shown = top_k(scores, 1_000, tie_keys(2_000))[0][0]
    assert 450 < (shown < 1_000).sum() < 550
