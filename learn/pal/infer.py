"""Embeddings for use: every item alone, every user after a history of any length."""

from __future__ import annotations

import numpy as np
import torch

from learn.config import Inputs, SamplingConfig
from learn.data.sequences import Sequences, pad
from learn.pal.preprocessing import distinct_rows
from learn.pal.towers import Towers
from learn.sampling import latest_events

TOKENS_PER_BATCH = 4096
"""On a processor, larger batches no longer fit its caches and are slower."""


@torch.inference_mode()
def item_vectors(
    towers: Towers, content: torch.Tensor, block: int = 4096, items: torch.Tensor | None = None
) -> np.ndarray:
    """[N, D_llm] prepared content -> [N, d] float32, as `Towers.served_items` lays them out.

    The score is then a plain dot product with `user_vectors`. ``items`` is as there. Equal rows have equal vectors.
    """
    towers.eval()
    items = torch.arange(len(content), device=content.device) if items is None else items
    if towers.inputs.kind is Inputs.TEXT and len(content):
        first, place = distinct_rows(content.cpu().numpy())
        content, items = content[first], items[first]
    else:
        place = np.arange(len(content))
    parts = []
    for start in range(0, len(content), block):
        stop = min(start + block, len(content))
        rows = towers.inputs(content[start:stop], items[start:stop])
        parts.append(towers.served_items(rows))
    return torch.cat(parts).float().cpu().numpy()[place]


def chunks(history: np.ndarray, length: int) -> list[np.ndarray]:
    """Interleaved samples of a long history, none longer than ``length``, that together hold every event.

    Training sees uniform samples of a history (stage 1); at inference the whole history counts, deterministically.
    """
    count = max(1, -(-len(history) // length))
    # Counted from the end, so that every chunk ends close to the most recent event.
    return [history[::-1][start::count][::-1] for start in range(count)]


@torch.inference_mode()
def user_vectors(
    towers: Towers,
    content: torch.Tensor,
    histories: Sequences,
    sampling: SamplingConfig,
    items: torch.Tensor | None = None,
) -> np.ndarray:
    """The user embedding after each history: its last position's, the mean over chunks of a long history.

    Args:
        content: [N, D_llm] prepared content.
        histories: U sequences of rows of ``content``.
        sampling: how long a chunk may be, and whether only an item's latest event counts.
        items: [N] the catalogue's item index of every row (`learn.pal.inputs.UNKNOWN` where it has none); None: the
            rows are the catalogue.

    Returns:
        [U, d] float32, as `Towers.served_users` lays them out; zeros without history.
    """
    towers.eval()
    owners, rows = [], []
    for user in np.flatnonzero(histories.lengths).tolist():
        history = histories[user]
        if sampling.distinct_history:
            history = history[latest_events(history)]
        for chunk in chunks(history, sampling.history_length):
            owners.append(user)
            rows.append(chunk)
    total = torch.zeros(len(histories), towers.user_width, device=content.device)
    order = np.argsort([len(row) for row in rows], kind="stable")
    place = 0
    while place < len(order):
        longest = len(rows[order[place]])
        chosen = [order[place]]
        while place + len(chosen) < len(order):
            longest = len(rows[order[place + len(chosen)]])
            if longest * (len(chosen) + 1) > TOKENS_PER_BATCH:
                break
            chosen.append(order[place + len(chosen)])
        padded = torch.as_tensor(pad([rows[row] for row in chosen], 0), device=content.device)
        last = torch.as_tensor([len(rows[row]) - 1 for row in chosen], device=content.device)
        rows_read = towers.inputs(content[padded], padded if items is None else items[padded])
        embedded = towers.user_parts(rows_read)[torch.arange(len(chosen), device=content.device), last]
        total.index_add_(0, torch.as_tensor([owners[row] for row in chosen], device=content.device), embedded)
        place += len(chosen)
    return towers.served_users(total).float().cpu().numpy()
