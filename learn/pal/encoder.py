"""PAL, the preference alignment module, bottom up: rotary positions, attention, block, module (SPEC, section 3).

Shapes: B sequences of length L; D hidden size, A heads, D_llm content size, D_out output size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from learn.config import Backbone, CEXConfig, PALConfig
from learn.pal.dropout import Dropout
from learn.pal.lora import llm_blocks
from learn.pal.masks import weighted_causal_mask
from learn.pal.unit_length import unit_length


def rotate_by_position(x: torch.Tensor) -> torch.Tensor:
    """Rotary positions (RoFormer, arXiv 2104.09864): attention then depends on distances, not on absolute places.

    So a single item embeds alike wherever it stands, and a history may be longer than any seen in training.

    Args:
        x: [B, A, L, D/A] queries or keys; D/A even.
    """
    length, width = x.shape[-2:]
    rates = 10_000.0 ** (-torch.arange(0, width, 2, device=x.device, dtype=torch.float32) / width)
    angles = torch.arange(length, device=x.device, dtype=torch.float32)[:, None] * rates
    cosine, sine = angles.cos().to(x.dtype), angles.sin().to(x.dtype)  # [L, D/A/2]
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack([even * cosine - odd * sine, even * sine + odd * cosine], dim=-1).flatten(-2)


class Attention(nn.Module):
    """Multi-head self-attention under a mask where True means "may attend"."""

    def __init__(self, config: PALConfig) -> None:
        super().__init__()
        self.num_heads = config.num_heads
        self.dropout = config.dropout
        self.query_key_value = nn.Linear(config.hidden_size, 3 * config.hidden_size)
        # An average of many nearly orthogonal values is short: without a norm the position's own item drowns it.
        self.norm_mixed = nn.LayerNorm(config.hidden_size)
        self.output = nn.Linear(config.hidden_size, config.hidden_size)

    def forward(self, x: torch.Tensor, causal: bool, log_weights: torch.Tensor | None = None) -> torch.Tensor:
        """[B, L, D] -> [B, L, D]; ``log_weights``: see `PAL.hidden`."""
        batch, length, width = x.shape
        if length == 1 and log_weights is None:  # one key: its weight is 1, so attention is the value itself
            own = self.query_key_value
            return self.output(self.norm_mixed(functional.linear(x, own.weight[2 * width :], own.bias[2 * width :])))
        query, key, value = (
            self.query_key_value(x)
            .view(batch, length, 3, self.num_heads, width // self.num_heads)
            .permute(2, 0, 3, 1, 4)
        )  # each [B, A, L, D/A]
        query, key = rotate_by_position(query), rotate_by_position(key)
        dropout = self.dropout if self.training else 0.0
        mask = None if log_weights is None else weighted_causal_mask(log_weights)
        is_causal = causal and mask is None
        if x.device.type == "cpu":
            # On a processor, the gradient of attention is several times slower in bfloat16 than in float32.
            with torch.autocast("cpu", enabled=False):
                mixed = functional.scaled_dot_product_attention(
                    query.float(), key.float(), value.float(), mask, dropout, is_causal
                ).to(value.dtype)
        else:
            mask = None if mask is None else mask.to(query.dtype)
            mixed = functional.scaled_dot_product_attention(query, key, value, mask, dropout, is_causal)
        return self.output(self.norm_mixed(mixed.transpose(1, 2).reshape(batch, length, width)))


class Block(nn.Module):
    """Pre-norm transformer layer."""

    def __init__(self, config: PALConfig) -> None:
        super().__init__()
        self.norm_attention = nn.LayerNorm(config.hidden_size)
        self.attention = Attention(config)
        self.norm_feed_forward = nn.LayerNorm(config.hidden_size)
        self.feed_forward = nn.Sequential(
            nn.Linear(config.hidden_size, config.feed_forward_size),
            nn.GELU(),
            nn.Linear(config.feed_forward_size, config.hidden_size),
        )
        self.dropout = Dropout(config.dropout)

    def forward(self, x: torch.Tensor, causal: bool, log_weights: torch.Tensor | None = None) -> torch.Tensor:
        """[B, L, D] -> [B, L, D]; ``log_weights``: see `PAL.hidden`."""
        x = x + self.dropout(self.attention(self.norm_attention(x), causal, log_weights))
        return x + self.dropout(self.feed_forward(self.norm_feed_forward(x)))


def own_blocks(config: PALConfig, cex: CEXConfig, models: Path | None) -> tuple[int, Iterable[nn.Module]]:
    """(D, blocks) of PAL's own transformer."""
    # Made as they are asked for: a seed gives the weights that it gave before there was a choice.
    return config.hidden_size, (Block(config) for _ in range(config.num_layers))


BACKBONES: dict[Backbone, Callable[[PALConfig, CEXConfig, Path | None], tuple[int, Iterable[nn.Module]]]] = {
    Backbone.OWN: own_blocks,
    Backbone.LLM_LORA: llm_blocks,
}


class PAL(nn.Module):
    """Content projection, transformer (one of `BACKBONES`), linear layer to D_out; the output has length 1.

    Sequences are padded on the right. Under the causal mask no position sees what follows it, so padding needs no mask
    of its own: it changes no real position's output.

    Args:
        content_size: D_llm.
        config: widths and depth.
        output_size: D_out; None takes the configuration's.
        cex: the LLM whose layers a backbone may be.
        models: where converted bundled LLMs are kept; needed where a backbone is one.
    """

    def __init__(
        self,
        content_size: int,
        config: PALConfig,
        output_size: int | None = None,
        cex: CEXConfig | None = None,
        models: Path | None = None,
    ) -> None:
        super().__init__()
        width, blocks = BACKBONES[config.backbone](config, cex or CEXConfig(), models)
        self.content_projection = nn.Linear(content_size, width)
        self.content_dropout = Dropout(config.dropout)
        self.blocks = nn.ModuleList(blocks)
        self.norm = nn.LayerNorm(width)
        self.output = nn.Linear(width, output_size or config.output_size)

    def hidden(
        self, content: torch.Tensor, causal: bool = True, log_weights: torch.Tensor | None = None
    ) -> torch.Tensor:
        """[B, L, D_llm] prepared content embeddings -> [B, L, D] last hidden states.

        Args:
            content: the sequences.
            causal: whether a position attends to itself and those before it only.
            log_weights: [B, L] float, added to the logits of all attention to each position, so that attention to it is
                multiplied by a weight (`learn.pal.masks.weighted_causal_mask`); causal only. None: every weight is 1.
        """
        if log_weights is not None and not causal:
            raise ValueError("positions are weighted under the causal mask only: causal must be True")
        x = self.content_dropout(self.content_projection(content))
        for block in self.blocks:
            x = block(x, causal, log_weights)
        return self.norm(x)

    def forward(
        self, content: torch.Tensor, causal: bool = True, log_weights: torch.Tensor | None = None
    ) -> torch.Tensor:
        """[B, L, D_llm] prepared content embeddings -> [B, L, D_out] embeddings of length 1; arguments as `hidden`."""
        return unit_length(self.output(self.hidden(content, causal, log_weights)))
