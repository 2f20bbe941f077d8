"""What the two stages of sampling do to a household (section 3.4 of the paper), as tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from learn.config import Config, SamplingConfig
from learn.data.sequences import Sequences
from learn.sampling import recency_weights, sample_positions, subsample
from learn.training.batch import make_batch, plan_epoch

IN_DATA, IN_TOWER, IN_LOSS = "in the data", "stage 1: the tower reads it", "stage 2: it enters the loss"


def draw_table(length: int, draws: int, sampling: SamplingConfig, seed: int = 0) -> pd.DataFrame:
    """How often stage 2 draws each position when it draws one at a time, beside what the weights promise.

    Returns:
        Columns position (0 the oldest), weight (divided by the largest), expected and drawn (shares, sum 1).
    """
    rng = np.random.default_rng(seed)
    weights = recency_weights(length, sampling.alpha, sampling.beta)
    drawn = [sample_positions(length, 1, rng, alpha=sampling.alpha, beta=sampling.beta)[0] for _ in range(draws)]
    return pd.DataFrame(
        {
            "position": np.arange(length),
            "weight": weights,
            "expected": weights / weights.sum(),
            "drawn": np.bincount(drawn, minlength=length) / draws,
        }
    )


def stages_table(n_history: int, n_target: int, sampling: SamplingConfig, seed: int = 0) -> pd.DataFrame:
    """One draw of both stages for somebody with ``n_history`` events before the cut and ``n_target`` after it.

    Returns:
        One row per event and stage that it is in: place (0 the oldest), side (history or target), stage.
    """
    rng = np.random.default_rng(seed)
    sizes = {"history": (0, n_history, sampling.history_length, sampling.history_positions)}
    sizes["target"] = (n_history, n_target, sampling.target_length, sampling.target_positions)
    parts = []
    for side, (start, length, most, in_loss) in sizes.items():
        kept = subsample(length, most, rng)
        drawn = sample_positions(
            len(kept), in_loss, rng, weighted=sampling.weighted, alpha=sampling.alpha, beta=sampling.beta
        )
        for stage, positions in ((IN_DATA, np.arange(length)), (IN_TOWER, kept), (IN_LOSS, kept[drawn])):
            parts.append(pd.DataFrame({"place": start + positions, "side": side, "stage": stage}))
    return pd.concat(parts, ignore_index=True)


def negative_counts(train: Sequences, config: Config, n_items: int, epochs: int = 1) -> np.ndarray:
    """[n_items] int64: how often each item is offered as an in-batch negative in the first ``epochs``."""
    counts = np.zeros(n_items, dtype=np.int64)
    for epoch in range(epochs):
        for step, users in enumerate(plan_epoch(train, config, epoch)):
            batch = make_batch(train, users, config, epoch, step)
            offered = np.take_along_axis(batch.target, batch.target_positions, axis=1)
            np.add.at(counts, offered.ravel(), 1)
    return counts


def pressure_table(counts: np.ndarray, training_counts: np.ndarray, groups: int = 5) -> pd.DataFrame:
    """Which items are pushed away as negatives, by how much they are bought.

    Args:
        counts: [N] from `negative_counts`; training_counts: [N]; items without training interactions are left out.
        groups: of equally many items, the least bought first.

    Returns:
        One row per group: group (1 the least bought), items, interactions, negatives (shares of all that there are),
        corrected (share of the negatives' weight after log-Q: every draw divided by how often it was to be expected).
    """
    trained = np.flatnonzero(training_counts > 0)
    order = trained[np.argsort(training_counts[trained], kind="stable")]
    expected = counts.sum() * training_counts / training_counts.sum()
    rows = []
    for number, items in enumerate(np.array_split(order, groups), 1):
        weight = (counts[items] / expected[items]).sum()
        rows.append((number, len(items), training_counts[items].sum(), counts[items].sum(), weight))
    table = pd.DataFrame(rows, columns=["group", "items", "interactions", "negatives", "corrected"])
    shares = ["interactions", "negatives", "corrected"]
    table[shares] = table[shares] / table[shares].sum()
    return table
