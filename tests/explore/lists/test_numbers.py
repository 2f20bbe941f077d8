"""Numbers in sentences: a true minus, and no sign on what rounds to nothing."""

import pytest

from learn.explore.lists import numbers


@pytest.mark.parametrize(
    ("value", "fixed", "short", "signed"),
    [
        (-0.123, "−0.12", "−0.1", "−0.1"),
        (-0.001, "0.00", "0.0", "0"),
        (0.04, "0.04", "0.0", "0"),
        (9.97, "9.97", "10", "+10"),
        (-87.4, "−87.40", "−87", "−87"),
        (1234.5, "1,234.50", "1,234", "+1,234"),
    ],
)
def test_numbers_are_written_with_a_true_minus(value, fixed, short, signed):
    assert (numbers.fixed(value), numbers.short(value), numbers.signed(value)) == (fixed, short, signed)
    assert "-" not in numbers.fixed(value) + numbers.short(value) + numbers.signed(value)
