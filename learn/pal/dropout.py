"""Dropout from 16 random bits a number: a processor draws them several times faster than torch's own."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

_VALUES = 2**16


def keep_mask(x: torch.Tensor, rate: float) -> torch.Tensor:
    """0 or 1 / (1 - rate) for every number of ``x`` (its shape and type), of torch's random state.

    The rate is rounded to a 65,536th.
    """
    dropped = round(rate * _VALUES)
    if dropped >= _VALUES:
        return torch.zeros_like(x)
    words = torch.empty(-(-x.numel() // 4), dtype=torch.int64).random_(-(2**63), None)
    kept = words.view(torch.int16)[: x.numel()].view(x.shape) >= dropped - _VALUES // 2
    return kept.to(x.dtype).mul_(_VALUES / (_VALUES - dropped))


class Dropout(nn.Module):
    """As torch's, element by element."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[...] -> [...]; unchanged outside training."""
        if not self.training or not self.rate:
            return x
        if x.device.type != "cpu":
            return functional.dropout(x, self.rate)
        return x * keep_mask(x, self.rate)
