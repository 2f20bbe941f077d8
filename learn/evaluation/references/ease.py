"""EASE and L3AE: linear autoencoders in closed form, without and with what the frozen LLM reads as a prior.

EASE (Steck, *Embarrassingly Shallow Autoencoders for Sparse Data*, WWW 2019, eq. 8): B = I - P / diag(P) with
P = (X'X + lambda I)^-1, the best linear map from what a user has to itself that may not copy (its diagonal is 0).

L3AE (Moon et al., *LLM-Enhanced Linear Autoencoders for Recommendation*, CIKM 2025, arXiv 2508.13500): the same on the
texts' vectors F gives S, and B is fitted under the penalty mu |B - S|^2. Setting the gradient to 0 gives
B = I + mu P S - P diag(g), now with P = (X'X + (lambda + mu) I)^-1 and g = (1 + mu diag(P S)) / diag(P).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from learn.data.recency import Forgetting
from learn.data.sequences import Sequences
from learn.evaluation.references.base import (
    COUNTS,
    EVENTS,
    FORGETTING,
    ITEMS,
    CannotFit,
    Known,
    Reference,
    Scorer,
    linear,
    profiles,
    user_item,
)
from learn.evaluation.references.inverse import DenseInverse, LowRankInverse, gram_of, inverse_of


def fit_ease(known: Known, strength: float = 100.0, forgetting: Forgetting = None, counts: str = EVENTS) -> Scorer:
    """The `Scorer` of EASE.

    Args:
        strength: lambda.
        forgetting, counts: of a history's events; training counts each pair once.

    Raises:
        CannotFit: more users and items than an inverse can have.
    """
    inverse = _inverse(known, strength)
    divisor = inverse.diagonal()
    if isinstance(inverse, LowRankInverse):
        return _lazily(inverse, lambda rows: inverse.times(rows) / -divisor, known.n_items, forgetting, counts)
    weights = known.kept(("weights", "ease", strength), lambda: _without_diagonal(inverse.matrix / -divisor))
    return linear(weights, known.n_items, forgetting, counts)


def fit_l3ae(
    known: Known,
    strength: float = 50.0,
    prior: float = 50.0,
    text_strength: float = 1.0,
    forgetting: Forgetting = None,
    counts: str = EVENTS,
) -> Scorer:
    """The `Scorer` of L3AE.

    Args:
        strength: lambda.
        prior: mu, how strongly the texts' map is believed.
        text_strength: the lambda of the texts' own map, whose vectors have length 1.
        forgetting, counts: of a history's events.

    Raises:
        CannotFit: no content embeddings, or more users and items than an inverse can have.
    """
    text = known.kept(("text", text_strength), lambda: _text_map(known, text_strength))
    inverse = _inverse(known, strength + prior)
    text_divisor = text.diagonal()
    # diag(P S), where S = I - T / diag(T) and T is the texts' inverse.
    both = inverse.diagonal() - inverse.diagonal_with(text) / text_divisor
    divisor = (1.0 + prior * both) / inverse.diagonal()

    def through(rows: Any) -> np.ndarray:
        """[B, N] rows -> rows (B - I)."""
        first = inverse.times(rows)
        found: np.ndarray = prior * (first - text.times(first) / text_divisor) - first * divisor
        return found

    if isinstance(inverse, LowRankInverse):
        return _lazily(inverse, through, known.n_items, forgetting, counts)
    key = ("weights", "l3ae", strength, prior, text_strength)
    weights = known.kept(key, lambda: _without_diagonal(_in_blocks(inverse, through)))
    return linear(weights, known.n_items, forgetting, counts)


def _inverse(known: Known, strength: float) -> DenseInverse | LowRankInverse:
    owned = known.kept(("owned",), lambda: user_item(known.events, known.n_items))
    gram = known.kept(("gram",), lambda: gram_of(owned))
    return known.kept(("inverse", strength), lambda: inverse_of(owned, strength, gram))


def _text_map(known: Known, strength: float) -> LowRankInverse:
    """(F'F + lambda I)^-1 of the content embeddings, centred and at length 1: a decoder's lie in a narrow cone."""
    if known.content is None:
        raise CannotFit("L3AE reads content embeddings, and there are none.", "Extract them: learn extract DATASET")
    seen = np.bincount(known.events.items, minlength=known.n_items) > 0
    centred = known.content - known.content[seen].mean(axis=0)
    rows = centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-12)
    return LowRankInverse(np.ascontiguousarray(rows.T, dtype=np.float32), strength)


def _lazily(inverse: LowRankInverse, through: Any, n_items: int, forgetting: Forgetting, counts: str) -> Scorer:
    """Profile times B without B: rows go through the inverse's factors; the diagonal of B is 0 as it stands."""

    def score(histories: Sequences, start: int, stop: int) -> np.ndarray:
        rows = profiles(histories, start, stop, n_items, forgetting, counts)
        return np.asarray(through(rows) + rows.toarray(), dtype=np.float32)

    return score


def _in_blocks(inverse: DenseInverse, through: Any, block: int = 2048) -> np.ndarray:
    """[N, N] float32 of ``through`` applied to every unit row."""
    found = np.empty_like(inverse.matrix)
    for start in range(0, len(found), block):
        found[start : start + block] = through(slice(start, start + block))
    return found


def _without_diagonal(weights: np.ndarray) -> np.ndarray:
    np.fill_diagonal(weights, 0.0)
    return weights


EASE = Reference(
    fit_ease,
    {"strength": 100.0, "forgetting": (3.0, "events"), "counts": ITEMS},
    {"forgetting": FORGETTING, "counts": COUNTS, "strength": (20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0)},
    inverts=True,
)
L3AE = Reference(
    fit_l3ae,
    {"strength": 50.0, "prior": 50.0, "text_strength": 0.3, "forgetting": (3.0, "events"), "counts": ITEMS},
    {
        "forgetting": FORGETTING,
        "counts": COUNTS,
        "prior": (20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0),
        "strength": (20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0),
        "text_strength": (0.1, 0.3, 1.0, 3.0),
    },
    reads_content=True,
    scores_cold=True,
    inverts=True,
)
