"""Token ids through a transformers model: the one place that calls it.

Legend: B texts, L tokens of the longest, D = D_llm. A mask's True is one of the text's own tokens, False is padding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any

import torch


@dataclass(frozen=True)
class Template:
    """What a tokenizer puts around every text.

    Attributes:
        before, after: special tokens in front of the text's own and behind them.
        types: the token type of those before, of the text's own, of those after; None: all are 0, or there
            are none.
    """

    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    types: tuple[tuple[int, ...], int, tuple[int, ...]] | None = None

    def types_of(self, length: int) -> list[int]:
        """[length] token types of a text with its special tokens."""
        before, own, after = self.types or ((), 0, ())
        return [*before, *[own] * (length - len(before) - len(after)), *after][-length:]


NOTHING = Template()
"""No special tokens at all."""


def token_states(
    model: Any, texts: Sequence[Sequence[int]], pad: int = 0, template: Template | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """(states [B, L, D], mask [B, L] bool) of token lists; padding is on the right.

    What the model does not take (a mask, token types) is not given to it.
    """
    longest = max(map(len, texts))
    tokens = torch.full((len(texts), longest), pad, dtype=torch.long)
    types = torch.zeros(len(texts), longest, dtype=torch.long)
    mask = torch.zeros(len(texts), longest, dtype=torch.bool)
    for row, text in enumerate(texts):
        tokens[row, : len(text)] = torch.tensor(text)
        mask[row, : len(text)] = True
        if template and template.types:
            types[row, : len(text)] = torch.tensor(template.types_of(len(text)))
    device = next(model.parameters()).device
    takes = signature(model.forward).parameters
    more: dict[str, Any] = {"use_cache": False} if "use_cache" in takes else {}
    if "attention_mask" in takes:
        more["attention_mask"] = mask.long().to(device)
    if template and template.types and "token_type_ids" in takes:
        more["token_type_ids"] = types.to(device)
    states = model(input_ids=tokens.to(device), **more).last_hidden_state
    return states, mask.to(device)
