"""A weight on every history item: attention to it is multiplied by the weight and normalised again.

At weight 1 nothing changes, at weight 0 no position hears of the item, so the score's slope in the weights is a first
guess at leaving an item out, for one pass forward and back. Gradient times input is none: a layer norm cancels the
length of what it reads, and with it most of that product (rank correlation with leaving out near 0 on completejourney,
against .96 to .99 for the weights where a history is read as one strand).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import pandas as pd
import torch
from torch.nn import functional

from learn.data.sequences import pad
from learn.pal.encoder import PAL, Attention, rotate_by_position
from learn.pal.infer import chunks
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


@contextmanager
def gated(pal: PAL, log_weights: torch.Tensor) -> Iterator[None]:
    """Within it, ``pal`` adds ``log_weights`` ([B, L]) to the logits of its (causal) attention to each position."""
    length = log_weights.shape[1]
    future = torch.full((length, length), -torch.inf).triu(1)
    mask = future + log_weights[:, None, None, :]

    owner = threading.get_ident()

    def attend(module: Attention, arguments: tuple, _: torch.Tensor) -> torch.Tensor | None:
        if threading.get_ident() != owner:  # somebody else's pass through the same PAL: as it was
            return None
        x = arguments[0]
        batch, _, width = x.shape
        parts = module.query_key_value(x).view(batch, length, 3, module.num_heads, width // module.num_heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        query, key = rotate_by_position(query), rotate_by_position(key)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        return module.output(module.norm_mixed(mixed.transpose(1, 2).reshape(batch, length, width)))

    hooks = [block.attention.register_forward_hook(attend) for block in pal.blocks]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def attention_gradients(
    recommender: Recommender, histories: Sequence[np.ndarray], item_vector: np.ndarray
) -> list[np.ndarray]:
    """For each history, the slope of the score of ``item_vector`` ([d]) in every item's weight, at weight 1.

    All histories go through one pass forward and back.

    Returns:
        Per history: [n] float32 over `distinct_items`; an item met several times has the sum over its events.
    """
    if recommender.towers is None:
        return [_mean_slopes(recommender, history, item_vector) for history in histories]
    owned = [(owner, part) for owner, history in enumerate(histories) for part in read_chunks(recommender, history)]
    found = [pd.Series(0.0, index=distinct_items(history)) for history in histories]
    if owned:
        owners, parts = torch.as_tensor([owner for owner, _ in owned]), [part for _, part in owned]
        slopes = _slopes(recommender, parts, owners, len(histories), item_vector)
        for (owner, part), row in zip(owned, slopes, strict=True):
            found[owner] = found[owner].add(pd.Series(row[: len(part)]).groupby(part).sum(), fill_value=0.0)
    return [
        values.reindex(distinct_items(history)).to_numpy(np.float32)
        for values, history in zip(found, histories, strict=True)
    ]


def _slopes(
    recommender: Recommender, parts: list[np.ndarray], owners: torch.Tensor, n_owners: int, item_vector: np.ndarray
) -> np.ndarray:
    """[strands, longest] slopes of each owner's score, float32; what is beyond a strand's end means nothing."""
    towers, padded = recommender.towers, pad(parts, 0)
    rows = torch.as_tensor(recommender.prepared(padded.ravel()).reshape(*padded.shape, -1))
    rows = towers.inputs(rows, torch.as_tensor(padded, dtype=torch.int64))
    last = torch.as_tensor([len(part) - 1 for part in parts])
    log_weights = torch.zeros(padded.shape, requires_grad=True)
    with gated(towers.pal, log_weights):
        embedded = towers.users(rows)[torch.arange(len(parts)), last]
    total = torch.zeros(n_owners, embedded.shape[1]).index_add(0, owners, embedded)
    direction = torch.as_tensor(item_vector[: embedded.shape[1]])
    score = (functional.normalize(total, dim=-1) * towers.scale.detach()) @ direction
    (slopes,) = torch.autograd.grad(score.sum(), log_weights)  # d / d log w = d / d w at w = 1
    return slopes.numpy()


def _mean_slopes(recommender: Recommender, history: np.ndarray, item_vector: np.ndarray) -> np.ndarray:
    """The same where a user is the mean of the history's content at length 1, in closed form."""
    items = distinct_items(history)
    if not len(items):
        return np.zeros(0, np.float32)
    rows = recommender.prepared(items)
    times = pd.Series(history).value_counts().reindex(items).to_numpy(np.float32)
    total = times @ rows
    length = max(float(np.linalg.norm(total)), 1e-12)
    unit = total / length
    return times * (rows @ ((item_vector - (unit @ item_vector) * unit) / length))
