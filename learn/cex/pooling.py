"""From the last layer's token states to one vector per item (SPEC, section 2, step 2).

Legend: B texts, L tokens, D = D_llm. A mask's True is one of the text's own tokens, False is padding.
"""

from __future__ import annotations

import torch

from learn.config import Pooling


def pool(states: torch.Tensor, mask: torch.Tensor, how: Pooling) -> torch.Tensor:
    """[B, D] float32: the mean over a text's tokens, or the state of its last one.

    Args:
        states: [B, L, D].
        mask: [B, L] bool, True = a token of this text; at least one True per row.
        how: mean (the paper's) or last.
    """
    states = states.float()
    if how is Pooling.LAST:
        places = torch.arange(mask.shape[1], device=mask.device)
        last = torch.where(mask, places, -1).argmax(dim=1)
        return states[torch.arange(len(states), device=mask.device), last]
    lengths = mask.sum(dim=1, keepdim=True)
    # Not a product with the mask: a padded position's state may be NaN, and NaN * 0 is NaN.
    return states.masked_fill(~mask[..., None], 0.0).sum(dim=1) / lengths
