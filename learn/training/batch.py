"""Batches of (history, target) pairs: a pure function of the seed, the epoch and the step, so that a resumed training
continues on the very batches that it would have seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from learn.config import Config
from learn.data.sequences import Sequences, pad
from learn.training.examples import example_maker


@dataclass(frozen=True)
class Batch:
    """Item indices of B users; padding repeats item 0 and never enters the loss.

    Attributes:
        history: [B, H] int64, right-padded; H the longest of the batch.
        history_positions: [B, N_h] int64, positions that enter the loss.
        target: [B, T] int64, right-padded.
        target_positions: [B, N_t] int64.
        excluded_negatives: [B, 1, T'] or [B, N_h, T'] int64, padded with -1: what is no negative for this user, or at
            this position. The whole target before stage 1; where only new items are targets, the history too: it is
            neither wanted nor unwanted.
        positives: [B, N_h, N_t] bool, or None where every pair is one.
    """

    history: np.ndarray
    history_positions: np.ndarray
    target: np.ndarray
    target_positions: np.ndarray
    excluded_negatives: np.ndarray
    positives: np.ndarray | None = None

    def take(self, rows: np.ndarray) -> Batch:
        """The same of some users, [b] rows of it."""
        return Batch(
            self.history[rows],
            self.history_positions[rows],
            self.target[rows],
            self.target_positions[rows],
            self.excluded_negatives[rows],
            None if self.positives is None else self.positives[rows],
        )

    @property
    def n_pairs(self) -> int:
        """How many positive pairs there are."""
        if self.positives is not None:
            return int(self.positives.sum())
        return self.history_positions.size * self.target_positions.shape[1]


def plan_epoch(train: Sequences, config: Config, epoch: int) -> list[np.ndarray]:
    """Which users make up each step: shuffled, grouped by similar length (less padding), groups shuffled again.

    Returns:
        Arrays of user indices, every user in ``cuts_per_epoch`` of them; users with fewer than 2 events are in none.
    """
    rng = np.random.default_rng([config.training.seed, epoch])
    batch_size = config.training.batch_size
    users = rng.permutation(np.flatnonzero(train.lengths >= 2))
    users = np.concatenate([users] + [rng.permutation(users) for _ in range(config.sampling.cuts_per_epoch - 1)])
    lengths = np.minimum(train.lengths[users], config.sampling.history_length)
    window = batch_size * 16
    batches = []
    for start in range(0, len(users), window):
        part = users[start : start + window]
        part = part[np.argsort(lengths[start : start + window], kind="stable")]
        batches += [part[place : place + batch_size] for place in range(0, len(part), batch_size)]
    return [batches[place] for place in rng.permutation(len(batches))]


def make_batch(train: Sequences, users: np.ndarray, config: Config, epoch: int, step: int) -> Batch:
    """One example of each of ``users``, padded to one shape."""
    rng = np.random.default_rng([config.training.seed, epoch, step])
    make = example_maker(config)
    examples = [make(train[user], config.sampling, rng) for user in users]
    history_positions = np.stack([example.history_positions for example in examples])
    target_positions = np.stack([example.target_positions for example in examples])
    lists, positives = [example.excluded_negatives for example in examples], None
    if examples[0].positives is not None:
        positives = np.stack([example.positives for example in examples if example.positives is not None])
        # Where every sequence of the batch is short, the last positions form no pair in any.
        used, met = (_used(np.asarray(positives.any(axis=axes))) for axes in ((0, 2), (0, 1)))
        history_positions, target_positions = history_positions[:, :used], target_positions[:, :met]
        lists, positives = [rows[:used] for rows in lists], positives[:, :used, :met]
    excluded = pad([row for rows in lists for row in rows], -1)
    return Batch(
        pad([example.history for example in examples], 0),
        history_positions,
        pad([example.target for example in examples], 0),
        target_positions,
        excluded.reshape(len(examples), -1, excluded.shape[1]),
        positives,
    )


def _used(some: np.ndarray) -> int:
    """How many of [n] bool there are up to the last that is True; at least one."""
    return int(np.flatnonzero(some).max(initial=0)) + 1
