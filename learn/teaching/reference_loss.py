"""The dense all-action loss as the paper (section 3.4) defines it:
plain Python loops over users, positions and negatives, one number at a time.

For reading, and as the oracle that `learn.objective` is tested against. It is hundreds of times slower.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch


def loss_by_loops(
    user_emb: torch.Tensor,
    item_emb: torch.Tensor,
    item_ids: Sequence[Sequence[int]],
    own_targets: Sequence[Sequence[int]],
    scale: float,
    catalogue_emb: Sequence[torch.Tensor] = (),
    catalogue_ids: Sequence[int] = (),
    log_expected: Mapping[int, float] | None = None,
    bias: Mapping[int, float] | None = None,
) -> float:
    """Mean over users i, history positions j and targets k of -log( exp s_ijk / (exp s_ijk + negatives_ij) ).

    Args:
        user_emb: [B, N_h, d]; item_emb: [B, N_t, d].
        item_ids: [B, N_t] which item each target is.
        own_targets: per user, the items that are no negatives for them.
        scale: 1 / temperature.
        catalogue_emb, catalogue_ids: negatives beside the batch's targets.
        log_expected: item -> log of how often it is expected among the negatives (log-Q correction); None: none.
        bias: item -> a number added to its score; None: none.
    """
    bias = bias or {}
    negatives = [
        (embedding, int(item))
        for row, items in zip(item_emb, item_ids, strict=True)
        for embedding, item in zip(row, items, strict=True)
    ]
    negatives += [(embedding, int(item)) for embedding, item in zip(catalogue_emb, catalogue_ids, strict=True)]
    losses = []
    for i in range(len(user_emb)):
        own = {int(item) for item in own_targets[i]}
        for j in range(user_emb.shape[1]):
            negatives_sum = 0.0
            for embedding, item in negatives:
                if item in own:
                    continue  # an accidental hit, or a target of their own
                score = scale * float(user_emb[i, j] @ embedding) + bias.get(item, 0.0)
                negatives_sum += math.exp(score - (log_expected[item] if log_expected is not None else 0.0))
            for k in range(item_emb.shape[1]):
                score = scale * float(user_emb[i, j] @ item_emb[i, k]) + bias.get(int(item_ids[i][k]), 0.0)
                losses.append(-math.log(math.exp(score) / (math.exp(score) + negatives_sum)))
    return sum(losses) / len(losses)
