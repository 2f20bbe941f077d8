"""The k best items for a user; ``exact`` is the oracle, FAISS is imported when asked for."""

from learn.retrieval.base import Index, IndexKind
from learn.retrieval.index import build_index

__all__ = ["Index", "IndexKind", "build_index"]
