"""Texts as token lists: cut to the limit, and read as text, whatever control words of a model stand in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from learn.cex.llm import FrozenLLM
from learn.cex.loading import special_tokens
from learn.config import CEXConfig
from learn.data.dataset import Dataset
from learn.data.schema import Items
from learn.errors import LearnError

CHARACTERS_PER_TOKEN = 50
"""No more than this many characters per allowed token are tokenised: a megabyte of title would take minutes."""


@dataclass(frozen=True)
class Tokenised:
    """Token lists cut to the limit, and how long each was before."""

    tokens: list[list[int]]
    whole: list[int]


def tokenise(prompts: Sequence[str], llm: FrozenLLM, cex: CEXConfig) -> Tokenised:
    """Token lists of at most ``cex.max_tokens``, special tokens included.

    A special token that somebody wrote into a text (``</s>``, ``[SEP]``) is read as the characters that it is made of.

    Raises:
        LearnError: the LLM cannot read that many, or a text is empty.
    """
    if cex.max_tokens > llm.max_positions:
        raise LearnError(
            f"cex.max_tokens ({cex.max_tokens}) is more than {cex.llm} can read ({llm.max_positions}).",
            f"Set cex.max_tokens to {llm.max_positions} or less.",
        )
    around = len(llm.template.before) + len(llm.template.after)
    if cex.max_tokens <= around:
        raise LearnError(
            f"cex.max_tokens ({cex.max_tokens}) leaves no room for text: {cex.llm} puts {around} tokens around it.",
            f"Set cex.max_tokens to {around + 1} or more.",
        )
    limit = cex.max_tokens * CHARACTERS_PER_TOKEN
    short = [prompt[:limit] for prompt in prompts]
    tokens = _tokens_of_text(short, llm)
    whole = [len(text) for text in tokens]
    for index, length in enumerate(whole):
        if length > cex.max_tokens:
            after = llm.template.after
            tokens[index] = [*tokens[index][: cex.max_tokens - len(after)], *after]
        elif length <= around:
            raise LearnError(f"Text {index + 1} is empty.", "Give it a title.")
    return Tokenised(tokens, whole)


def _tokens_of_text(texts: list[str], llm: FrozenLLM) -> list[list[int]]:
    tokens = _call(llm.tokenizer, texts)
    special = special_tokens(llm.tokenizer)
    ids = set(llm.tokenizer.convert_tokens_to_ids(sorted(special))) - {llm.tokenizer.unk_token_id}
    allowed = len(llm.template.before) + len(llm.template.after)
    # A vocabulary may hold a special token as a word too: then taking the text apart was not enough.
    for index in [place for place, text in enumerate(tokens) if sum(token in ids for token in text) > allowed]:
        gapped = texts[index]
        for word in special:
            gapped = gapped.replace(word, f"{word[:1]} {word[1:]}")
        text = _call(llm.tokenizer, [gapped])[0]
        end = len(text) - len(llm.template.after)
        own = [token for token in text[len(llm.template.before) : end] if token not in ids]
        tokens[index] = [*llm.template.before, *own, *llm.template.after]
    return tokens


def _call(tokenizer: Any, texts: list[str]) -> list[list[int]]:
    found = tokenizer(texts, truncation=False, verbose=False, split_special_tokens=True)["input_ids"]
    return [list(text) for text in found]


def truncated_table(dataset: Dataset, lengths: np.ndarray, max_tokens: int) -> pd.DataFrame:
    """One row per item of ``dataset`` whose prompt was cut (`learn.cex.extractor.ContentEmbeddings.truncated`).

    Args:
        lengths: [N] tokens of each item's whole prompt.
    """
    rows = np.flatnonzero(lengths > max_tokens)
    return pd.DataFrame(
        {
            Items.ID: dataset.item_ids[rows],
            Items.TITLE: dataset.items[Items.TITLE].to_numpy(object)[rows],
            "tokens": lengths[rows],
            "kept": max_tokens,
        }
    )
