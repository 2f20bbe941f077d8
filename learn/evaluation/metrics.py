"""Ranking metrics as pure functions on hits: who found which target at which rank.

Shapes: U users, K ranks of a list. ``hits`` [U, K] bool: the item at that rank is a target of the user;
``n_targets`` [U] int: the user's distinct targets. Metrics of one user come back as [U] float64, to be averaged,
sliced or bootstrapped; `pooled_recall` and `coverage` describe all users at once and come back as one number.
Lists may be shorter than k. Empty case of all of them: a user without target is undefined (NaN), and so is the
average over no user.
"""

from __future__ import annotations

import numpy as np

from learn.errors import LearnError


def _top(hits: np.ndarray, k: int) -> np.ndarray:
    if k < 1:
        raise LearnError(f"A metric's cutoff k = {k} is not positive.", "Choose k of 1 or more.")
    return hits[:, :k]


def _defined(values: np.ndarray, n_targets: np.ndarray) -> np.ndarray:
    return np.where(n_targets > 0, values, np.nan)


def hit_count(hits: np.ndarray, k: int) -> np.ndarray:
    """[U] int64: targets among the first k."""
    return _top(hits, k).sum(axis=1)


def hit_rate(hits: np.ndarray, n_targets: np.ndarray, k: int) -> np.ndarray:
    """HR@k: 1 if any target is among the first k, else 0. The field's definition (Deshpande and Karypis, 2004)."""
    return _defined(_top(hits, k).any(axis=1).astype(np.float64), n_targets)


def recall(hits: np.ndarray, n_targets: np.ndarray, k: int) -> np.ndarray:
    """R@k = targets among the first k / targets of the user. With one target it equals `hit_rate`."""
    return _defined(hit_count(hits, k) / np.maximum(n_targets, 1), n_targets)


def pooled_recall(hits: np.ndarray, n_targets: np.ndarray, k: int) -> float:
    """All users' targets found in their first k / all users' targets; NaN where there is no target at all.

    Users with many targets weigh more than in `recall`. The paper's industrial tables print an H@k *smaller* than R@k
    (SPEC, section 7), which an any-hit rate can never be: any hit is worth 1 there and at most 1 in recall. Pooling is
    a reading under which H@k < R@k can happen (users with long targets are harder to complete), so it is reported
    beside the others; the paper does not state its formula.
    """
    total = int(n_targets.sum())
    return float(hit_count(hits, k).sum() / total) if total else float("nan")


def ndcg(hits: np.ndarray, n_targets: np.ndarray, k: int) -> np.ndarray:
    """NDCG@k with binary gain: sum over hits of 1 / log2(rank + 1), divided by the best that was possible.

    The ideal list has min(k, n_targets) hits at its top (Järvelin and Kekäläinen, 2002).
    """
    top = _top(hits, k)
    discount = 1.0 / np.log2(np.arange(2, k + 2))
    ideal = np.concatenate([[0.0], np.cumsum(discount)])[np.minimum(n_targets, k)]
    gain = top @ discount[: top.shape[1]]
    return _defined(gain / np.where(ideal > 0, ideal, 1.0), n_targets)


def mrr(hits: np.ndarray, n_targets: np.ndarray, k: int) -> np.ndarray:
    """1 / rank of the first hit, 0 where the first k hold none (reciprocal rank; Voorhees, 1999)."""
    top = _top(hits, k)
    if not top.shape[1]:
        return _defined(np.zeros(len(top)), n_targets)
    return _defined(np.where(top.any(axis=1), 1.0 / (top.argmax(axis=1) + 1), 0.0), n_targets)


def coverage(ranked: np.ndarray, members: np.ndarray, k: int) -> float:
    """Share of a set of items that appears in anybody's first k (catalogue coverage; Ge et al., 2010).

    Args:
        ranked: [U, K] item indices, -1 where a list has ended.
        members: [N] bool: the items of the set; all True for the whole catalogue.
        k: cutoff.

    Returns:
        Between 0 and 1; NaN for a set without items, 0 where there is no list.
    """
    shown = np.zeros(len(members), dtype=bool)
    top = _top(ranked, k)
    shown[top[top >= 0]] = True
    total = int(members.sum())
    return float((shown & members).sum() / total) if total else float("nan")
