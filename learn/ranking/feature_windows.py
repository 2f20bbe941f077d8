"""What an impression's features may know: everything before its period began, nothing from then on."""

from __future__ import annotations

import numpy as np

DAY = 86_400 * 10**9  # nanoseconds


def window_of(times: np.ndarray, cut: int, days: float) -> np.ndarray:
    """[n] int64: how many periods of ``days`` lie between ``cut`` and each of ``times`` (ns, none before the cut)."""
    return (times - cut) // int(days * DAY)


def window_start(period: int, cut: int, days: float) -> int:
    """The first moment (ns) of ``period``; what happened before it may be known to its impressions."""
    return cut + int(period) * int(days * DAY)
