"""What Ray's workers run: a copy of the LLM that reads batch after batch. Ray itself is not imported here."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import torch

from learn.cex.llm import FrozenLLM, llm_identity, load_llm
from learn.cex.reader import finite, read_batch
from learn.config import CEXConfig
from learn.errors import LearnError

BATCH, TOKENS, LENGTHS, VECTORS, WHAT, REMEDY = "batch", "tokens", "lengths", "vectors", "what", "remedy"
"""Columns of the blocks that go to a worker and come back; the last two are a LearnError's words, or empty."""


class BatchReader:
    """One worker.

    Args:
        cex: the LLM, its dtype and pooling.
        identity: of the weights that the driver has (`learn.cex.llm.llm_identity`).
        models: the folder that bundled LLMs are converted into.
        threads: that it computes with.
    """

    def __init__(self, cex: CEXConfig, identity: str, models: str, threads: int) -> None:
        torch.set_num_threads(threads)
        self._cex = cex
        self._problem: LearnError | None = None
        self._llm: FrozenLLM | None = None
        try:
            self._llm = self._loaded(identity, models)
        except LearnError as error:  # said with the first batch: what fails in here Ray would try again and again
            self._problem = error

    def _loaded(self, identity: str, models: str) -> FrozenLLM:
        here = llm_identity(self._cex)
        if here != identity:
            raise LearnError(
                f"A worker has other weights of {self._cex.llm} ({here}) than this machine ({identity}).",
                "Give every machine the same version of it.",
            )
        return load_llm(self._cex, models)

    def __call__(self, block: pa.Table) -> pa.Table:
        """One row per batch: its vectors' bytes, float32, text after text; or what is wrong."""
        rows = [self._row(*row.values()) for row in block.select([BATCH, TOKENS, LENGTHS]).to_pylist()]
        return pa.Table.from_pylist(rows, schema=_SCHEMA)

    def _row(self, batch: int, tokens: list[int], lengths: list[int]) -> dict[str, object]:
        row: dict[str, object] = {BATCH: batch, VECTORS: b"", WHAT: "", REMEDY: ""}
        try:
            return row | {VECTORS: self._read(tokens, lengths).tobytes()}
        except LearnError as error:
            return row | {WHAT: error.what, REMEDY: error.remedy}

    def _read(self, tokens: list[int], lengths: list[int]) -> np.ndarray:
        if self._problem or self._llm is None:
            raise self._problem or LearnError("A worker has no LLM.", "Type the same command again.")
        ends = np.cumsum(lengths).tolist()
        texts = [tokens[end - length : end] for end, length in zip(ends, lengths, strict=True)]
        return finite(read_batch(self._llm, texts, self._cex.pooling), self._llm)


_SCHEMA = pa.schema([(BATCH, pa.int64()), (VECTORS, pa.binary()), (WHAT, pa.string()), (REMEDY, pa.string())])
