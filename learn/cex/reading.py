"""What there is to read, and what does it: this process (`learn.cex.extractor`), or others (`learn.cex.engines`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from learn.cex.llm import FrozenLLM
from learn.config import CEXConfig


@dataclass(frozen=True)
class Reading:
    """Texts that one LLM has to read.

    Attributes:
        batches: token lists, in the batches that they have to be read in: another batch rounds otherwise.
        llm: loaded in this process.
        cex: which LLM it is, and its pooling.
    """

    batches: list[list[list[int]]]
    llm: FrozenLLM
    cex: CEXConfig


Engine = Callable[[Reading], Iterator[tuple[int, np.ndarray]]]
"""Reads every batch once and gives (its number, [texts of it, D_llm] float32), in any order."""
