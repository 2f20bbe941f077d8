"""Who may see whom, and how much. In every bool mask True means "may attend"."""

from __future__ import annotations

import torch


def causal_mask(length: int, device: torch.device | None = None) -> torch.Tensor:
    """[length, length] bool: position i (row) may attend to positions 0..i (columns).

    The user tower's, and tower (a)'s over the target sequence.
    """
    return torch.ones(length, length, dtype=torch.bool, device=device).tril()


def self_mask(length: int, device: torch.device | None = None) -> torch.Tensor:
    """[length, length] bool: every position attends to itself only. Tower (b)'s."""
    return torch.eye(length, dtype=torch.bool, device=device)


def weighted_causal_mask(log_weights: torch.Tensor) -> torch.Tensor:
    """[B, L] log weights on positions -> [B, 1, L, L], to be added to the logits of causal attention.

    Attention to a position is multiplied by its weight and normalised again: at weight 1 (0 here) it is what it was, as
    the weight goes to 0 nobody hears of the position. A weight of 0 itself (-inf) would leave the first position
    nothing to attend to.
    """
    length = log_weights.shape[1]
    future = torch.full((length, length), -torch.inf, dtype=log_weights.dtype, device=log_weights.device).triu(1)
    return future + log_weights[:, None, None, :]
