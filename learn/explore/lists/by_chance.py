"""What chance would give: an item at a random place of everybody's list."""

from __future__ import annotations

import numpy as np


def shown_by_chance(length: np.ndarray, first: int) -> float:
    """How many people would have a randomly placed item in their ``first``.

    Args:
        length: [n] how long each one's whole list is (`new_to_each`).
    """
    return float(np.minimum(first / np.maximum(length, 1), 1.0).sum())


def recall_by_chance(length: np.ndarray, first: int) -> float:
    """The share of what people get that a random order of their lists would hold in the ``first`` places.

    Args:
        length: [n] how long each one's whole list is (`new_to_each`); of nobody's it is 0.
    """
    return shown_by_chance(length, first) / len(length) if len(length) else 0.0


def middle_by_chance(length: np.ndarray) -> float:
    """The place in the middle of a random one in each of lists that are ``length`` ([n], not empty) long."""
    return float(np.median((length + 1) / 2))


def rounded(number: float) -> str:
    """A number that chance gives, as people read it: "12" of 12.1, "0.4" of 0.41."""
    return f"{number:,.0f}" if number >= 1 else f"{number:.1g}"
