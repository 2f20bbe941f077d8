"""Inverted lists with codes and exact rescoring: how many lists, how many of them to look at, by measuring.

Items lie in lists around k-means centres. A search looks at the nearest lists, ranks what is in them by short codes
(two bytes a number, or half a byte), and scores the first of them again with their whole vectors. Jégou et al.,
*Product quantization for nearest neighbor search*, 2011; André et al., *Quicker ADC*, 2019, for codes of half a byte.
"""

from __future__ import annotations

from dataclasses import dataclass
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
CODE_BYTES = {IndexKind.IVF: 2.0, IndexKind.IVF_PQ: 0.5}
"""Of one number of a vector; beside it each item takes 8 bytes for its number, and 4 a number for the whole vector."""
WIDENING = {IndexKind.IVF: 1.1, IndexKind.IVF_PQ: 9.0}
"""How many times k are scored again: of the short codes' best, some are not among the whole vectors' best."""


@dataclass(frozen=True)
class Lists:
    """A trained and filled engine, and how to ask it.

    Attributes:
        engine: FAISS's index, which rescores with whole vectors.
        probes: lists looked at per search.
        widening: codes' best that are scored again, as a multiple of k.
    """

    engine: Any
    probes: int
    widening: float

    def parameters(self, probes: int | None = None) -> Any:
        """What FAISS is given with a search."""
        import faiss

        within = faiss.SearchParametersIVF(nprobe=probes or self.probes)
        return faiss.IndexRefineSearchParameters(k_factor=self.widening, base_index_params=within)


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
    engine: Any = faiss.IndexRefineFlat(base)
    for start in range(0, n_items, _ADDED_AT_ONCE):
        engine.add(vectors[start : start + _ADDED_AT_ONCE])
    lists = Lists(engine, probes or n_lists, WIDENING[kind])
    if probes is None:
        asked = vectors if queries is None or not len(queries) else queries
        sample = asked[np.sort(rng.choice(len(asked), min(len(asked), _SAMPLE), replace=False))]
        chosen = _fewest(lists, vectors, np.ascontiguousarray(sample, dtype=np.float32), n_lists, recall)
        lists = Lists(engine, chosen, lists.widening)
    return lists


def _fewest(lists: Lists, vectors: np.ndarray, sample: np.ndarray, n_lists: int, recall: float) -> int:
    """The fewest lists with which ``sample`` finds ``recall`` of its exact best; all lists where none are enough."""
    import faiss

    k = min(K, len(vectors))
    _, best = faiss.knn(sample, vectors, k, metric=faiss.METRIC_INNER_PRODUCT)

    def found(probes: int) -> float:
        _, items = lists.engine.search(sample, k, params=lists.parameters(probes))
        return float(np.mean([len(np.intersect1d(one, other)) / k for one, other in zip(best, items, strict=True)]))

    low, high = 0, 1
    while high < n_lists and found(high) < recall:
        low, high = high, min(2 * high, n_lists)
    while high - low > max(1, high // 16):  # to a sixteenth: the sample tells no finer
        middle = (low + high) // 2
        low, high = (low, middle) if found(middle) >= recall else (middle, high)
    return high
