"""What the towers read of an item: its prepared content embedding, a trained ID embedding, or both (Table 6)."""

from __future__ import annotations

import torch
from torch import nn

from learn.config import Inputs, PALConfig

UNKNOWN = -1
"""In place of an item index: an item that training never met. It is read by its text alone."""


class ItemInputs(nn.Module):
    """Rows of content and item indices -> what PAL projects.

    Args:
        content_size: D_llm.
        known: [N] bool, items with a training interaction: the others have no ID embedding, as nothing could train it.
    """

    known: torch.Tensor

    def __init__(self, content_size: int, known: torch.Tensor, config: PALConfig) -> None:
        super().__init__()
        self.kind, self.id_dropout = config.inputs, config.id_dropout
        self.width = {
            Inputs.TEXT: content_size,
            Inputs.ID: config.id_size,
            Inputs.TEXT_AND_ID: content_size + config.id_size,
        }[self.kind]
        if self.kind is not Inputs.TEXT:
            self.ids = nn.Embedding(len(known), config.id_size)
            nn.init.normal_(self.ids.weight, std=config.id_size**-0.5)
            self.register_buffer("known", known.clone())

    def forward(self, content: torch.Tensor, items: torch.Tensor) -> torch.Tensor:
        """[..., D_llm] prepared content and [...] int64 item indices (or `UNKNOWN`) -> [..., D_in]."""
        if self.kind is Inputs.TEXT:
            return content
        row = items.clamp(0, len(self.known) - 1)
        kept = self.known[row] & (items == row)  # neither `UNKNOWN` nor of an item that came after training
        if self.training and self.id_dropout and self.kind is Inputs.TEXT_AND_ID:
            kept = kept & (torch.rand(kept.shape, device=kept.device) >= self.id_dropout)
        ids = self.ids(row) * kept[..., None]
        return ids if self.kind is Inputs.ID else torch.cat([content, ids.to(content.dtype)], dim=-1)
