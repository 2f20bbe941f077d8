"""How much an event of a history counts by its age."""

from __future__ import annotations

import numpy as np

from learn.data.sequences import Sequences
from learn.errors import LearnError

Forgetting = tuple[float, str] | None
"""How fast a history's events lose weight: (half-life, "events" or "days"); None: not at all."""

_DAY = 86_400e9  # nanoseconds


def recency(history: Sequences, forgetting: Forgetting) -> np.ndarray:
    """[n] float32 weights of events by age, ``0.5 ** (age / half-life)``, counted back from the user's last event.

    A user's last event weighs 1, however long ago it was.

    Raises:
        LearnError: a half-life in days where only the order is known, or of a unit that there is not.
    """
    if forgetting is None:
        return np.ones(len(history.items), dtype=np.float32)
    half_life, unit = forgetting
    last = np.repeat(history.offsets[1:], history.lengths) - 1
    if unit == "days":
        age = (history.timestamps[last] - history.timestamps) / _DAY
    elif unit == "events":
        age = last - np.arange(len(history.items))
    else:
        raise LearnError(f"There is no half-life in {unit!r}.", "Give it in events or in days.")
    return (0.5 ** (age / half_life)).astype(np.float32)
