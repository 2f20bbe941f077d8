"""Numbers as sentences, rows and tips have them: with a true minus sign, and no sign on what is nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def fixed(value: float, digits: int = 2) -> str:
    """ "−0.12" of -0.123; what rounds to nothing has no sign."""
    return f"{round(value, digits) + 0.0:,.{digits}f}".replace("-", "−")


def with_sign(value: float) -> str:
    """One digit after the point, with the sign of what is added: "+41.4", "−0.3", and "0" where there is nothing."""
    if abs(value) < 0.05:
        return "0"
    return ("+" if value > 0 else "") + fixed(value, 1)


def adding_up(values: Sequence[float]) -> list[float]:
    """``values`` with one digit after the point each, so that their sum is the sum of all, rounded.

    Each is rounded down, then those with the largest remainders up; a value is moved by less than 0.1.
    """
    tenths = np.asarray(values, dtype=np.float64) * 10
    low = np.floor(tenths)
    missing = round(float(tenths.sum())) - int(low.sum())
    low[np.argsort(low - tenths, kind="stable")[:missing]] += 1
    return [float(value) + 0.0 for value in low / 10]
