"""Batches of texts of nearly one length, so that little of the LLM's work is padding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def plan_batches(lengths: Sequence[int] | np.ndarray, token_budget: int, one_length: bool = False) -> list[np.ndarray]:
    """Indices of the texts in each batch, longest texts first; every text is in exactly one batch.

    A batch holds at most ``token_budget`` tokens with its padding (texts x longest), or one text that is longer than
    that. The same lengths give the same plan. Longest first: what does not fit in memory fails at once, and the
    estimate of the time left errs on the safe side.

    Args:
        lengths: tokens of each text.
        token_budget: see `learn.config.CEXConfig`.
        one_length: every text of a batch is as long as the others: nothing is padded.
    """
    tokens = np.asarray(lengths, dtype=np.int64)
    order = np.argsort(-tokens, kind="stable")
    batches, start = [], 0
    while start < len(order):
        size = max(1, token_budget // max(1, int(tokens[order[start]])))
        batch = order[start : start + size]
        if one_length:
            batch = batch[tokens[batch] == tokens[batch[0]]]
        batches.append(batch)
        start += len(batch)
    return batches
