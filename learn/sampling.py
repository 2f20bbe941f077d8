"""Stage 1 and stage 2 of sampling (SPEC, section 5): their settings, and functions of arrays and a random generator."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from learn.frozen import Fraction, Frozen, Positive


class SequenceUse(StrEnum):
    """Where a position's target items come from."""

    CUT = "cut"
    """The sequence is cut into history and target: the paper's."""
    WHOLE = "whole"
    """No cut: what follows a position in the same sequence is its target."""


class SamplingConfig(Frozen):
    """The two stages of sampling (paper, section 3.4)."""

    history_length: Positive = 100
    """H: events kept of a history by stage 1."""
    target_length: Positive = 20
    """T: events kept of a target by stage 1."""
    history_positions: Positive = 10
    """N_h: history positions that enter the loss (stage 2)."""
    target_positions: Positive = 10
    """N_t: target positions that enter the loss (stage 2)."""
    weighted: bool = True
    """Stage 2 by recency weights; False: uniformly (Table 5's "random sampling")."""
    sequence: SequenceUse = SequenceUse.CUT
    """The paper cuts."""
    cut: Literal["random", "fixed"] = "random"
    """``random``: each epoch cuts each user's training sequence anew, after `cut_from` of it; ``fixed``: always there.
    The paper cuts at a date; for short sequences it is not stated."""
    cut_from: Fraction = 0.3
    """No cut before this share of the sequence. Not stated."""
    cuts_per_epoch: Positive = 1
    """How often every user is met in an epoch, each time cut (or sampled) anew. Not stated."""
    distinct_history: bool = False
    """Of an item that a history holds several times, only the latest event counts. Not stated."""
    new_targets_only: bool = False
    """Train only on target items that the history does not hold; what it holds is no negative either. Not stated."""
    alpha: Annotated[float, Field(gt=1.0)] = 10.0
    beta: Annotated[float, Field(gt=1.0)] = 10_000.0


def latest_events(items: np.ndarray) -> np.ndarray:
    """Positions of every distinct item's latest event, in time order.

    Args:
        items: [n] item indices, oldest first.

    Returns:
        [distinct items] int64 positions, increasing.
    """
    _, from_the_end = np.unique(items[::-1], return_index=True)
    return np.sort(len(items) - 1 - from_the_end)


def subsample(length: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """A uniform random sample of positions, without replacement, in time order.

    Args:
        length: how long the full sequence is.
        size: how many positions to keep at the most.

    Returns:
        [min(length, size)] int64 positions, increasing.
    """
    if length <= size:
        return np.arange(length)
    return np.sort(rng.choice(length, size, replace=False))


def recency_weights(length: int, alpha: float = 10.0, beta: float = 10_000.0) -> np.ndarray:
    """w_i = log(alpha + i (beta - alpha) / (length - 1)), i = 0 the oldest, divided by the largest.

    Returns:
        [length] float64 in (0, 1]; a single position weighs 1, no position gives an empty array.
    """
    if length < 2:
        return np.ones(length)
    weights = np.log(alpha + np.arange(length) * (beta - alpha) / (length - 1))
    return weights / weights.max()


def sample_positions(
    length: int, size: int, rng: np.random.Generator, *, weighted: bool = True, alpha: float = 10.0, beta: float = 1e4
) -> np.ndarray:
    """The positions that enter the loss, drawn by recency weight.

    Without replacement while there are enough positions; a sequence shorter than ``size`` gives each of its positions
    once and then repeats some, drawn by the same weights, so that every user has the same number of pairs.

    Args:
        length: N, the sequence's length after stage 1; at least 1.
        size: N_h or N_t.
        weighted: False draws uniformly (Table 5's "random sampling").

    Returns:
        [size] int64 positions below ``length``, increasing.
    """
    if length < 1:
        raise ValueError(f"length ({length}) must be at least 1")
    weights = recency_weights(length, alpha, beta) if weighted else np.ones(length)
    weights = weights / weights.sum()
    if length >= size:
        return np.sort(rng.choice(length, size, replace=False, p=weights))
    extra = rng.choice(length, size - length, replace=True, p=weights)
    return np.sort(np.concatenate([np.arange(length), extra]))
