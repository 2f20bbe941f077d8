"""Which purchases push an item up, and which of them are nothing like it."""

import numpy as np
import pytest

from learn.explore.lists.likeness import like_in_text
from learn.explore.lists.pushed_up import pushed_up_by, why_unlike

TITLES = np.array(["Raisins", "Bananas", "Socks", "Soap", "Raisins", "Soap"], dtype=object)
LIKE = np.array([True, False, False, False, True, False])


@pytest.mark.parametrize(
    ("purchases", "words"),
    [
        ([], "no single purchase"),
        ([0], "Raisins"),
        ([2], "Socks (unlike in text)"),
        ([0, 1, 2], "Raisins · Bananas (unlike in text)"),
        ([2, 3], "Socks · Soap (both unlike in text)"),
        ([0, 4], "Raisins ×2"),
        ([3, 5], "Soap ×2 (unlike in text)"),
    ],
)
def test_two_are_named_and_what_is_unlike_is_marked(purchases, words):
    assert pushed_up_by(np.array(purchases, dtype=int), TITLES, LIKE) == words
    assert "unlike" not in pushed_up_by(np.array(purchases, dtype=int), TITLES, None)


def test_like_in_text_is_the_nearest_hundredth_at_least_ten():
    angles = np.linspace(0, 3, 3000)
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert np.flatnonzero(like_in_text(vectors, vectors[0])).tolist() == list(range(30))
    assert like_in_text(vectors[:200], vectors[0]).sum() == 10
    assert like_in_text(vectors[:4], vectors[0]).all()


def test_that_most_purchases_are_unlike_is_explained_and_only_then():
    like = np.array([True, False, False, False])
    assert why_unlike([np.array([1, 2, 0]), np.array([0])], like).startswith("Training goes by who buys what")
    assert why_unlike([np.array([0, 1])], like) == why_unlike([np.array([1])], None) == why_unlike([], like) == ""
