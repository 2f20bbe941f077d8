"""A weight on every history item: attention to it is multiplied by the weight and normalised again.

At weight 1 nothing changes, at weight 0 no position hears of the item, so the score's gradient in the weights is a
first guess at leaving an item out, for one pass forward and back. Gradient times input is none: a layer norm cancels
the length of what it reads, and with it most of that product (rank correlation with leaving out near 0 on
completejourney, against .96 to .99 for the weights where a history is read as one chunk).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch

from learn.data.sequences import pad
from learn.pal.infer import chunks
from learn.pal.towers import Towers
from learn.runs.recommender import Recommender
from learn.sampling import latest_events


def distinct_items(history: np.ndarray) -> np.ndarray:
    """[n] distinct items of ``history`` ([H]), in order of their latest event."""
    return history[latest_events(history)]


def read_chunks(recommender: Recommender, history: np.ndarray) -> list[np.ndarray]:
    """What the user tower reads of ``history``, as `learn.pal.infer.user_vectors` cuts it; nothing of an empty one."""
    sampling = recommender.run.config.sampling
    read = distinct_items(history) if sampling.distinct_history else history
    return chunks(read, sampling.history_length) if len(read) else []


def attention_gradients(
    recommender: Recommender, histories: Sequence[np.ndarray], item_vector: np.ndarray
) -> list[np.ndarray]:
    """For each history, the gradient of the score of ``item_vector`` ([d]) in every item's weight, at weight 1.

    All histories go through one pass forward and back.

    Returns:
        Per history: [n] float32 over `distinct_items`; an item met several times has the sum over its events.
    """
    towers = recommender.towers
    if towers is None:
        return [_mean_gradients(recommender, history, item_vector) for history in histories]
    owned = [(owner, chunk) for owner, history in enumerate(histories) for chunk in read_chunks(recommender, history)]
    result = [pd.Series(0.0, index=distinct_items(history)) for history in histories]
    if owned:
        owners, parts = torch.as_tensor([owner for owner, _ in owned]), [chunk for _, chunk in owned]
        gradients = _chunk_gradients(recommender, towers, parts, owners, len(histories), item_vector)
        for (owner, chunk), row in zip(owned, gradients, strict=True):
            by_item = pd.Series(row[: len(chunk)]).groupby(chunk).sum()
            result[owner] = result[owner].add(by_item, fill_value=0.0)
    return [
        values.reindex(distinct_items(history)).to_numpy(np.float32)
        for values, history in zip(result, histories, strict=True)
    ]


def _chunk_gradients(
    recommender: Recommender,
    towers: Towers,
    parts: list[np.ndarray],
    owners: torch.Tensor,
    n_owners: int,
    item_vector: np.ndarray,
) -> np.ndarray:
    """[chunks, longest] gradients of each owner's score, float32; what is beyond a chunk's end means nothing."""
    padded = pad(parts, 0)
    rows = torch.as_tensor(recommender.prepared(padded.ravel()).reshape(*padded.shape, -1))
    rows = towers.inputs(rows, torch.as_tensor(padded, dtype=torch.int64))
    last = torch.as_tensor([len(part) - 1 for part in parts])
    log_weights = torch.zeros(padded.shape, requires_grad=True)
    embedded = towers.user_parts(rows, log_weights)[torch.arange(len(parts)), last]
    total = torch.zeros(n_owners, embedded.shape[1]).index_add(0, owners, embedded)
    score = towers.served_users(total) @ torch.as_tensor(item_vector)  # of a bias no weight changes anything
    (gradients,) = torch.autograd.grad(score.sum(), log_weights)  # d / d log w = d / d w at w = 1
    return np.asarray(gradients)


def _mean_gradients(recommender: Recommender, history: np.ndarray, item_vector: np.ndarray) -> np.ndarray:
    """The same where a user is the mean of the history's content at length 1, in closed form."""
    items = distinct_items(history)
    if not len(items):
        return np.zeros(0, np.float32)
    rows = recommender.prepared(items)
    times = pd.Series(history).value_counts().reindex(items).to_numpy(np.float32)
    total = times @ rows
    length = max(float(np.linalg.norm(total)), 1e-12)
    unit = total / length
    gradients: np.ndarray = times * (rows @ ((item_vector - (unit @ item_vector) * unit) / length))
    return gradients
