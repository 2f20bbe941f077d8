"""The popularity bias: a number per item, read from its text, so that an item nobody bought yet has one too.

Not in the paper. A cosine of 64 dimensions has to spend many epochs on learning what everybody buys; fitted first, in
seconds, it leaves the towers to learn what this user buys.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

HIDDEN_SIZE = 64
STEPS = 120
LEARNING_RATE = 3e-3


class PopularityBias(nn.Module):
    """How much people buy what reads like this, whoever they are: E^c -> one number added to the item's score."""

    def __init__(self, content_size: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(content_size, HIDDEN_SIZE), nn.GELU(), nn.Linear(HIDDEN_SIZE, 1))

    def forward(self, content: torch.Tensor) -> torch.Tensor:
        """[..., D_llm] -> [...]."""
        return self.layers(content).squeeze(-1).float()


def fit_popularity_bias(head: PopularityBias, content: torch.Tensor, counts: np.ndarray) -> float:
    """Fits softmax(bias) over the training-time items to their share of ``counts``: cross-entropy, full batch.

    Args:
        head: changed in place.
        content: [N, D_llm] prepared content embeddings.
        counts: [N] how many training users have each item; items with 0 take no part.

    Returns:
        The last cross-entropy, in nats.
    """
    known = torch.as_tensor(np.flatnonzero(counts), device=content.device)
    share = torch.as_tensor(counts / counts.sum(), device=content.device, dtype=torch.float32)[known]
    rows = content[known]
    optimizer = torch.optim.AdamW(head.parameters(), lr=LEARNING_RATE)
    for _ in range(STEPS):
        loss = -(share * head(rows).log_softmax(dim=0)).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()
