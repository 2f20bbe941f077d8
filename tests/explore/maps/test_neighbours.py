"""Neighbours against plain loops."""

import numpy as np
import pytest

from learn.explore.maps import neighbours
from tests.exact import exact_scores


def oracle(vectors, item, k):
    cosines = [(-cosine, index) for index, cosine in enumerate(exact_scores(vectors[item], vectors)) if index != item]
    return [index for _, index in sorted(cosines)[:k]]


@pytest.fixture
def vectors():
    made = np.random.default_rng(1).normal(size=(70, 5)).astype("f4")
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def test_equal_to_exhaustive_search(vectors, monkeypatch):
    monkeypatch.setattr(neighbours, "BLOCK", 16)
    shares = []
    found, cosines = neighbours.nearest(vectors, 6, note=shares.append)
    for item in range(len(vectors)):
        assert found[item].tolist() == oracle(vectors, item, 6)
        assert cosines[item].tolist() == exact_scores(vectors[item], vectors[found[item]]).tolist()
    assert sum(shares) == pytest.approx(1)


def test_rows_give_the_same_as_everybody(vectors):
    everybody, _ = neighbours.nearest(vectors, 4)
    some, _ = neighbours.nearest(vectors, 4, [9, 3])
    assert some.tolist() == everybody[[9, 3]].tolist()


def test_an_item_is_never_its_own_neighbour_even_among_twins():
    vectors = np.zeros((9, 3), dtype="f4")
    vectors[:, 0] = 1
    found, _ = neighbours.nearest(vectors, 3)
    for item in range(9):
        assert item not in found[item] and len(set(found[item])) == 3


def test_no_more_than_there_are():
    assert neighbours.nearest(np.eye(3, dtype="f4"), 10)[0].shape == (3, 2)
    assert neighbours.nearest(np.eye(1, dtype="f4"), 10)[0].shape == (1, 0)
