"""The training objectives: which (history position, target item) pairs are positives. One entry of `OBJECTIVES` each.

To add one, copy this to the end of this file (or call it anywhere before training), and nothing else:

    def last_moment(items: np.ndarray, sampling: SamplingConfig, rng: np.random.Generator) -> Example:
        example = cut_dense(items, sampling, rng)
        return example._replace(history_positions=np.full(1, len(example.history) - 1))
    OBJECTIVES.register(
        TrainingObjective("last_moment", "last moment", "the last position with every later item.", cut=last_moment))

`learn train DATASET --set objective.kind=last_moment` then trains on it. All examples of one configuration must have as
many positions as each other, however short a sequence is (`learn.sampling.sample_positions` sees to that).

Legend: H, T lengths after stage 1; N_h, N_t positions that enter the loss; arrays are int64 item indices or positions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from learn.errors import LearnError
from learn.registry import Registry
from learn.sampling import SamplingConfig, SequenceUse, latest_events, sample_positions, subsample


class Example(NamedTuple):
    """One user in one step.

    Attributes:
        history: [H], oldest first.
        history_positions: [N_h].
        target: [T].
        target_positions: [N_t].
        excluded_negatives: what is no negative, once for the user or once for each of the N_h positions.
        positives: [N_h, N_t] bool; None: every pair.
    """

    history: np.ndarray
    history_positions: np.ndarray
    target: np.ndarray
    target_positions: np.ndarray
    excluded_negatives: list[np.ndarray]
    positives: np.ndarray | None = None


ExampleMaker = Callable[[np.ndarray, SamplingConfig, np.random.Generator], Example]


class Objective(StrEnum):
    """The codes of the built-in objectives, for code that means one of them; what there is says `OBJECTIVES`."""

    DENSE_ALL_ACTION = "dense_all_action"
    NEXT_ITEM = "next_item"


@dataclass(frozen=True)
class TrainingObjective:
    """A training objective.

    Attributes:
        code: names it in configurations: ``objective.kind = CODE``.
        label: what people read.
        explanation: a line on which pairs are positives.
        cut: (items [n >= 2], oldest first, sampling, rng) -> `Example`, of a sequence that is cut into history and
            target; None: it has no such form.
        whole: the same of a sequence used whole: what follows a position is its target.
    """

    code: str
    label: str
    explanation: str
    cut: ExampleMaker | None = None
    whole: ExampleMaker | None = None

    def takes(self, use: SequenceUse) -> bool:
        """Whether it has a form for sequences that are cut, or whole."""
        return (self.cut if use is SequenceUse.CUT else self.whole) is not None

    def maker(self, use: SequenceUse) -> ExampleMaker:
        """What makes the examples of sequences that are cut, or whole.

        Raises:
            LearnError: this objective has no such form.
        """
        maker = self.cut if use is SequenceUse.CUT else self.whole
        if maker is None:
            there = " or ".join(kind.value for kind in SequenceUse if self.takes(kind))
            raise LearnError(
                f"Objective {self.code!r} does not take sequences {use.value!r}.", f"Set sampling.sequence to {there}."
            )
        return maker


def cut_history_target(
    items: np.ndarray, sampling: SamplingConfig, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Cuts one training sequence into history and target, both at least one item long.

    With ``new_targets_only`` the target leaves out what the history holds, unless nothing would be left.
    """
    least = min(max(1, int(np.ceil(sampling.cut_from * len(items)))), len(items) - 1)
    cut = int(rng.integers(least, len(items))) if sampling.cut == "random" else least
    history, target = items[:cut], items[cut:]
    if sampling.new_targets_only:
        new = target[~np.isin(target, history)]
        target = new if len(new) else target
    return history, target


def _history(items: np.ndarray, sampling: SamplingConfig, rng: np.random.Generator) -> np.ndarray:
    """Stage 1 of a history."""
    if sampling.distinct_history:
        items = items[latest_events(items)]
    return items[subsample(len(items), sampling.history_length, rng)]


