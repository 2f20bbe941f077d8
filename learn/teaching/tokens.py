"""What the frozen LLM makes of a prompt token by token: for looking at, before pooling makes one vector of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch

from learn.cex.extractor import tokenise
from learn.cex.llm import FrozenLLM
from learn.cex.reader import padded_states
from learn.config import CEXConfig
from learn.errors import LearnError


def token_texts(prompt: str, llm: FrozenLLM, cex: CEXConfig) -> list[str]:
    """The tokens that the LLM reads for ``prompt``, each as text with its leading blank."""
    return [llm.tokenizer.decode([token]) for token in tokenise([prompt], llm, cex).tokens[0]]


def token_states(prompt: str, llm: FrozenLLM, cex: CEXConfig) -> np.ndarray:
    """[L, D_llm] float32 last-layer states of the tokens of ``prompt``, read alone."""
    with torch.inference_mode():
        states, _ = padded_states(llm, tokenise([prompt], llm, cex).tokens)
    last_layer: np.ndarray = states[0].float().cpu().numpy()
    return last_layer


def token_changes(prompt: str, other: str, llm: FrozenLLM, cex: CEXConfig) -> pd.DataFrame:
    """How far each token's state moves when ``other`` is read instead of ``prompt``.

    Returns:
        One row per token: token, other (the token in its place), change (1 - cosine of the two states).

    Raises:
        LearnError: the two have different numbers of tokens, so that places cannot be compared.
    """
    before, after = token_states(prompt, llm, cex), token_states(other, llm, cex)
    if len(before) != len(after):
        raise LearnError(
            f"The prompts have {len(before)} and {len(after)} tokens, so their tokens do not stand in the same places.",
            "Change one word for another of as many tokens.",
        )
    cosines = (before * after).sum(axis=1) / (np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1))
    return pd.DataFrame(
        {
            "token": token_texts(prompt, llm, cex),
            "other": token_texts(other, llm, cex),
            "change": np.clip(1 - cosines.astype(np.float64), 0, None),
        }
    )
