"""A decoder of Llama's kind, computed with as few passes over memory as can be (on a processor).

What `transformers` computes of a batch, computed otherwise: the tokens that all its texts begin with are one more short
text, read once; q, k and v are one matrix product, gate and up another; the weights of a norm are part of the matrix
behind it. Nothing is masked but the future: what is behind a text's end is not seen by any of its own tokens.

Legend: B texts, P tokens that all begin with, L others of the longest, T = P + B * L rows, D = D_llm, F the width
inside a layer, H heads of width W in K groups that share keys and values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.functional import linear, silu

from learn.cex.forward import token_states
from learn.cex.probe import FAILS, ROUNDING, same_states

_LEAST_SHARED = 4
"""Fewer common tokens are not worth a text of their own."""
_MOST_WEIGHTS = 1 << 29
"""Of a larger model a second copy of most matrices would take too much memory, and its products take nearly all the
time whichever way they are called."""
_ROPES = ("default", "linear", "llama3")
"""Ways to turn by place that do not depend on how long a text is."""


@dataclass(frozen=True)
class _Layer:
    """One layer's weights: inward [(H + 2K) W, D], out [D, H W], gate_up [2F, D], down [D, F]."""

    inward: torch.Tensor
    out: torch.Tensor
    gate_up: torch.Tensor
    down: torch.Tensor


