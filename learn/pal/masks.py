"""Who may see whom. In every mask True means "may attend"."""

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
