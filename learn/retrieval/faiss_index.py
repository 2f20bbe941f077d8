"""FAISS behind the same interface (Johnson et al., *Billion-scale similarity search with GPUs*, 2017)."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from learn.data.sequences import Sequences, take_users
from learn.errors import LearnError
from learn.retrieval.base import IndexKind, best_first, check_search, checked_vectors
from learn.retrieval.exact import ExactIndex
from learn.retrieval.scores import pair_scores, rounding_bound

_EXACT_BEYOND = 0.25  # of the catalogue: from here on looking at every item costs no more than widening
_SEED = 0  # of k-means; FAISS's own default is not documented


class FaissIndex:
    """Inner-product search by a flat, HNSW or IVF index.

    FAISS cannot leave out a different set of items per query in one batch, so it is asked for more than k, what is
    excluded is dropped, and rows that came short (or, with flat, that may end in a tie) are asked again for twice as
    many; a row still unsettled when a quarter of the catalogue was fetched is searched exactly.

    Args:
        kind: flat, hnsw or ivf.
        item_vectors: [N, d] float.
        links: HNSW: neighbours of a node.
        breadth: HNSW: nodes looked at per search, at least; IVF: lists looked at per search.
    """

    def __init__(self, kind: IndexKind, item_vectors: np.ndarray, links: int = 32, breadth: int | None = None) -> None:
        import faiss

        self.kind = IndexKind(kind)
        self._exact = ExactIndex(item_vectors)
        self._vectors = vectors = checked_vectors(item_vectors, "Item vectors")
        self.n_items, self._width = vectors.shape
        if self.kind == IndexKind.FLAT:
            self._index: Any = faiss.IndexFlatIP(self._width)
        elif self.kind == IndexKind.HNSW:
            self._index = faiss.IndexHNSWFlat(self._width, links, faiss.METRIC_INNER_PRODUCT)
            self._index.hnsw.efConstruction = 200
            self._breadth = breadth or 256
        elif self.kind == IndexKind.IVF:
            n_lists = max(1, min(int(np.sqrt(self.n_items)), self.n_items // 39))  # k-means wants 39 points a centre
            self._index = faiss.IndexIVFFlat(
                faiss.IndexFlatIP(self._width), self._width, n_lists, faiss.METRIC_INNER_PRODUCT
            )
            self._index.cp.seed = _SEED
            self._index.train(vectors)
            self._breadth = breadth or max(1, n_lists // 4)
        else:
            raise LearnError(f"FAISS has no index {kind!r} here.", "Choose flat, hnsw or ivf.")
        self._index.add(vectors)

    def _fetch(self, queries: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        """The ``count`` best by FAISS's account: scores and items, both [Q, count], items -1 where it found fewer."""
        faiss: Any = import_module("faiss")  # its stubs know only some of its parameters
        parameters = None
        if self.kind == IndexKind.HNSW:
            parameters = faiss.SearchParametersHNSW(efSearch=max(self._breadth, 2 * count))
        elif self.kind == IndexKind.IVF:
            parameters = faiss.SearchParametersIVF(nprobe=min(self._breadth, self._index.nlist))
        return self._index.search(queries, count, params=parameters)

    def search(self, queries: np.ndarray, k: int, exclude: Sequences | None = None) -> tuple[np.ndarray, np.ndarray]:
        """See `Index.search`; with hnsw and ivf the items are nearly the best."""
        queries = check_search(queries, k, exclude, self.n_items, self._width)
        items = np.full((len(queries), k), -1, dtype=np.int64)
        scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
        pending = np.arange(len(queries))
        bounds = rounding_bound(queries, self._vectors)
        count = min(k + (self.kind == IndexKind.FLAT) if exclude is None else 2 * k, self.n_items)
        while len(pending):
            found_scores, found = self._fetch(queries[pending], count)
            allowed = found >= 0
            if exclude is not None:
                rows, places = np.nonzero(allowed)
                keys = pending[rows] * self.n_items + found[rows, places]
                allowed[rows, places] = ~np.isin(keys, exclude.users * self.n_items + exclude.items)
            rows, places = np.nonzero(allowed)
            exact = pair_scores(queries[pending][rows], self._vectors[found[rows, places]])
            items[pending], scores[pending] = best_first(rows, found[rows, places], exact, len(pending), k)
            short = allowed.sum(axis=1) < k
            if self.kind == IndexKind.FLAT:
                # What was not fetched may equal the last of the list, but for rounding, and have a smaller index.
                short |= scores[pending, -1] <= found_scores[:, -1] + bounds[pending]
            pending = pending[short]
            if count >= _EXACT_BEYOND * self.n_items:
                break
            count = min(2 * count, self.n_items)
        if len(pending) and not (self.kind == IndexKind.FLAT and count == self.n_items):
            rest = None if exclude is None else take_users(exclude, pending)
            items[pending], scores[pending] = self._exact.search(queries[pending], k, rest)
        return items, scores
