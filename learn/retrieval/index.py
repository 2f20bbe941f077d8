"""One interface to "the k best items for these users", whatever searches behind it."""

from __future__ import annotations

import numpy as np

from learn.errors import LearnError
from learn.retrieval.base import Index, IndexKind


def build_index(kind: IndexKind | str, item_vectors: np.ndarray) -> Index:
    """An index of ``kind`` over [N, d] ``item_vectors``; FAISS is imported only for its own kinds.

    Raises:
        LearnError: no such kind, no item, or vectors that are not finite.
    """
    if kind not in list(IndexKind):
        raise LearnError(f"There is no index {kind!r}.", f"Choose one of: {', '.join(IndexKind)}.")
    if kind == IndexKind.EXACT:
        from learn.retrieval.exact import ExactIndex

        return ExactIndex(item_vectors)
    from learn.retrieval.faiss_index import FaissIndex

    return FaissIndex(IndexKind(kind), item_vectors)
