"""Content embeddings in fewer bits: what a compact shard of a store holds beside hashes and lengths (numpy only)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Compact = Literal["int8", "float16"]


@dataclass(frozen=True)
class Whitening:
    """How towers read content x: as (x - mean) matrix.

    Attributes:
        mean: [D_llm] float32; matrix: [D_llm, D_llm] float32.
    """

    mean: np.ndarray
    matrix: np.ndarray

    def halved(self) -> Whitening:
        """As it comes back from 16 bits a number."""
        return Whitening(*(value.astype(np.float16).astype(np.float32) for value in (self.mean, self.matrix)))


def pack_vectors(
    vectors: np.ndarray, dtype: Compact, whitening: Whitening | None = None, read: Whitening | None = None
) -> dict[str, np.ndarray]:
    """[n, D_llm] float32 ``vectors`` as the arrays of a compact shard.

    int8 has one scale per dimension: an error of at most 1/254 of that dimension's largest absolute value.

    Args:
        whitening: int8 rounds what comes out of it. Rounded before, directions in which items hardly differ would be
            mostly error, which whitening makes as long as the others: a tenth of the whole, where it is a hundredth.
        read: the whitening that readers of the copy have, where theirs was rounded as well: through it they get what
            came out of ``whitening``. None: the same.
    """
    if dtype == "float16":
        return {"vectors": vectors.astype(np.float16)}
    more = {}
    if whitening is not None:
        vectors = (vectors - whitening.mean) @ whitening.matrix
        read = read or whitening
        basis = np.linalg.inv(read.matrix.astype(np.float64))
        more = {"mean": read.mean, "basis": np.ascontiguousarray(basis, dtype=np.float32)}
    scale = np.abs(vectors).max(axis=0) / 127
    scale[scale == 0] = 1
    return {"vectors": np.rint(vectors / scale).astype(np.int8), "scale": scale, **more}


def unpack_vectors(shard: dict[str, np.ndarray]) -> np.ndarray:
    """[n, D_llm] float32: what `pack_vectors` was given, but for its rounding; of any shard of a store."""
    vectors: np.ndarray = shard["vectors"].astype(np.float32, copy=False)
    if "scale" in shard:
        vectors *= shard["scale"]
    if "basis" in shard:
        vectors = vectors @ shard["basis"] + shard["mean"]
    return vectors
