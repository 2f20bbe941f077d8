"""User tower and item tower around one PAL; the item tower's variants (a), (b) and (c) are chosen by `ItemTower`.

To change the item tower, change this file: add a member to `learn.config.ItemTower` and a function to `ITEM_TOWERS`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from learn.config import Config, ItemTower
from learn.pal.encoder import PAL
from learn.pal.inputs import ItemInputs
from learn.pal.popularity_bias import PopularityBias


def embed_sequence(pal: PAL, content: torch.Tensor) -> torch.Tensor:
    """(a): causal PAL over the target sequence; [B, T, D_llm] -> [B, T, D_out]. Each target sees those before it."""
    return pal(content, causal=True)


def embed_each(pal: PAL, content: torch.Tensor) -> torch.Tensor:
    """(b): PAL where each target attends to itself only; [B, T, D_llm] -> [B, T, D_out].

    Written as sequences of one: the same numbers as under `learn.pal.masks.self_mask`, without the wasted pairs.
    """
    batch, length, width = content.shape
    return pal(content.reshape(batch * length, 1, width)).reshape(batch, length, -1)


def embed_content(pal: PAL, content: torch.Tensor) -> torch.Tensor:
    """(c): no PAL, the prepared content embedding itself at length 1; [B, T, D_llm] -> [B, T, D_llm]."""
    return functional.normalize(content.float(), dim=-1)


ITEM_TOWERS: dict[ItemTower, Callable[[PAL, torch.Tensor], torch.Tensor]] = {
    ItemTower.SEQUENCE: embed_sequence,
    ItemTower.ITEM: embed_each,
    ItemTower.CONTENT: embed_content,
}


class Towers(nn.Module):
    """Both towers on shared weights, the temperature, and the optional popularity prior.

    s(user, item) = scale * cosine + prior(item); at inference every variant embeds a *single* item. What the methods
    take are rows of ``inputs``: [..., D_in], prepared content ([..., D_llm]) where items are read by their text.

    Args:
        content_size: D_llm.
        known: [N] bool, items with a training interaction; not needed where items are read by their text.
        models: where bundled LLMs are kept, see `PAL`.
    """

    def __init__(
        self, content_size: int, config: Config, known: torch.Tensor | None = None, models: Path | None = None
    ) -> None:
        super().__init__()
        self.variant = config.pal.item_tower
        self.inputs = ItemInputs(content_size, torch.zeros(0, dtype=torch.bool) if known is None else known, config.pal)
        size = content_size if self.variant is ItemTower.CONTENT else None
        self.pal = PAL(self.inputs.width, config.pal, size, config.cex, models)
        self.prior_head = PopularityBias(self.inputs.width) if config.pal.popularity_prior else None
        self.log_scale = nn.Parameter(
            torch.tensor(-math.log(config.objective.temperature)), requires_grad=config.objective.learn_temperature
        )

    @property
    def scale(self) -> torch.Tensor:
        """1 / temperature, held to [1, 100]."""
        return self.log_scale.clamp(0.0, math.log(100.0)).exp()

    def users(self, content: torch.Tensor) -> torch.Tensor:
        """[B, H, D_in] history -> [B, H, D_out]: one user embedding per position, causal."""
        return self.pal(content, causal=True)

    def targets(self, content: torch.Tensor) -> torch.Tensor:
        """[B, T, D_in] target -> [B, T, D_out], as the variant sees a target in training."""
        return ITEM_TOWERS[self.variant](self.pal, content)

    def items(self, content: torch.Tensor) -> torch.Tensor:
        """[n, D_in] -> [n, D_out], each item alone: inference, and catalogue negatives."""
        return self.targets(content[:, None, :])[:, 0, :]

    def prior(self, content: torch.Tensor) -> torch.Tensor | None:
        """[..., D_in] -> [...] added to the items' scores, or None without a popularity prior."""
        return None if self.prior_head is None else self.prior_head(content)
