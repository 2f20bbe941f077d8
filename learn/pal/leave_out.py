"""The user tower after a history that lacks some of its items, for many such histories of one whole.

Under the causal mask an item left out changes nothing of what stands before it: that is computed once, and of the last
block only the last position. The numbers are those of a pass each, up to rounding, for about a sixth of the work.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch.nn import functional

from learn.data.sequences import pad
from learn.pal.encoder import PAL, Attention, Block
from learn.pal.towers import Towers

TOKENS_PER_BATCH = 4096
"""On a processor, larger batches no longer fit its caches and are slower."""


@torch.inference_mode()
def last_embeddings(pal: PAL, rows: torch.Tensor, kept: Sequence[np.ndarray]) -> torch.Tensor:
    """[P, D_out] the embedding, of length 1, at the last position of each shortened sequence.

    Args:
        pal: in evaluation mode.
        rows: [L, D_in] the whole sequence, as PAL projects it.
        kept: P times the increasing positions, among 0..L-1, that are left; at least one each.
    """
    if not len(kept):
        return rows.new_zeros(0, pal.output.out_features)
    shares = all(isinstance(block, Block) for block in pal.blocks)
    width = max(len(one) for one in kept)
    most = max(1, TOKENS_PER_BATCH // width)
    order = np.argsort([len(one) for one in kept], kind="stable")
    found = rows.new_empty(len(kept), pal.output.out_features)
    base = _whole(pal, rows) if shares else []
    for start in range(0, len(order), most):
        places = order[start : start + most]
        batch = [kept[place] for place in places]
        found[torch.as_tensor(places)] = _sharing(pal, base, batch) if shares else _each(pal, rows, batch)
    return found


@torch.inference_mode()
def last_parts(towers: Towers, rows: torch.Tensor, kept: Sequence[np.ndarray]) -> torch.Tensor:
    """[P, `Towers.user_width`] `Towers.user_parts` at the last position of each shortened sequence.

    Args:
        rows, kept: as of `last_embeddings`.
    """
    found = last_embeddings(towers.pal, rows, kept)
    return found if towers.residual is None else torch.cat([found, towers.residual.last(rows, kept)], dim=-1)


def _each(pal: PAL, rows: torch.Tensor, kept: list[np.ndarray]) -> torch.Tensor:
    """The same by a pass over all of each, for blocks that are not PAL's own."""
    embedded = pal(rows[torch.as_tensor(pad(kept, 0), dtype=torch.int64)])
    return embedded[torch.arange(len(kept)), torch.as_tensor([len(one) - 1 for one in kept])]


def _whole(pal: PAL, rows: torch.Tensor) -> list[torch.Tensor]:
    """[L, D] what each block reads of the whole sequence, and what the last one makes of it."""
    states = [pal.content_projection(rows)]
    for block in pal.blocks:
        states.append(block(states[-1][None], True)[0])
    return states


def _sharing(pal: PAL, base: list[torch.Tensor], kept: list[np.ndarray]) -> torch.Tensor:
    """One batch of `last_embeddings`; T below counts the positions of all P sequences that stand behind a gap."""
    length, n = len(base[0]), len(kept)
    lengths = torch.as_tensor([len(one) for one in kept])
    padded = torch.as_tensor(pad(kept, 0), dtype=torch.int64)  # [P, N]
    column = torch.arange(padded.shape[1])
    real = column < lengths[:, None]
    changed = real & (padded != column)  # increasing positions: once one is missing, all behind it are moved
    place = torch.where(real, padded, 0)
    place[changed] = length + torch.arange(int(changed.sum()))
    last = place[torch.arange(n), lengths - 1]
    positions = torch.cat([torch.arange(length), column.expand_as(padded)[changed]])
    x = base[0][padded[changed]]  # [T, D]
    for number, block in enumerate(pal.blocks):
        assert isinstance(block, Block)
        both = torch.cat([base[number], x])
        query, key, value = _heads(block.attention, block.norm_attention(both), positions)  # [L + T, A, D / A]
        key, value = (part[place].transpose(1, 2) for part in (key, value))  # [P, A, N, D / A]
        if number + 1 < len(pal.blocks):
            query = query[place].transpose(1, 2)
            mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
            x = _rest(block, x, mixed.transpose(1, 2).reshape(*place.shape, -1)[changed])
        else:
            mixed = functional.scaled_dot_product_attention(query[last][:, :, None], key, value, real[:, None, None, :])
            x = _rest(block, both[last], mixed.reshape(n, -1))
    return functional.normalize(pal.output(pal.norm(x)).float(), dim=-1)


def _heads(attention: Attention, x: torch.Tensor, positions: torch.Tensor) -> list[torch.Tensor]:
    """[T, D] -> queries, keys and values, each [T, A, D / A], the first two turned as `rotate_by_position` does."""
    parts = attention.query_key_value(x).view(len(x), 3, attention.num_heads, -1)
    width = parts.shape[-1]
    rates = 10_000.0 ** (-torch.arange(0, width, 2, dtype=torch.float32) / width)
    angles = positions[:, None].float() * rates
    turns = torch.polar(torch.ones_like(angles), angles)[:, None, None]  # two numbers are one complex number, turned
    turned = torch.view_as_complex(parts[:, :2].reshape(*parts[:, :2].shape[:-1], -1, 2)) * turns
    query, key = torch.view_as_real(turned).flatten(-2).unbind(1)
    return [query, key, parts[:, 2]]


def _rest(block: Block, x: torch.Tensor, mixed: torch.Tensor) -> torch.Tensor:
    """[T, D] what ``block`` makes of what it read, given what its attention mixed."""
    x = x + block.attention.output(block.attention.norm_mixed(mixed))
    return x + block.feed_forward(block.norm_feed_forward(x))
