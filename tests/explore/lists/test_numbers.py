"""Numbers in sentences: a true minus, and no sign on what rounds to nothing."""

import pytest

from learn.explore.lists import numbers


@pytest.mark.parametrize(
    ("value", "fixed", "signed"),
    [
        (-0.123, "−0.12", "−0.1"),
        (-0.001, "0.00", "0"),
        (0.04, "0.04", "0"),
        (9.97, "9.97", "+10.0"),
        (-87.4, "−87.40", "−87.4"),
        (1234.5, "1,234.50", "+1,234.5"),
    ],
)
def test_numbers_are_written_with_a_true_minus(value, fixed, signed):
    assert (numbers.fixed(value), numbers.with_sign(value)) == (fixed, signed)
    assert "-" not in numbers.fixed(value) + numbers.with_sign(value)


@pytest.mark.parametrize(
    "values", [[41.06, 38.44], [0.04, 0.04, 0.04], [-0.05, 0.16, -2.349], [], [3.0], [-1.26, -1.26]]
)
def test_rounded_parts_add_up_to_the_rounded_whole(values):
    parts = numbers.adding_up(values)
    assert sum(parts) == pytest.approx(round(10 * sum(values)) / 10)
    assert all(abs(part - value) < 0.1 for part, value in zip(parts, values, strict=True))
