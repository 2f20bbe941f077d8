"""Embeddings for use: every item alone, every user after a history of any length."""

from __future__ import annotations

import numpy as np
import torch

from learn.config import Inputs, SamplingConfig
from learn.data.sequences import Sequences, pad
from learn.pal.preprocessing import distinct_rows
from learn.pal.towers import Towers
from learn.sampling import latest_events
from learn.scratch import scratch

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
    else:
        first = place = np.arange(len(content))
    found = np.zeros((0, 0), np.float32)
    for start in range(0, len(first), block):
        some = torch.as_tensor(first[start : start + block], device=content.device)
        part = towers.served_items(towers.inputs(content[some], items[some])).float().cpu().numpy()
        found = scratch((len(first), part.shape[1]), np.float32) if start == 0 else found
        found[start : start + len(part)] = part
    return found if len(first) == len(content) else found[place]


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
    if sampling.distinct_history:
        histories = _distinct(histories)
    owners, firsts, counts, lengths = _all_chunks(histories.lengths, sampling.history_length)
    total = torch.zeros(len(histories), towers.user_width, device=content.device)
    order = np.argsort(lengths, kind="stable")
    place = 0
    while place < len(order):
        stop = place + 1
        while stop < len(order) and lengths[order[stop]] * (stop + 1 - place) <= TOKENS_PER_BATCH:
            stop += 1
        chosen = order[place:stop]
        rows = [histories[owners[one]][::-1][firsts[one] :: counts[one]][::-1] for one in chosen]
        padded = torch.as_tensor(pad(rows, 0), device=content.device)
        last = torch.as_tensor(lengths[chosen] - 1, device=content.device)
        rows_read = towers.inputs(content[padded], padded if items is None else items[padded])
        embedded = towers.user_parts(rows_read)[torch.arange(len(chosen), device=content.device), last]
        total.index_add_(0, torch.as_tensor(owners[chosen], device=content.device), embedded)
        place = stop
    return towers.served_users(total).float().cpu().numpy()


def _all_chunks(sizes: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """What `chunks` makes of histories of [U] ``sizes``, without making it: whose each chunk is, which of the owner's,
    of how many, and how long. Those without events have none."""
    counts = -(-sizes // length)
    owners = np.repeat(np.arange(len(sizes)), counts)
    firsts = np.arange(len(owners)) - np.repeat(np.cumsum(counts) - counts, counts)
    of_owner = counts[owners]
    return owners, firsts, of_owner, -(-(sizes[owners] - firsts) // of_owner)


def _distinct(histories: Sequences) -> Sequences:
    """Of every history only each item's latest event; without times."""
    items, offsets = np.empty_like(histories.items), np.zeros_like(histories.offsets)
    for user in range(len(histories)):
        history = histories[user]
        kept = history[latest_events(history)]
        offsets[user + 1] = offsets[user] + len(kept)
        items[offsets[user] : offsets[user + 1]] = kept
    return Sequences(items[: offsets[-1]], offsets)
