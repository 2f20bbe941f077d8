"""Inverted lists with codes and exact rescoring: how many lists, how many of them to look at, by measuring.

Items lie in lists around k-means centres. A search looks at the nearest lists, ranks what is in them by short codes
(two bytes a number, or half a byte), and scores the first of them again with their whole vectors. Jégou et al.,
*Product quantization for nearest neighbor search*, 2011; André et al., *Quicker ADC*, 2019, for codes of half a byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from learn.retrieval.base import IndexKind

RECALL = 0.99
"""Of the exact 100 best, what a search has to find, by a sample."""
K = 100  # for which the breadth is chosen
_SEED = 0  # of k-means and of what it is shown; FAISS's own default is not documented
_LIST_LENGTH = 1_000  # items a list: fewer make the search among centres long, more the search in a list
_SHOWN = 64  # items that k-means is shown, a centre
_ROUNDS = 8  # of k-means: later ones change hardly anything
_SAMPLE = 200  # queries by which the breadth is chosen
_ADDED_AT_ONCE = 100_000
_RESCORED_AT_ONCE = 50  # queries: 12 MB of vectors at k = 100 and width 64
CODE_BYTES = {IndexKind.IVF: 2.0, IndexKind.IVF_PQ: 0.5}
"""Of one number of a vector; beside it each item takes 8 bytes for its number. IVF holds the whole vectors too, at 4
bytes a number; IVF-PQ reads them where the caller has them, which may be a file that is mapped into memory."""
WIDENING = {IndexKind.IVF: 1.05, IndexKind.IVF_PQ: 9.0}
"""How many times k are scored again: of the short codes' best, some are not among the whole vectors' best."""


@dataclass(frozen=True)
class Lists:
    """A trained and filled engine, and how to ask it.

    Attributes:
        engine: FAISS's index; of `IndexKind.IVF` it holds the whole vectors too, and scores again by itself.
        kind: whose codes.
        parameters: what FAISS is given with a search.
        probes: lists looked at per search.
    """

    engine: Any
    kind: IndexKind
    parameters: Any
    probes: int

    @classmethod
    def looking_at(cls, engine: Any, kind: IndexKind, probes: int) -> Lists:
        """``engine``, of which ``probes`` lists are looked at per search."""
        faiss: Any = import_module("faiss")  # its stubs know only some of its parameters
        parameters = faiss.SearchParametersIVF(nprobe=probes)
        if kind == IndexKind.IVF:
            parameters = faiss.IndexRefineSearchParameters(k_factor=WIDENING[kind], base_index_params=parameters)
        return cls(engine, kind, parameters, probes)

    def search(self, queries: np.ndarray, k: int, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Scores and items, both [Q, k], best first; items -1 where fewer were found.

        Args:
            queries: [Q, d] float32; vectors: [N, d], what was built in, with which the best are scored again.
        """
        if self.kind == IndexKind.IVF:
            return self.engine.search(queries, k, params=self.parameters)
        count = min(int(WIDENING[self.kind] * k), len(vectors))
        scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
        items = np.full((len(queries), k), -1, dtype=np.int64)
        for start in range(0, len(queries), _RESCORED_AT_ONCE):
            rows = slice(start, start + _RESCORED_AT_ONCE)
            _, found = self.engine.search(queries[rows], count, params=self.parameters)
            whole = np.matmul(vectors[np.maximum(found, 0)], queries[rows][:, :, None])[:, :, 0]
            whole[found < 0] = -np.inf
            best = np.argsort(-whole, axis=1, kind="stable")[:, :k]
            scores[rows], items[rows] = np.take_along_axis(whole, best, 1), np.take_along_axis(found, best, 1)
        return scores, items


def build_lists(
    kind: IndexKind, vectors: np.ndarray, queries: np.ndarray | None, probes: int | None, recall: float = RECALL
) -> Lists:
    """Lists over [N, d] ``vectors``, N being some thousands at least.

    Args:
        queries: [Q, d] like those that will come, a sample of which chooses the breadth; None: the items.
        probes: lists looked at per search; None: as few as find ``recall`` of the 100 best of the sample.
    """
    import faiss

    n_items, width = vectors.shape
    n_lists = max(1, n_items // _LIST_LENGTH)
    rng = np.random.default_rng(_SEED)
    shown = vectors[np.sort(rng.choice(n_items, min(n_items, _SHOWN * n_lists), replace=False))]
    quantizer: Any = faiss.IndexFlatIP(width)
    if kind == IndexKind.IVF:
        base: Any = faiss.IndexIVFScalarQuantizer(
            quantizer, width, n_lists, faiss.ScalarQuantizer.QT_bf16, faiss.METRIC_INNER_PRODUCT, False
        )
    else:
        base = faiss.IndexIVFPQFastScan(quantizer, width, n_lists, width, 4, faiss.METRIC_INNER_PRODUCT)
    base.cp.seed, base.cp.niter, base.cp.max_points_per_centroid = _SEED, _ROUNDS, _SHOWN
    base.train(shown)
    engine: Any = faiss.IndexRefineFlat(base) if kind == IndexKind.IVF else base
    for start in range(0, n_items, _ADDED_AT_ONCE):
        engine.add(vectors[start : start + _ADDED_AT_ONCE])
    if probes is None:
        asked = vectors if queries is None or not len(queries) else queries
        sample = asked[np.sort(rng.choice(len(asked), min(len(asked), _SAMPLE), replace=False))]
        probes = _fewest(engine, kind, vectors, np.ascontiguousarray(sample, dtype=np.float32), n_lists, recall)
    return Lists.looking_at(engine, kind, probes)


def _fewest(engine: Any, kind: IndexKind, vectors: np.ndarray, sample: np.ndarray, n_lists: int, recall: float) -> int:
    """The fewest lists with which ``sample`` finds ``recall`` of its exact best; all lists where none are enough."""
    import faiss

    k = min(K, len(vectors))
    _, best = faiss.knn(sample, vectors, k, metric=faiss.METRIC_INNER_PRODUCT)

    def found(probes: int) -> float:
        _, items = Lists.looking_at(engine, kind, probes).search(sample, k, vectors)
        shares = np.array([len(np.intersect1d(one, other)) / k for one, other in zip(best, items, strict=True)])
        return float(shares.mean() - shares.std() / np.sqrt(len(shares)))  # other queries may be a little harder

    low, high = 0, 1
    while high < n_lists and found(high) < recall:
        low, high = high, min(2 * high, n_lists)
    while high - low > max(1, high // 16):  # to a sixteenth: the sample tells no finer
        middle = (low + high) // 2
        low, high = (low, middle) if found(middle) >= recall else (middle, high)
    return high
