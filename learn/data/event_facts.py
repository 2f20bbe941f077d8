"""What a report says of interactions, counted over blocks of whole users."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from learn.data.compact import user_blocks, user_starts
from learn.data.sanity import EXAMPLES, odd_times
from learn.data.schema import Interactions


@dataclass(frozen=True)
class EventFacts:
    """Counts of clean interactions.

    Attributes:
        lengths: [U] int64 events of each user, in the table's order.
        pairs: distinct pairs of user and item.
        first_time, last_time: None without times.
        first_user, first_item: of the first row.
        odd: counts of what is odd about the times (`learn.data.sanity.odd_times`).
        examples: for some of these.
    """

    lengths: np.ndarray
    pairs: int
    first_time: pd.Timestamp | None
    last_time: pd.Timestamp | None
    first_user: str
    first_item: str
    odd: dict[str, int]
    examples: dict[str, list[str]]

    @property
    def time(self) -> dict[str, str] | None:
        """The first and the last moment in ISO's form; None without times."""
        if self.first_time is None or self.last_time is None:
            return None
        return {"first": self.first_time.isoformat(), "last": self.last_time.isoformat()}


def count_events(interactions: pd.DataFrame) -> EventFacts:
    """The facts of ``interactions``: clean, columns `Interactions.ALL`, sorted by user and time, at least one row."""
    parts = [_count(block) for block in user_blocks(interactions)]
    firsts, lasts = ([time for part in parts if (time := getattr(part, name)) is not None] for name in _TIMES)
    named = {key: [one for part in parts for one in part.examples.get(key, ())] for key in parts[0].odd}
    return EventFacts(
        np.concatenate([part.lengths for part in parts]),
        sum(part.pairs for part in parts),
        min(firsts, default=None),
        max(lasts, default=None),
        parts[0].first_user,
        parts[0].first_item,
        {key: sum(part.odd[key] for part in parts) for key in parts[0].odd},
        {key: list(dict.fromkeys(ids))[:EXAMPLES] for key, ids in named.items() if ids},
    )


_TIMES = ("first_time", "last_time")


def _count(block: pd.DataFrame) -> EventFacts:
    starts = user_starts(block[Interactions.USER])
    lengths = np.diff(np.append(starts, len(block)))
    items, distinct = pd.factorize(block[Interactions.ITEM])
    pairs = len(np.unique(np.repeat(np.arange(len(lengths)), lengths) * len(distinct) + items))
    times = block[Interactions.TIME]
    untimed = bool(times.isna().all())
    odd, examples = odd_times(block)
    return EventFacts(
        lengths,
        pairs,
        None if untimed else times.min(),
        None if untimed else times.max(),
        str(block[Interactions.USER].iloc[0]),
        str(block[Interactions.ITEM].iloc[0]),
        odd,
        examples,
    )
