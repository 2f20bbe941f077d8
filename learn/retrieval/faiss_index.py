"""FAISS behind the same interface (Johnson et al., *Billion-scale similarity search with GPUs*, 2017)."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from learn.data.sequences import Sequences, take_users
from learn.errors import LearnError
from learn.retrieval.base import IndexKind, best_first, check_search
from learn.retrieval.exact import ExactIndex
from learn.retrieval.ivf import CODE_BYTES, Lists, build_lists
from learn.retrieval.scores import bound_by_length, pair_scores_at

_EXACT_BEYOND = 0.25  # of the catalogue: from here on looking at every item costs no more than widening
_FILTERED_EXACTLY = 4_000_000  # items that pass a filter: so many are scanned, whatever the kind
_SMALL = 10_000  # items: below, lists are slower than looking at everything


class FaissIndex:
    """Inner-product search by a flat, HNSW, IVF or IVF-PQ index.

    FAISS cannot leave out a different set of items per query in one batch, so it is asked for more than k, what is
    excluded is dropped, and rows that came short (or, with flat, that may end in a tie) are asked again for twice as
    many; a row still unsettled when a quarter of the catalogue was fetched is searched exactly.

    What passes a filter is scanned exactly up to `_FILTERED_EXACTLY` items: a graph, or few lists, would miss most of
    what a narrow filter lets through. Items removed are dropped like what is excluded. Below `_SMALL` items IVF and
    IVF-PQ are flat.

    Args:
        kind: flat, hnsw, ivf or ivf-pq.
        item_vectors: [N, d] float.
        links: HNSW: neighbours of a node.
        breadth: HNSW: nodes looked at per search, at least; IVF: lists looked at per search, None: as many as find
            `learn.retrieval.ivf.RECALL` of the 100 best.
        queries: [Q, d] like those that will come, by which IVF's breadth is chosen; None: the items themselves.
    """

    def __init__(
        self,
        kind: IndexKind,
        item_vectors: np.ndarray,
        links: int = 32,
        breadth: int | None = None,
        queries: np.ndarray | None = None,
    ) -> None:
        import faiss

        self.kind = IndexKind(kind)
        self._exact = ExactIndex(item_vectors)
        vectors, width = self._exact.vectors, self._exact.width
        self._lists: Lists | None = None
        if self.kind in CODE_BYTES and len(vectors) >= _SMALL:
            self._lists = build_lists(self.kind, vectors, queries, breadth)
            self._index: Any = self._lists.engine
            self._share_vectors()
            return
        if self.kind == IndexKind.HNSW:
            self._index = faiss.IndexHNSWFlat(width, links, faiss.METRIC_INNER_PRODUCT)
            self._index.hnsw.efConstruction = 200
            self._breadth = breadth or 256
        elif self.kind == IndexKind.FLAT or self.kind in CODE_BYTES:
            self.kind, self._index = IndexKind.FLAT, faiss.IndexFlatIP(width)
        else:
            raise LearnError(f"FAISS has no index {kind!r} here.", "Choose flat, hnsw, ivf or ivf-pq.")
        self._index.add(vectors)

    @property
    def n_items(self) -> int:
        """See `Index.n_items`."""
        return self._exact.n_items

    @property
    def lists_searched(self) -> int:
        """Of IVF: how many lists a search looks at; 0 of the other kinds."""
        return self._lists.probes if self._lists else 0

    def _share_vectors(self) -> None:
        """Of IVF, what is scanned exactly and what FAISS scores again lie in one place in memory."""
        if self.kind != IndexKind.IVF:
            return
        faiss: Any = import_module("faiss")  # its stubs know only some of it
        flat = faiss.downcast_index(self._index.refine_index)
        whole = faiss.rev_swig_ptr(flat.get_xb(), self._exact.n_items * self._exact.width)
        self._exact.vectors = whole.reshape(self._exact.n_items, self._exact.width)

    def _fetch(self, queries: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        """The ``count`` best by FAISS's account: scores and items, both [Q, count], items -1 where it found fewer."""
        if self._lists is not None:
            return self._lists.search(queries, count, self._exact.vectors)
        if self.kind != IndexKind.HNSW:
            return self._index.search(queries, count)
        faiss: Any = import_module("faiss")  # its stubs know only some of its parameters
        parameters = faiss.SearchParametersHNSW(efSearch=max(self._breadth, 2 * count))
        return self._index.search(queries, count, params=parameters)

    def search(
        self, queries: np.ndarray, k: int, exclude: Sequences | None = None, allowed: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """See `Index.search`; with hnsw, ivf and ivf-pq the items are nearly the best, unless a filter is given."""
        queries = check_search(queries, k, exclude, self.n_items, self._exact.width, allowed)
        passing = self._exact.passing(allowed)
        if self.kind != IndexKind.FLAT and k >= _EXACT_BEYOND * self.n_items:
            return self._exact.search(queries, k, exclude, allowed)
        if passing is not None:
            left = int(np.count_nonzero(passing))
            if (allowed is not None and left <= _FILTERED_EXACTLY) or left < _EXACT_BEYOND * self.n_items:
                return self._exact.search(queries, k, exclude, allowed)
        if exclude is None and passing is None and self.kind != IndexKind.FLAT:
            found_scores, found = self._fetch(queries, k)
            if (found >= 0).all():
                return found, found_scores
        return self._widening(queries, k, exclude, passing)

    def _widening(
        self, queries: np.ndarray, k: int, exclude: Sequences | None, passing: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Asks for more and more, until k are left of what was fetched for each query."""
        items = np.full((len(queries), k), -1, dtype=np.int64)
        scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
        pending = np.arange(len(queries))
        bounds = bound_by_length(queries, self._exact.longest)
        kept = exclude is None and passing is None
        count = min(k + (self.kind == IndexKind.FLAT) if kept else 2 * k, self.n_items)
        while len(pending):
            found_scores, found = self._fetch(queries[pending], count)
            allowed = found >= 0
            if passing is not None:
                allowed &= passing[found]
            if exclude is not None:
                rows, places = np.nonzero(allowed)
                keys = pending[rows] * self.n_items + found[rows, places]
                allowed[rows, places] = ~np.isin(keys, exclude.users * self.n_items + exclude.items)
            rows, places = np.nonzero(allowed)
            exact = pair_scores_at(queries, pending[rows], self._exact.vectors, found[rows, places])
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
            items[pending], scores[pending] = self._exact.search(queries[pending], k, rest, passing)
        return items, scores

    def add(self, vectors: np.ndarray) -> np.ndarray:
        """See `Index.add`; lists keep the centres that they were built around."""
        added = self._exact.add(vectors)
        self._index.add(self._exact.vectors[added])
        if self._lists is not None:
            self._share_vectors()
        return added

    def remove(self, items: np.ndarray) -> None:
        """See `Index.remove`; what is removed keeps its memory."""
        self._exact.remove(items)
