"""User tower and item tower around one PAL; which item tower is chosen by its code in `learn.item_towers`."""

from __future__ import annotations

import math
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from learn.config import Config
from learn.errors import LearnError
from learn.item_towers import ITEM_TOWERS
from learn.pal.encoder import PAL
from learn.pal.inputs import ItemInputs
from learn.pal.popularity_bias import PopularityBias
from learn.pal.residual import ContentResidual, has_residual

TOLERANCE = 0.01
"""What is no difference between two embeddings of length 1, number by number."""


class Towers(nn.Module):
    """Both towers on shared weights, the temperature, and the optional popularity bias and residual content path.

    s(user, item) = scale * cosine + popularity bias(item) + residual; at inference every variant embeds a *single*
    item. What the methods take are rows of ``inputs``: [..., D_in], prepared content ([..., D_llm]) where items are
    read by text.

    Args:
        content_size: D_llm.
        known: [N] bool, items with a training interaction; not needed where items are read by their text.
        models: where bundled LLMs are kept, see `PAL`.

    Attributes:
        item_tower: the entry of `learn.item_towers.ITEM_TOWERS` that embeds the items.
    """

    def __init__(
        self, content_size: int, config: Config, known: torch.Tensor | None = None, models: Path | None = None
    ) -> None:
        super().__init__()
        self.item_tower = ITEM_TOWERS[config.pal.item_tower]
        self.inputs = ItemInputs(content_size, torch.zeros(0, dtype=torch.bool) if known is None else known, config.pal)
        size = None if self.item_tower.own_vectors else content_size
        self.pal = PAL(self.inputs.width, config.pal, size, config.cex, models)
        self.prior_head = PopularityBias(self.inputs.width) if config.pal.popularity_bias else None
        self.residual = ContentResidual(content_size, config.pal) if has_residual(config.pal) else None
        self.log_scale = nn.Parameter(
            torch.tensor(-math.log(config.objective.temperature)), requires_grad=config.objective.learn_temperature
        )

    @property
    def scale(self) -> torch.Tensor:
        """1 / temperature, held to [1, 100]."""
        return self.log_scale.clamp(0.0, math.log(100.0)).exp()

    def users(self, content: torch.Tensor, log_weights: torch.Tensor | None = None) -> torch.Tensor:
        """[B, H, D_in] history -> [B, H, D_out]: one user embedding per position, causal.

        Args:
            log_weights: [B, H] on attention to each position, see `PAL.hidden`; None: every weight is 1.
        """
        return self.pal(content, causal=True, log_weights=log_weights)

    def targets(self, content: torch.Tensor) -> torch.Tensor:
        """[B, T, D_in] target -> [B, T, D_out], as the item tower sees a target in training."""
        return self.item_tower.embed(self.pal, content)

    def items(self, content: torch.Tensor) -> torch.Tensor:
        """[n, D_in] -> [n, D_out], each item alone: inference, and catalogue negatives."""
        return self.targets(content[:, None, :])[:, 0, :]

    def popularity_bias(self, content: torch.Tensor) -> torch.Tensor | None:
        """[..., D_in] -> [...] added to the items' scores, or None without a popularity bias."""
        return None if self.prior_head is None else self.prior_head(content)

    # What is served: vectors whose plain inner product is the score.

    @property
    def user_width(self) -> int:
        """How many numbers `user_parts` has."""
        return self.pal.output.out_features + (0 if self.residual is None else self.residual.content_size)

    def user_parts(self, content: torch.Tensor, log_weights: torch.Tensor | None = None) -> torch.Tensor:
        """[B, H, D_in] -> [B, H, `user_width`] `users`, and behind them the residual's: both of length 1."""
        users = self.users(content, log_weights)
        if self.residual is None:
            return users
        return torch.cat([users, self.residual.users(content, log_weights).to(users.dtype)], dim=-1)

    def served_users(self, parts: torch.Tensor) -> torch.Tensor:
        """[..., `user_width`] sums of `user_parts` -> [..., d] each at length 1 again, times what it counts.

        A last dimension of 1 takes the popularity bias, where there is one and some history. Where items are their
        content, both parts meet it: they are added up.
        """
        width = self.pal.output.out_features
        users = functional.normalize(parts[..., :width], dim=-1) * self.scale
        if self.residual is not None:
            texts = functional.normalize(parts[..., width:], dim=-1) * self.residual.strength
            users = torch.cat([users, texts], dim=-1) if self.item_tower.own_vectors else users + texts
        if self.prior_head is None:
            return users
        return torch.cat([users, parts.ne(0).any(dim=-1, keepdim=True).to(users.dtype)], dim=-1)

    def served_items(self, content: torch.Tensor) -> torch.Tensor:
        """[n, D_in] -> [n, d] each item alone, what the residual reads of it, and its popularity bias."""
        parts, bias = [self.items(content)], self.popularity_bias(content)
        if self.residual is not None and self.item_tower.own_vectors:
            parts.append(self.residual.items(content).to(parts[0].dtype))
        return torch.cat(parts if bias is None else [*parts, bias[:, None]], dim=1)

    @torch.no_grad()
    def check_item_tower(self, content: torch.Tensor, items: torch.Tensor) -> None:
        """Whether the item tower does what its entry says, tried on a few items; no random number is drawn.

        Training trusts the entry: a tower that reads context unsaid would be trained on other embeddings than it makes.

        Args:
            content: [n, D_llm] prepared content of different items, n at least 2.
            items: [n] int64, their indices.

        Raises:
            LearnError: its embeddings have another shape or length than they should, or depend on what follows a
                target, or, unsaid, on those before it.
        """
        was_training = self.training
        self.eval()
        rows = self.inputs(content, items)
        together, alone = self.targets(rows[None])[0].float(), self.items(rows).float()
        padded = self.targets(torch.cat([rows, rows.flip(0)])[None])[0, : len(rows)].float()
        self.train(was_training)
        code, shape = self.item_tower.code, (len(rows), self.pal.output.out_features)
        lengths = together.norm(dim=-1)
        if together.shape != shape or _differ(lengths, torch.ones_like(lengths)):
            raise LearnError(
                f"Item tower {code!r} makes embeddings of shape {tuple(together.shape)} and length "
                f"{lengths.mean():.3f}; shape {shape} and length 1 are needed.",
                "Mend the function of its entry in learn.item_towers.",
            )
        if _differ(padded, together):
            raise LearnError(
                f"Item tower {code!r} reads what follows a target, where shorter targets of a batch are padded.",
                "Let the function of its entry in learn.item_towers read a target and those before it alone.",
            )
        if not self.item_tower.reads_context and _differ(together, alone):
            raise LearnError(
                f"Item tower {code!r} says that it embeds each target by itself, yet the others change its embeddings.",
                "Give its entry in learn.item_towers reads_context=True.",
            )


def _differ(one: torch.Tensor, other: torch.Tensor) -> bool:
    """Whether two tensors of one shape differ by more than rounding, in whatever precision they were computed."""
    return bool((one - other).abs().max() > TOLERANCE)
