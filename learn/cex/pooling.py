"""From the last layer's token states to one vector per item (SPEC, section 2, step 2).

Legend: B texts, L tokens, D = D_llm. A mask's True is a real token, False is padding (always on the right).
"""

from __future__ import annotations

import torch

from learn.config import Pooling


def pool(
    states: torch.Tensor,
    mask: torch.Tensor,
    how: Pooling,
    prefix_sum: torch.Tensor | None = None,
    prefix_length: int = 0,
) -> torch.Tensor:
    """[B, D] float32 from ``states`` [B, L, D] and ``mask`` [B, L] bool.

    Args:
        states: hidden states of the tokens after a shared prefix (of all tokens without one).
        mask: True = real token; at least one True per row.
        how: the mean over all real tokens, or the last real token's state.
        prefix_sum: [D] float32, the sum of the shared prefix's states; it joins the mean.
        prefix_length: tokens of that prefix.
    """
    states = states.float()
    if how is Pooling.LAST:
        last = mask.sum(dim=1) - 1
        return states[torch.arange(len(states), device=states.device), last]
    # Not a product with the mask: a padded position's state may be NaN, and NaN * 0 is NaN.
    total = states.masked_fill(~mask[..., None], 0.0).sum(dim=1)
    if prefix_sum is not None:
        total = total + prefix_sum
    return total / (mask.sum(dim=1, keepdim=True) + prefix_length)
