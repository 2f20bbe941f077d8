"""The repeat-consumption bias: one number added to the score of what a user's history holds already (numpy only).

Not in the paper. A user's embedding lies close to the items that made it, so a list that does not leave the history out
begins with what the user has, whether people buy the same again or not. The number makes the two agree: under
softmax(score), the items of the history get the share of the validation target that they really have. It is the maximum
of that target's likelihood.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logsumexp

from learn.data.splits import Phase, Split

BOUND = 50.0
_BLOCK_SCORES = 8_000_000  # scores held at a time: 32 MB


def fit_repeat_bias(
    user_vectors: np.ndarray, item_vectors: np.ndarray, split: Split, users: np.ndarray | None = None
) -> float:
    """What to add to the score of the items that the history holds.

    Args:
        user_vectors: [U, d] after the history of the validation phase; item_vectors: [N, d]: score = inner product,
            in logits.
        users: [E] the users to go by; None: all.

    Returns:
        A number in [-`BOUND`, `BOUND`]; 0 where no user has both a history and a validation target.
    """
    history, target = split.history(Phase.VALIDATION), split.target(Phase.VALIDATION)
    counted = np.flatnonzero((history.lengths > 0) & (target.lengths > 0))
    counted = counted if users is None else np.intersect1d(counted, users)
    if not len(counted):
        return 0.0
    log_odds, again, events = np.empty(len(counted)), np.empty(len(counted)), np.empty(len(counted))
    block = max(1, _BLOCK_SCORES // len(item_vectors))
    for start in range(0, len(counted), block):
        scores = user_vectors[counted[start : start + block]] @ item_vectors.T
        for row, user in enumerate(counted[start : start + block]):
            held = np.unique(history[user])
            inside = logsumexp(scores[row, held])
            scores[row, held] = -np.inf
            log_odds[start + row] = inside - logsumexp(scores[row])
            again[start + row], events[start + row] = np.isin(target[user], held).sum(), len(target[user])

    def excess(value: float) -> float:
        return float((events * expit(log_odds + value) - again).sum())

    if excess(-BOUND) >= 0 or excess(BOUND) <= 0:
        return -BOUND if excess(-BOUND) >= 0 else BOUND
    return float(brentq(excess, -BOUND, BOUND, xtol=1e-4))
