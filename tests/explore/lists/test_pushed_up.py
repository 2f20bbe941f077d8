"""Which purchases push an item up, and which of them are nothing like it."""

import numpy as np
import pytest

from learn.explore.lists.likeness import like_in_text
from learn.explore.lists.pushed_up import how_marked, pushed_up_by, rarer

TITLES = np.array(["Raisins", "Bananas", "Socks", "Soap", "Raisins", "Soap"], dtype=object)
LIKE = np.array([True, False, False, False, True, False])


@pytest.mark.parametrize(
    ("purchases", "words"),
    [
        ([], "no single purchase"),
        ([0], "Raisins"),
        ([2], "Socks (unlike)"),
        ([0, 1, 2], "Raisins · Bananas (unlike)"),
        ([2, 3], "Socks · Soap (both unlike)"),
        ([0, 4], "Raisins ×2"),
        ([3, 5], "Soap ×2 (unlike)"),
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


def test_where_most_are_unlike_what_is_alike_is_marked():
    def said(*purchases):
        return pushed_up_by(np.array(purchases), TITLES, LIKE, "alike")

    assert said(2) == "Socks" and said(0, 1) == "Raisins (alike) · Bananas" and said(0, 4) == "Raisins ×2 (alike)"
    assert pushed_up_by(np.array([0]), TITLES, None, "alike") in ("Raisins", "Raisins (alike)")


def test_the_line_above_says_what_is_not_marked():
    like = np.array([True, False, False, False])
    most, half = [np.array([1, 2, 0]), np.array([0])], [np.array([0, 1])]
    assert (rarer(most, like), rarer(half, like), rarer(most, None), rarer([], like)) == ("alike", *["unlike"] * 3)
    unlike = "Pushed up by purchases unlike it in text, but for those marked “alike”"
    assert how_marked(most, most, like) == f"{unlike}: training goes by who buys what."
    assert how_marked(most, half, like) == f"{unlike}.", "the trained variants are no reason then"
    assert how_marked([np.array([1])], [], like) == "Pushed up by purchases unlike it in text."
    assert how_marked(half, half, like) == "Pushed up by purchases alike in text, but for those marked “unlike”."
    assert how_marked([np.array([0])], [], like) == how_marked(most, most, None) == how_marked([], [], like) == ""