class LeanDecoder:
    """The states of a decoder whose weights are ``model``'s.

    Args:
        model: a LlamaModel of transformers, on the processor (`lean_decoder` looks whether it may be one).
    """

    def __init__(self, model: Any) -> None:
        config = model.config
        self._model = model
        self._heads, self._groups = config.num_attention_heads, config.num_key_value_heads
        self._width = model.layers[0].self_attn.head_dim
        self._epsilon = float(config.rms_norm_eps)
        self._layers = [self._joined(layer) for layer in model.layers]

    @torch.inference_mode()
    def states(self, texts: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """(states [B, P + L, D], mask [B, P + L] bool, True = a text's own token) of token lists."""
        shared = shared_tokens(texts)
        longest = max(map(len, texts)) - shared
        tokens = torch.zeros(len(texts), longest, dtype=torch.long)
        mask = torch.zeros(len(texts), shared + longest, dtype=torch.bool)
        for row, text in enumerate(texts):
            tokens[row, : len(text) - shared] = torch.tensor(text[shared:])
            mask[row, : len(text)] = True
        first = torch.tensor(texts[0][:shared], dtype=torch.long)
        x = self._model.embed_tokens(torch.cat([first, tokens.flatten()]))
        angles = self._angles(x, shared, longest, len(texts))
        future = torch.full((shared + longest, shared + longest), -torch.inf, dtype=x.dtype).triu(1)
        repeats = self._heads // self._groups
        futures = (future[:shared, :shared].repeat(repeats, 1), future[shared:].repeat(repeats, 1))
        for layer in self._layers:
            self._step(x, layer, angles, futures, shared, len(texts))
        x = self._model.norm(x)
        own = x[shared:].view(len(texts), longest, -1)
        if not shared:
            return own, mask
        return torch.cat([x[:shared].expand(len(texts), -1, -1), own], dim=1), mask

    def _step(
        self,
        x: torch.Tensor,
        layer: _Layer,
        angles: tuple[torch.Tensor, torch.Tensor],
        futures: tuple[torch.Tensor, torch.Tensor],
        shared: int,
        texts: int,
    ) -> None:
        """One layer, in place on ``x`` [T, D]."""
        both = linear(self._normal(x), layer.inward)
        turned = self._turned(both, *angles)
        values = both[:, -self._groups * self._width :].view(len(x), self._groups, self._width)
        x += linear(self._attended(turned, values, futures, shared, texts), layer.out)
        half = layer.down.shape[1]
        opened = linear(self._normal(x), layer.gate_up)
        x += linear(silu(opened[:, :half], inplace=True).mul_(opened[:, half:]), layer.down)

    def _normal(self, x: torch.Tensor) -> torch.Tensor:
        """[T, D] each row over its root mean square."""
        sizes = torch.linalg.vector_norm(x, dim=1, keepdim=True, dtype=torch.float32)
        return x * (sizes.square() / x.shape[1] + self._epsilon).rsqrt().to(x.dtype)

    def _turned(self, both: torch.Tensor, cosines: torch.Tensor, sines: torch.Tensor) -> torch.Tensor:
        """[T, H + K, W] queries and keys, turned by their places."""
        heads, half = self._heads + self._groups, self._width // 2
        first, second = both[:, : heads * self._width].view(len(both), 2, heads, half).unbind(1)
        turned = both.new_empty(len(both), heads, self._width)
        torch.mul(first, cosines, out=turned[..., :half]).addcmul_(second, sines, value=-1)
        torch.mul(second, cosines, out=turned[..., half:]).addcmul_(first, sines)
        return turned

    def _attended(
        self,
        turned: torch.Tensor,
        values: torch.Tensor,
        futures: tuple[torch.Tensor, torch.Tensor],
        shared: int,
        texts: int,
    ) -> torch.Tensor:
        """[T, H W] what every row sees: the shared tokens of one another, the others of those and of their text."""
        queries, keys = turned[:, : self._heads], turned[:, self._heads :]
        seen = []
        if shared:
            one = self._attend(queries[None, :shared], keys[None, :shared], values[None, :shared], futures[0])
            seen.append(one.flatten(0, 1))
        own = [part[shared:].view(texts, -1, *part.shape[1:]) for part in (queries, keys, values)]
        if shared:
            own[1:] = [
                torch.cat([part[:shared].expand(texts, *part[:shared].shape), mine], dim=1)
                for part, mine in zip((keys, values), own[1:], strict=True)
            ]
        seen.append(self._attend(own[0], own[1], own[2], futures[1]).flatten(0, 1))
        return torch.cat(seen) if shared else seen[0]

    def _attend(
        self, queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, future: torch.Tensor
    ) -> torch.Tensor:
        """[B, L, H W] from queries [B, L, H, W], keys and values [B, S, K, W].

        ``future`` [L H / K, S] is added to the scores: 0, or minus infinity where a token would see a later one.
        """
        texts, length, _, width = queries.shape
        shape = (texts, length, self._groups, -1, width)
        queries = queries.view(shape).permute(0, 2, 3, 1, 4).reshape(texts * self._groups, -1, width)
        keys = keys.permute(0, 2, 3, 1).reshape(texts * self._groups, width, -1)
        values = values.transpose(1, 2).reshape(texts * self._groups, -1, width)
        scores = torch.bmm(queries, keys)
        scores.view(len(scores), -1).add_(future.flatten())  # long rows: one pass without remainders
        seen = torch.bmm(torch.softmax(scores, dim=-1), values)
        return seen.view(texts, self._heads, length, width).transpose(1, 2).reshape(texts, length, -1)

    def _angles(self, x: torch.Tensor, shared: int, longest: int, texts: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Cosines and sines [T, 1, W / 2] of every row's place."""
        places = torch.arange(shared + longest)
        rows = torch.cat([places[:shared], places[shared:].repeat(texts)])
        found = self._model.rotary_emb(x, places[None])
        return tuple(part[0, rows, None, : self._width // 2].contiguous() for part in found)

    def _joined(self, layer: Any) -> _Layer:
        """A layer's matrices with the norms' weights in them, computed in float32.

        Of queries and keys all first halves of heads stand before all second halves, as `_turned` takes them; queries
        are divided by the square root of W.
        """
        attention, dtype = layer.self_attn, layer.mlp.down_proj.weight.dtype
        before, behind = layer.input_layernorm.weight.float(), layer.post_attention_layernorm.weight.float()
        turned = torch.cat([attention.q_proj.weight.float() * attention.scaling, attention.k_proj.weight.float()])
        halves = turned.view(self._heads + self._groups, 2, self._width // 2, -1).transpose(0, 1).reshape(turned.shape)
        inward = torch.cat([halves, attention.v_proj.weight.float()]) * before
        gate_up = torch.cat([layer.mlp.gate_proj.weight.float(), layer.mlp.up_proj.weight.float()]) * behind
        return _Layer(inward.to(dtype), attention.o_proj.weight, gate_up.to(dtype), layer.mlp.down_proj.weight)


def shared_tokens(texts: Sequence[Sequence[int]]) -> int:
    """How many tokens all ``texts`` begin with, each of them longer than that; 0 where too few to be worth it."""
    if len(texts) < 2:
        return 0
    first, last = min(texts, key=list), max(texts, key=list)
    most = min(map(len, texts)) - 1
    count = next((at for at in range(most) if first[at] != last[at]), most)
    return count if count >= _LEAST_SHARED else 0


def lean_decoder(model: Any, words: Sequence[int], pad: int) -> LeanDecoder | None:
    """``model`` as a `LeanDecoder`; None where it is of another kind, or where the two do not read alike.

    Args:
        model: of transformers, in evaluation mode.
        words: token ids of any text.
        pad: the id that stands for nothing.
    """
    if not _is_known(model):
        return None
    texts = [[*words[:6], *words[3:]], [*words[:6], *words[::-1], *words], list(words[:8])]
    try:
        lean = LeanDecoder(model)
        for some in (texts, texts[1:2]):
            found, own = lean.states(some)
            with torch.inference_mode():
                expected = token_states(model, some, pad)[0]
            if not same_states(expected[own], found[own], ROUNDING[expected.dtype is torch.float32]):
                return None
    except FAILS:  # a model of this name may have other parts
        return None
    return lean


def _is_known(model: Any) -> bool:
    config = model.config
    parts = {"hidden_act": "silu", "attention_bias": False, "mlp_bias": False}
    rope = getattr(config, "rope_parameters", None) or {}
    return (
        type(model).__name__ == "LlamaModel"
        and next(model.parameters()).device.type == "cpu"
        and all(getattr(config, name, None) == value for name, value in parts.items())
        and rope.get("rope_type", "default") in _ROPES
        and sum(parameter.numel() for parameter in model.parameters()) <= _MOST_WEIGHTS
    )