def _positions(length: int, size: int, sampling: SamplingConfig, rng: np.random.Generator) -> np.ndarray:
    """Stage 2."""
    return sample_positions(length, size, rng, weighted=sampling.weighted, alpha=sampling.alpha, beta=sampling.beta)


def cut_dense(items: np.ndarray, sampling: SamplingConfig, rng: np.random.Generator) -> Example:
    """The paper's: every history position with every target item."""
    history, whole_target = cut_history_target(items, sampling, rng)
    history = _history(history, sampling, rng)
    target = whole_target[subsample(len(whole_target), sampling.target_length, rng)]
    return Example(
        history,
        _positions(len(history), sampling.history_positions, sampling, rng),
        target,
        _positions(len(target), sampling.target_positions, sampling, rng),
        [np.unique(items if sampling.new_targets_only else whole_target)],
    )


def cut_next(items: np.ndarray, sampling: SamplingConfig, rng: np.random.Generator) -> Example:
    """The last history position with the first target item: one pair, so every tower sees that item alone."""
    whole_history, target = cut_history_target(items, sampling, rng)
    history, first = _history(whole_history, sampling, rng), np.zeros(1, np.int64)
    excluded = np.append(whole_history, target[0]) if sampling.new_targets_only else target[:1]
    return Example(history, first + len(history) - 1, target[:1], first, [excluded])


def whole_dense(items: np.ndarray, sampling: SamplingConfig, rng: np.random.Generator) -> Example:
    """Every position with every later item of the same sequence."""
    items = items[subsample(len(items), sampling.history_length + 1, rng)]
    history_positions = _positions(len(items) - 1, sampling.history_positions, sampling, rng)
    target_positions = _positions(len(items) - 1, sampling.target_positions, sampling, rng)
    pairs = target_positions[None, :] >= history_positions[:, None]  # target k is item k + 1 of the sequence
    if sampling.new_targets_only:
        pairs &= _is_new(items)[history_positions[:, None], target_positions + 1]
        return Example(items[:-1], history_positions, items[1:], target_positions, [items] * len(pairs), pairs)
    excluded = [np.unique(items[place + 1 :]) for place in history_positions]
    return Example(items[:-1], history_positions, items[1:], target_positions, excluded, pairs)


def whole_next(items: np.ndarray, sampling: SamplingConfig, rng: np.random.Generator) -> Example:
    """Every position with the item that follows it; of a longer sequence a random stretch."""
    start = int(rng.integers(0, max(1, len(items) - sampling.history_length)))
    items = items[start : start + sampling.history_length + 1]
    length, size = len(items) - 1, sampling.history_positions
    # Where there are fewer positions than asked for, the last one is repeated and forms no further pair.
    every = np.minimum(np.arange(size), length - 1)
    positions = _positions(length, size, sampling, rng) if length > size else every
    pairs = np.eye(size, dtype=bool) & (np.arange(size) < length)
    if sampling.new_targets_only:
        pairs &= _is_new(items)[positions, positions + 1]
    start_of = 0 if sampling.new_targets_only else 1
    excluded = [items[start_of * (place + 1) : place + 2] for place in positions[:length].tolist()]
    excluded += excluded[-1:] * (size - len(excluded))
    return Example(items[:-1], positions, items[1:], positions, excluded, pairs)


def _is_new(items: np.ndarray) -> np.ndarray:
    """[n, n] bool: item k is none of the items 0..j."""
    return ~np.logical_or.accumulate(items[:, None] == items[None, :], axis=0)


OBJECTIVES: Registry[TrainingObjective] = Registry(
    "objective",
    TrainingObjective(
        Objective.DENSE_ALL_ACTION.value,
        "dense all-action",
        "every sampled position with every sampled target item: the paper's (PinnerFormer).",
        cut=cut_dense,
        whole=whole_dense,
    ),
    TrainingObjective(
        Objective.NEXT_ITEM.value,
        "next item",
        "every position with the one item that follows it, as in SASRec.",
        cut=cut_next,
        whole=whole_next,
    ),
)
