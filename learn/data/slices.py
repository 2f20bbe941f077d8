"""Who and what a metric is broken down by: cold-start, long-tail and others, of users and of items (paper, Table 9).

The paper does not state its thresholds. Here an item is cold-start when training never saw it, and the long tail is
the least-sold items that together hold a fifth of the training interactions; a user is cold-start with a handful of
history events, and the long tail is the fifth of the other users with the shortest history.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from learn.data.schema import Slices

ITEM_PREFIX = "item:"
USER_PREFIX = "user:"

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class SliceConfig(BaseModel):
    """Thresholds of the slices. Not stated in the paper."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    item_cold_start: Annotated[int, Field(ge=0)] = 0
    """Items with at most this many training interactions are cold-start."""
    item_long_tail_share: Share = 0.2
    """Of the training interactions: what the long-tail items together hold, as nearly as whole counts allow."""
    user_cold_start: Annotated[int, Field(ge=0)] = 5
    """Users with at most this many history events are cold-start."""
    user_long_tail_share: Share = 0.2
    """Of the users that are not cold-start: those with the shortest history, as nearly as whole lengths allow."""


def _tail_threshold(counts: np.ndarray, weights: np.ndarray, share: float) -> int | None:
    """The count up to which members hold the share of ``weights`` that comes nearest to ``share``.

    Members with equal counts stay together. None: holding nothing is nearer than any threshold (all are alike).
    A greater ``share`` never lowers the threshold.
    """
    if not len(counts):
        return None
    values, places = np.unique(counts, return_inverse=True)
    held = np.cumsum(np.bincount(places, weights=weights)) / weights.sum()
    best = int(np.argmin(np.abs(np.concatenate([[0.0], held]) - share)))
    return int(values[best - 1]) if best else None


def _cut(counts: np.ndarray, cold: int, tail: int | None) -> np.ndarray:
    names = np.full(len(counts), Slices.OTHERS, dtype=object)
    if tail is not None:
        names[counts <= tail] = Slices.LONG_TAIL
    names[counts <= cold] = Slices.COLD_START
    return names


def _item_tail(training_counts: np.ndarray, config: SliceConfig) -> int | None:
    warm = training_counts[training_counts > config.item_cold_start]
    return _tail_threshold(warm, warm.astype(np.float64), config.item_long_tail_share)


def _user_tail(history_lengths: np.ndarray, config: SliceConfig) -> int | None:
    warm = history_lengths[history_lengths > config.user_cold_start]
    return _tail_threshold(warm, np.ones(len(warm)), config.user_long_tail_share)


def item_slices(training_counts: np.ndarray, config: SliceConfig | None = None) -> np.ndarray:
    """[N] object: the name of the slice (`Slices.NAMES`) of every item.

    Args:
        training_counts: [N] training interactions of every item (`Split.training_counts`).
        config: thresholds.
    """
    config = config or SliceConfig()
    return _cut(training_counts, config.item_cold_start, _item_tail(training_counts, config))


def user_slices(history_lengths: np.ndarray, config: SliceConfig | None = None) -> np.ndarray:
    """[U] object: the name of the slice of every user.

    Args:
        history_lengths: [U] events before the evaluated phase (``Split.history(phase).lengths``).
        config: thresholds.
    """
    config = config or SliceConfig()
    return _cut(history_lengths, config.user_cold_start, _user_tail(history_lengths, config))


def describe(
    training_counts: np.ndarray, history_lengths: np.ndarray, config: SliceConfig | None = None
) -> pd.DataFrame:
    """The six slices in words and numbers.

    Args:
        training_counts: [N]; history_lengths: [U]; config: as above.

    Returns:
        Columns `Slices.ALL`.
    """
    config = config or SliceConfig()
    sides = [
        (
            USER_PREFIX,
            "history events",
            history_lengths,
            config.user_cold_start,
            _user_tail(history_lengths, config),
        ),
        (
            ITEM_PREFIX,
            "training interactions",
            training_counts,
            config.item_cold_start,
            _item_tail(training_counts, config),
        ),
    ]
    rows = []
    for prefix, unit, counts, cold, tail in sides:
        edge = cold if tail is None else tail
        bounds = {Slices.COLD_START: (0, cold), Slices.LONG_TAIL: (cold + 1, edge), Slices.OTHERS: (edge + 1, None)}
        names = _cut(counts, cold, tail)
        for name, (low, high) in bounds.items():
            members = names == name
            if high is None:
                rule = f"{low:,} {unit} or more"
            elif high < low:
                rule = f"nobody: all have about as many {unit}"
            else:
                rule = f"{low:,} {unit}" if low == high else f"{low:,} to {high:,} {unit}"
            share = float(counts[members].sum() / max(counts.sum(), 1))
            rows.append((prefix + name, rule, low, high, int(members.sum()), share))
    return pd.DataFrame(rows, columns=list(Slices.ALL))
