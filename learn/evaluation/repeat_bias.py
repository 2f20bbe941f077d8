"""The repeat-consumption bias: one number added to the score of what a user's history holds already (numpy only).

Not in the paper. A user's embedding lies close to the items that made it, so a list that does not leave the history out
begins with what the user has, whether people buy the same again or not. The number makes the two agree: under
softmax(score), the items of the history get the share of the validation target that they really have. It is the maximum
of that target's likelihood.

Every row of a table has it, whatever scores: LEARN's scores are logits; those of references are made logits first, by
the scale (`fit_scale`) under which softmax(scale x score) gives the validation's new items the greatest likelihood.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logsumexp, softmax

from learn.data.splits import Phase, Split

BOUND = 50.0
SCALED_USERS = 2_000
"""Of more users than this, a random sample says what scale scores have."""

_BLOCK_SCORES = 8_000_000  # scores held at a time: 32 MB

Scores = Callable[[np.ndarray], np.ndarray]
"""[Q] user indices -> [Q, N] their scores after the history of the validation phase; it may be changed."""


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
    return fit_bias(lambda some: user_vectors[some] @ item_vectors.T, split, users)


def fit_bias(scores: Scores, split: Split, users: np.ndarray | None = None, bounded: bool = True) -> float:
    """As `fit_repeat_bias`, of any ``scores`` that are logits; with ``bounded`` False the bound is as much farther away
    as the scores of a history can lie from the others."""
    history, target = split.history(Phase.VALIDATION), split.target(Phase.VALIDATION)
    counted = _counted(split, users)
    if not len(counted):
        return 0.0
    log_odds, again, events = np.empty(len(counted)), np.empty(len(counted)), np.empty(len(counted))
    block = max(1, _BLOCK_SCORES // split.n_items)
    for start in range(0, len(counted), block):
        some = counted[start : start + block]
        found = scores(some)
        for row, user in enumerate(some):
            held = np.unique(history[user])
            inside = logsumexp(found[row, held])
            found[row, held] = -np.inf
            log_odds[start + row] = inside - logsumexp(found[row])
            again[start + row], events[start + row] = np.isin(target[user], held).sum(), len(target[user])

    def excess(value: float) -> float:
        return float((events * expit(log_odds + value) - again).sum())

    bound = BOUND if bounded else BOUND + float(np.abs(log_odds[np.isfinite(log_odds)]).max(initial=0.0))
    if excess(-bound) >= 0 or excess(bound) <= 0:
        return -bound if excess(-bound) >= 0 else bound
    return float(brentq(excess, -bound, bound, xtol=1e-4))


def fit_scaled_bias(scores: Scores, split: Split) -> tuple[float, float]:
    """As `fit_bias`, of ``scores`` of any unit: the bias in that unit, and how many of it are one logit.

    Of more users than `SCALED_USERS` a sample decides.
    """
    users = _counted(split, None)
    if len(users) > SCALED_USERS:
        users = np.sort(np.random.default_rng(0).choice(users, SCALED_USERS, replace=False))
    scale = fit_scale(scores, split, users)
    return fit_bias(lambda some: scale * scores(some), split, users, bounded=False) / scale, 1 / scale


def fit_scale(scores: Scores, split: Split, users: np.ndarray | None = None) -> float:
    """The factor that makes ``scores`` logits: the maximum of the likelihood of the validation's new items among
    those that the history does not hold.

    Args:
        scores: of any unit; split: whose validation target.
        users: [E] the users to go by; None: all.

    Returns:
        A number above 0; 1 where nobody has a new item on validation, or where a greater score is no better.
    """
    history, target = split.history(Phase.VALIDATION), split.target(Phase.VALIDATION)
    counted = _counted(split, users)
    rows: list[np.ndarray] = []
    wanted: list[np.ndarray] = []
    spread = []
    for user, found in zip(counted, scores(counted) if len(counted) else (), strict=True):
        new = np.setdiff1d(target[user], history[user])
        if len(new):
            allowed = np.ones(len(found), dtype=bool)
            allowed[history[user]] = False
            rows.append(found[allowed])
            wanted.append(found[new])
            spread.append(float(rows[-1].std()))
    unit = float(np.mean(spread)) if spread else 0.0
    if unit <= 0:
        return 1.0

    def slope(power: float) -> float:
        scale = float(np.exp(power)) / unit
        return sum(
            float((aims - (softmax(scale * one.astype(np.float64)) * one).sum()).sum())
            for one, aims in zip(rows, wanted, strict=True)
        )

    low, high = np.log(1e-3), np.log(1e3)
    if slope(low) <= 0:
        return 1.0
    power = high if slope(high) >= 0 else brentq(slope, low, high, xtol=1e-2)
    return float(np.exp(power)) / unit


def _counted(split: Split, users: np.ndarray | None) -> np.ndarray:
    """Those of ``users`` (None: all) who have both a history and a target on validation."""
    history, target = split.history(Phase.VALIDATION), split.target(Phase.VALIDATION)
    counted = np.flatnonzero((history.lengths > 0) & (target.lengths > 0))
    return counted if users is None else np.intersect1d(counted, users)
