"""What can search: one entry per kind of index, which all else reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from learn.registry import Registry
from learn.retrieval.base import Index, IndexKind

Build = Callable[[np.ndarray, "np.ndarray | None", str, str], Index]
"""[N, d] item vectors, [Q, d] queries like those that will come (or None), a place ("": none was given), and what the
items are called there -> an index."""


@dataclass(frozen=True)
class Kind:
    """An entry of `INDEXES`.

    Attributes:
        code: what commands call it.
        what: in a sentence, for help.
        exact: whether its answers are those of a sort over all scores.
        build: makes one; what it stands on is imported then.
        placed: whether it lives at a place, as milvus does: ``milvus@PLACE``.
    """

    code: str
    what: str
    exact: bool
    build: Build
    placed: bool = False


def _exact(vectors: np.ndarray, queries: np.ndarray | None, place: str, name: str) -> Index:
    from learn.retrieval.exact import ExactIndex

    return ExactIndex(vectors)


def _faiss(kind: IndexKind) -> Build:
    def build(vectors: np.ndarray, queries: np.ndarray | None, place: str, name: str) -> Index:
        from learn.retrieval.faiss_index import FaissIndex

        return FaissIndex(kind, vectors, queries=queries)

    return build


def _milvus(vectors: np.ndarray, queries: np.ndarray | None, place: str, name: str) -> Index:
    from learn.retrieval.milvus_index import MilvusIndex

    return MilvusIndex.holding(vectors, place, name)


INDEXES: Registry[Kind] = Registry(
    "index",
    Kind(IndexKind.EXACT, "every item, one order on every machine", True, _exact),
    Kind(IndexKind.FLAT, "every item, by FAISS", True, _faiss(IndexKind.FLAT)),
    Kind(IndexKind.HNSW, "a graph, by FAISS", False, _faiss(IndexKind.HNSW)),
    Kind(IndexKind.IVF, "lists around centres, by FAISS", False, _faiss(IndexKind.IVF)),
    Kind(IndexKind.IVF_PQ, "the same in a third of the memory beside the vectors", False, _faiss(IndexKind.IVF_PQ)),
    Kind(IndexKind.MILVUS, "a Milvus server, or its Lite in a folder", False, _milvus, placed=True),
)
