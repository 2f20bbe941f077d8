"""One pass of the frozen LLM over one batch of texts: padded, or as a token tree where that gives the same states."""

from __future__ import annotations

import inspect
from collections.abc import Sequence

import numpy as np
import torch

from learn.cex.batching import plan_batches
from learn.cex.llm import FrozenLLM
from learn.cex.pooling import pool
from learn.cex.token_tree import build_tree, plan_trees
from learn.config import CEXConfig, Pooling

TREE_TOKENS = 256
"""Measured on two processor cores: larger trees share more, but their states no longer fit the caches."""
_SAME = 0.999  # cosine; the two ways of reading differ by rounding only, which in bfloat16 is visible


class Reader:
    """Plans batches and reads them, with the settings of ``cex``."""

    def __init__(self, llm: FrozenLLM, cex: CEXConfig, use_tree: bool | None = None) -> None:
        self.llm, self.pooling = llm, cex.pooling
        self.token_budget = cex.token_budget
        self.use_tree = tree_is_exact(llm) if use_tree is None else use_tree

    def plan(self, texts: Sequence[Sequence[int]]) -> list[np.ndarray]:
        """Indices of the texts of each batch; the same texts give the same plan."""
        if self.use_tree:
            return plan_trees(texts, min(self.token_budget, TREE_TOKENS))
        return plan_batches([len(text) for text in texts], self.token_budget)

    def read(self, texts: Sequence[Sequence[int]]) -> np.ndarray:
        """[len(texts), D_llm] float32 content embeddings of token lists."""
        with torch.inference_mode():
            states, mask = tree_states(self.llm, texts) if self.use_tree else padded_states(self.llm, texts)
            return pool(states, mask, self.pooling).cpu().numpy()


def padded_states(llm: FrozenLLM, texts: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """(states [B, L, D], mask [B, L] bool, True = real token); padding is on the right."""
    longest = max(map(len, texts))
    tokens = torch.zeros(len(texts), longest, dtype=torch.long)
    mask = torch.zeros(len(texts), longest, dtype=torch.bool)
    for row, text in enumerate(texts):
        tokens[row, : len(text)] = torch.tensor(text)
        mask[row, : len(text)] = True
    tokens, mask = tokens.to(llm.device), mask.to(llm.device)
    options = {"use_cache": False} if llm.is_causal else {}
    return llm.model(input_ids=tokens, attention_mask=mask.long(), **options).last_hidden_state, mask


def tree_states(llm: FrozenLLM, texts: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """(states [N, D], paths [n, N] bool) of the texts' token tree."""
    tree = build_tree(texts)
    allowed = torch.from_numpy(tree.ancestors).to(llm.device)
    # Added to the attention scores: 0 where a token may attend, the least number elsewhere.
    mask = torch.zeros(allowed.shape, dtype=llm.dtype, device=llm.device)
    mask.masked_fill_(~allowed, torch.finfo(llm.dtype).min)
    states = llm.model(
        input_ids=torch.from_numpy(tree.tokens)[None].to(llm.device),
        position_ids=torch.from_numpy(tree.depths)[None].to(llm.device),
        attention_mask=mask[None, None],
        use_cache=False,
    ).last_hidden_state[0]
    return states, torch.from_numpy(tree.paths).to(llm.device)


def tree_is_exact(llm: FrozenLLM) -> bool:
    """Whether a token tree gives the model's own states, tried on a few token lists.

    False for encoders, and for causal models that take no positions (ALiBi) or whose state is not attention alone.
    """
    if not llm.is_causal or "position_ids" not in inspect.signature(llm.model.forward).parameters:
        return False
    vocabulary = llm.model.get_input_embeddings().num_embeddings
    tokens = np.random.default_rng(0).integers(0, vocabulary, size=(3, 12)).tolist()
    texts = [tokens[0], tokens[0][:5] + tokens[1], tokens[0][:5] + tokens[1][:3] + tokens[2]]
    with torch.inference_mode():
        alone = torch.cat([pool(*padded_states(llm, [text]), Pooling.LAST) for text in texts])
        together = pool(*tree_states(llm, texts), Pooling.LAST)
    return bool((torch.nn.functional.cosine_similarity(alone, together) > _SAME).all())
