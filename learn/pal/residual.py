"""The residual content path: beside what PAL says, how alike the texts are as the frozen LLM read them.

A score is then scale x cosine(PAL) + strength x cosine(mean content of the history, content of the item). Frozen texts,
averaged, are a strong start where there is little to learn from: a new item, few people, a catalogue of other products.
Nothing of it is trained; the strength is chosen on validation (`learn.training.residual`): trained together with PAL it
was worth less. Not in the paper.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from learn.config import Inputs, PALConfig
from learn.pal.preprocessing import ContentPreprocessing


def has_residual(config: PALConfig) -> bool:
    """Whether towers of ``config`` have a residual content path: it is asked for, and they read texts."""
    return config.residual and config.inputs is not Inputs.ID


class ContentResidual(nn.Module):
    """Users and items as their prepared content, and one strength.

    Args:
        content_size: D_llm; of rows that hold more (a trained ID) the first D_llm numbers are read.
        config: its half-life, and whether content is whitened apart.

    Attributes:
        strength: a scalar, what the cosine is multiplied by; 0 until it is chosen.
    """

    strength: torch.Tensor
    turn: torch.Tensor | None
    shift: torch.Tensor | None

    def __init__(self, content_size: int, config: PALConfig) -> None:
        super().__init__()
        self.content_size, self.half_life = content_size, config.residual_half_life
        self.register_buffer("strength", torch.zeros(()))
        apart = config.residual_whitening
        self.register_buffer("turn", torch.eye(content_size) if apart else None)
        self.register_buffer("shift", torch.zeros(content_size) if apart else None)

    def items(self, rows: torch.Tensor) -> torch.Tensor:
        """[..., D_in] -> [..., D_llm] content at length 1."""
        content = rows[..., : self.content_size]
        if self.turn is not None and self.shift is not None:
            content = content @ self.turn + self.shift
        return functional.normalize(content, dim=-1)

    def whiten_apart(self, read: ContentPreprocessing, own: ContentPreprocessing) -> None:
        """From rows that ``read`` prepared, `items` makes from now on what ``own`` makes of the same content.

        Args:
            read: what PAL reads; own: both with a matrix.
        """
        assert read.matrix is not None and own.matrix is not None
        assert self.turn is not None and self.shift is not None
        turn = np.linalg.solve(read.matrix.astype(np.float64), own.matrix.astype(np.float64))
        shift = (read.mean.astype(np.float64) - own.mean) @ own.matrix
        self.turn.copy_(torch.as_tensor(turn))
        self.shift.copy_(torch.as_tensor(shift))

    def users(self, rows: torch.Tensor, log_weights: torch.Tensor | None = None) -> torch.Tensor:
        """[B, H, D_in] histories -> [B, H, D_llm] the mean of the items up to each position, at length 1.

        An event counts half as much as one that is ``residual_half_life`` events later.

        Args:
            log_weights: [B, H] log of a further weight of each event, as of `learn.pal.encoder.PAL.hidden`.
        """
        items, length = self.items(rows), rows.shape[1]
        place = torch.arange(length, device=rows.device, dtype=torch.float32)
        age = place[:, None] - place
        weights = torch.where(age >= 0, 0.5 ** (age / self.half_life), 0.0)  # [H, H]
        if log_weights is not None:
            weights = weights * log_weights.exp()[:, None, :]
        return functional.normalize(torch.matmul(weights.to(items.dtype), items).float(), dim=-1)

    def last(self, rows: torch.Tensor, kept: Sequence[np.ndarray]) -> torch.Tensor:
        """[P, D_llm] `users` at the last position of each of P shortened sequences, as
        `learn.pal.leave_out.last_embeddings` has them of PAL.

        Args:
            rows: [L, D_in] the whole sequence.
            kept: P times the increasing positions, among 0..L-1, that are left; at least one each.
        """
        weights = np.zeros((len(kept), len(rows)), dtype=np.float32)
        for number, one in enumerate(kept):
            weights[number, one] = 0.5 ** ((len(one) - 1 - np.arange(len(one))) / self.half_life)
        return functional.normalize(torch.as_tensor(weights, device=rows.device) @ self.items(rows).float(), dim=-1)
