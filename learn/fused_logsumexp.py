"""log of the sum over many items of exp score, of many users at once: the denominator of a softmax over a catalogue.

Scores are made a chunk of users at a time, so that a chunk stays near the processor; what is kept for the gradient is
each score's exp, in the training's own precision. Memory: P x K x 2 bytes (4 in float32) beside one chunk. Written out
step by step, float32 scores of all users would be held four times.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

_CHUNK_SCORES = 1_000_000
"""Scores held at a time in float32: 4 MB."""


def fused_logsumexp(
    users: torch.Tensor,
    items: torch.Tensor,
    offset: torch.Tensor | None = None,
    hits: tuple[torch.Tensor, torch.Tensor] | None = None,
) -> torch.Tensor:
    """log sum_k exp(users_p . items_k + offset_k), without what ``hits`` names.

    Scores and sums are float32; under autocast their gradients are multiplied in its precision.

    Args:
        users: [P, d], scaled already.
        items: [K, d].
        offset: [K] added to every score, or None.
        hits: row and column of every pair that is left out, two [n] int64, in any order; None: none is.

    Returns:
        [P] float32; -inf where every item is left out.
    """
    kind = users.device.type
    dtype = torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else torch.float32
    if hits is None:
        nothing = torch.zeros(0, dtype=torch.int64, device=users.device)
        hits = nothing, nothing
    with torch.autocast(kind, enabled=False):
        return _FusedLogsumexp.apply(users.float(), items.float(), offset, *hits, dtype)


class _FusedLogsumexp(torch.autograd.Function):
    """`fused_logsumexp`, whose gradients need the scores' exp alone."""

    @staticmethod
    def forward(
        ctx: Any,
        users: torch.Tensor,
        items: torch.Tensor,
        offset: torch.Tensor | None,
        rows: torch.Tensor,
        columns: torch.Tensor,
        dtype: torch.dtype,
    ) -> torch.Tensor:
        """See `fused_logsumexp`; ``dtype``: of what is kept, and of the gradient's products."""
        count, size = len(users), max(1, _CHUNK_SCORES // max(1, len(items)))
        rows, order = rows.sort()
        columns = columns[order]
        starts = list(range(0, count, size))
        bounds = torch.searchsorted(rows, torch.tensor([*starts, count], device=rows.device)).tolist()
        powers = torch.empty(count, len(items), dtype=dtype, device=users.device)
        found, inverse = users.new_empty(count), users.new_empty(count)
        turned = items.T
        for number, start in enumerate(starts):
            stop = min(start + size, count)
            own = slice(bounds[number], bounds[number + 1])
            with _fast_float32(dtype):
                scores = users[start:stop] @ turned
            if offset is not None:
                scores += offset
            scores[rows[own] - start, columns[own]] = -torch.inf
            greatest = scores.amax(dim=1)
            greatest = torch.where(greatest == -torch.inf, 0.0, greatest)
            sums = scores.sub_(greatest[:, None]).exp_().sum(dim=1)
            powers[start:stop] = scores
            found[start:stop] = sums.log() + greatest
            inverse[start:stop] = torch.where(sums > 0, 1 / sums, 0.0)
        ctx.save_for_backward(users.to(dtype), items.to(dtype), powers, inverse)
        return found

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        """Softmax times the incoming gradient, times items, users and 1."""
        users, items, powers, inverse = ctx.saved_tensors
        weight = (gradients[0] * inverse)[:, None]  # the softmax is powers * inverse
        of_users = (powers @ items).float() * weight if ctx.needs_input_grad[0] else None
        of_items = (powers.T @ (weight * users).to(powers.dtype)).float() if ctx.needs_input_grad[1] else None
        of_offset = (powers.T @ weight.to(powers.dtype)).float()[:, 0] if ctx.needs_input_grad[2] else None
        return of_users, of_items, of_offset, None, None, None


@contextmanager
def _fast_float32(dtype: torch.dtype) -> Iterator[None]:
    """Where training is in bfloat16, float32 matrix products by the library that bfloat16's are made by.

    With AMX it rounds what is multiplied to bfloat16, and sums in float32; with AVX-512 it stays exact, and is still
    some three times faster than the other one on processors that are not Intel's.
    """
    if dtype is not torch.bfloat16:
        yield
        return
    setting: Any = torch.backends.mkldnn.matmul  # type: ignore[attr-defined]
    before = setting.fp32_precision
    setting.fp32_precision = "bf16"
    try:
        yield
    finally:
        setting.fp32_precision = before


def hit_places(candidates: torch.Tensor, own: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Which pairs are accidental hits, as `learn.objective.accidental_hits` says of all pairs.

    Args:
        candidates: [K] int64 item indices; the same item may come several times.
        own: [P, T] int64, padded with -1: what is no negative for each of P users.

    Returns:
        Row and column of each, two [n] int64; a pair may come several times.
    """
    ordered, place = candidates.sort()
    wanted = own.flatten().contiguous()
    first = torch.searchsorted(ordered, wanted)
    # -1 is below every item, so that both bounds are 0: it is found nowhere.
    count = torch.searchsorted(ordered, wanted, right=True) - first
    rows = torch.arange(len(own), device=own.device).repeat_interleave(own.shape[1]).repeat_interleave(count)
    within = torch.arange(len(rows), device=own.device) - (count.cumsum(0) - count).repeat_interleave(count)
    return rows, place[first.repeat_interleave(count) + within]
