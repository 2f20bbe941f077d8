"""Vectors brought to length 1, with a gradient of half the passes that torch's own takes over memory."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional

LEAST = 1e-12
"""A shorter vector is divided by this."""


def unit_length(x: torch.Tensor) -> torch.Tensor:
    """[..., d] -> [..., d] float32 of length 1; as `torch.nn.functional.normalize`."""
    if torch.is_grad_enabled() and x.requires_grad:
        return _UnitLength.apply(x)
    return functional.normalize(x.float(), dim=-1)


class _UnitLength(torch.autograd.Function):
    """y = x / |x|; the gradient is (g - y (y . g)) / |x|."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        """See `unit_length`."""
        values = x.float()
        inverse = 1 / torch.linalg.vector_norm(values, dim=-1, keepdim=True).clamp_min_(LEAST)
        unit = values * inverse
        ctx.save_for_backward(unit, inverse)
        ctx.dtype = x.dtype
        return unit

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> torch.Tensor:
        """Of ``x``, in its type."""
        unit, inverse = ctx.saved_tensors
        along = torch.linalg.vecdot(gradients[0], unit).unsqueeze(-1)
        return torch.addcmul(gradients[0], unit, along, value=-1).mul_(inverse).to(ctx.dtype)
