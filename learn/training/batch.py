"""Batches of (history, target) pairs: a pure function of the seed, the epoch and the step, so that a resumed training
continues on the very batches that it would have seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from learn.config import Config
from learn.data.sequences import Sequences
from learn.sampling import latest_events, stage_one, stage_two


@dataclass(frozen=True)
class Batch:
    """Item indices of B users; padding repeats item 0 and never enters the loss.

    Attributes:
        history: [B, H] int64, right-padded; H the longest of the batch.
        history_positions: [B, N_h] int64, positions that enter the loss.
        target: [B, T] int64, right-padded.
        target_positions: [B, N_t] int64.
        not_negative: [B, T'] int64, padded with -1: what is no negative for this user. The whole target before stage 1;
            where only new items are targets, the history too: it is neither wanted nor unwanted.
    """

    history: np.ndarray
    history_positions: np.ndarray
    target: np.ndarray
    target_positions: np.ndarray
    not_negative: np.ndarray


def pad(rows: list[np.ndarray], value: int) -> np.ndarray:
    """[B, longest] int64, rows right-padded with ``value``."""
    padded = np.full((len(rows), max(map(len, rows))), value, dtype=np.int64)
    for row, values in zip(padded, rows, strict=True):
        row[: len(values)] = values
    return padded


def cut_history_target(
    items: np.ndarray, rng: np.random.Generator, *, cut_from: float, new_targets_only: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Cuts one training sequence at a random place into history and target, both at least one item long.

    Args:
        items: [n] item indices, oldest first; n at least 2.
        cut_from: no cut before this share of the sequence.
        new_targets_only: leave out of the target what the history holds, unless nothing would be left.
    """
    cut = int(rng.integers(min(max(1, int(np.ceil(cut_from * len(items)))), len(items) - 1), len(items)))
    history, target = items[:cut], items[cut:]
    if new_targets_only:
        new = target[~np.isin(target, history)]
        target = new if len(new) else target
    return history, target


def plan_epoch(train: Sequences, batch_size: int, seed: int, epoch: int, history_length: int) -> list[np.ndarray]:
    """Which users make up each step: shuffled, grouped by similar length (less padding), groups shuffled again.

    Returns:
        Arrays of user indices; users with fewer than 2 events are in none.
    """
    rng = np.random.default_rng([seed, epoch])
    users = rng.permutation(np.flatnonzero(train.lengths >= 2))
    lengths = np.minimum(train.lengths[users], history_length)
    window = batch_size * 16
    batches = []
    for start in range(0, len(users), window):
        part = users[start : start + window]
        part = part[np.argsort(lengths[start : start + window], kind="stable")]
        batches += [part[place : place + batch_size] for place in range(0, len(part), batch_size)]
    return [batches[place] for place in rng.permutation(len(batches))]


def make_batch(train: Sequences, users: np.ndarray, config: Config, epoch: int, step: int) -> Batch:
    """Cuts, stage 1 and stage 2 for ``users``."""
    rng = np.random.default_rng([config.training.seed, epoch, step])
    sampling = config.sampling
    rows: list[tuple[np.ndarray, ...]] = []
    for user in users:
        history, whole_target = cut_history_target(
            train[user], rng, cut_from=sampling.cut_from, new_targets_only=sampling.new_targets_only
        )
        if sampling.distinct_history:
            history = history[latest_events(history)]
        history = history[stage_one(len(history), sampling.history_length, rng)]
        target = whole_target[stage_one(len(whole_target), sampling.target_length, rng)]
        weighting = {"weighted": sampling.weighted, "alpha": sampling.alpha, "beta": sampling.beta}
        rows.append(
            (
                history,
                stage_two(len(history), sampling.history_positions, rng, **weighting),
                target,
                stage_two(len(target), sampling.target_positions, rng, **weighting),
                np.unique(train[user] if sampling.new_targets_only else whole_target),
            )
        )
    history, history_positions, target, target_positions, own = zip(*rows, strict=True)
    return Batch(pad(history, 0), np.stack(history_positions), pad(target, 0), np.stack(target_positions), pad(own, -1))
