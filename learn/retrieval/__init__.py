"""The k best items for a user; ``exact`` is the oracle, FAISS is imported when asked for."""

from learn.retrieval.index import Index, IndexKind, build_index

__all__ = ["Index", "IndexKind", "build_index"]
