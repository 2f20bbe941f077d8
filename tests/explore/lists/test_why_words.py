"""What Why says in words."""

import pytest

from learn.explore.lists.why_words import buying_again
from learn.retrieval.repeats import Repeat


@pytest.mark.parametrize(
    ("repeat", "said"),
    [
        (Repeat(1.289), "Whatever the person had before gets +1.29 to its score."),
        (Repeat(-2.0, 1.5), "gets −2.00 +1.50 x log(how often) to its score, where every event counts."),
        (
            Repeat(3.0, 1.5, 120.0),
            "+1.50 x log(how often) to its score, where an event counts half after 120 days.",
        ),
    ],
)
def test_both_coefficients_of_buying_again_are_said(repeat, said):
    assert said in buying_again(repeat)
