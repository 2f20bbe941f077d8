"""How sure a metric is: 95% percentile intervals from resampling users with replacement (Efron, 1979), and what the
luck of training adds where there are several seeds (`over_seeds`).

Every metric is written as a ratio of two sums over users: an average is sum(value) / sum(1), pooled recall is
sum(hits) / sum(targets), an average over a slice is sum(value x member) / sum(member). So one routine serves all, and
one set of resamples serves all metrics of a ranked set.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from learn.errors import LearnError

RESAMPLES = 1000
LEVEL = 0.95
_BLOCK = 4_000_000  # user counts held at a time: 32 MB


class Interval(NamedTuple):
    """An estimate and its interval; NaN where it is undefined."""

    mean: float
    low: float
    high: float


def _resampled_counts(rng: np.random.Generator, n_users: int, resamples: int) -> np.ndarray:
    """[resamples, U] float64: how often each user was drawn; every row sums to U (a multinomial draw)."""
    drawn = rng.integers(n_users, size=(resamples, n_users))
    cells = drawn + np.arange(resamples)[:, None] * n_users
    return np.bincount(cells.ravel(), minlength=resamples * n_users).reshape(resamples, n_users).astype(np.float64)


def bootstrap_ratios(
    numerators: np.ndarray,
    denominators: np.ndarray,
    seed: int = 0,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Estimates and intervals of M ratios of sums over the same U users, with the same resamples.

    Args:
        numerators: [U, M] float; no NaN.
        denominators: [U, M] float, not negative; a user outside a slice has 0 in both.
        seed: of the resamples; the same seed gives the same interval.
        resamples: how many; 0: no interval, ``low`` and ``high`` are NaN.
        level: coverage of the interval.

    Returns:
        estimates, low, high: each [M]; NaN where the denominators sum to 0. A resample in which a ratio's
        denominator is 0 (a slice of very few users) does not count for that ratio.
    """
    if numerators.shape != denominators.shape:
        raise LearnError(
            f"Numerators {numerators.shape} and denominators {denominators.shape} differ in shape.",
            "Give one denominator per numerator.",
        )
    both = np.concatenate([numerators, denominators], axis=1).astype(np.float64)
    return bootstrap_sums(both, seed, resamples, level)


def bootstrap_sums(
    sums: np.ndarray, seed: int = 0, resamples: int = RESAMPLES, level: float = LEVEL
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """As `bootstrap_ratios`, of numerators and denominators side by side: [U, 2 M] float64, which is not copied."""
    n_users, width = len(sums), sums.shape[1] // 2
    nothing = np.full(width, np.nan)
    if n_users == 0 or width == 0:
        return nothing, nothing.copy(), nothing.copy()
    if not resamples:
        total = sums.sum(axis=0)
        found = np.divide(total[:width], total[width:], out=nothing.copy(), where=total[width:] > 0)
        return found, nothing, nothing.copy()
    rng = np.random.default_rng(seed)
    block = max(1, _BLOCK // n_users)
    drawn = np.concatenate(
        [_resampled_counts(rng, n_users, min(block, resamples - start)) @ sums for start in range(0, resamples, block)]
    )
    total = sums.sum(axis=0)
    estimates = np.divide(total[:width], total[width:], out=nothing.copy(), where=total[width:] > 0)
    below = drawn[:, width:]
    ratios = np.divide(drawn[:, :width], below, out=np.full(below.shape, np.nan), where=below > 0)
    low, high = nothing.copy(), nothing.copy()
    known = ~np.isnan(estimates)
    tails = [(1 - level) / 2, (1 + level) / 2]
    whole = ~np.isnan(ratios).any(axis=0)
    low[whole], high[whole] = np.quantile(ratios[:, whole], tails, axis=0)
    for column in np.flatnonzero(known & ~whole):
        low[column], high[column] = np.quantile(ratios[below[:, column] > 0, column], tails)
    return estimates, low, high


def over_seeds(interval: Interval, *seed_values: np.ndarray, level: float = LEVEL) -> Interval:
    """``interval`` over users, widened by what differs between seeds.

    The mean over S seeds has the variance s^2 / S of the seeds' own luck beside v of which users were drawn, and the
    two are independent. So each side's width z sqrt(v) becomes t sqrt(v + s^2 / S), with Student's t of Welch's and
    Satterthwaite's degrees of freedom: few seeds say little of how far seeds lie apart, and the more of the variance is
    theirs, the wider that makes it. Of a difference of two rows the variances of both rows' seeds are added.

    Args:
        interval: of the mean over the seeds.
        seed_values: [S] the figure of each seed; of a difference one array for each row. A row with a single seed, or
            one whose seeds agree, widens nothing.
        level: coverage.
    """
    from scipy.stats import norm, t

    parts = [(np.var(one, ddof=1) / len(one), len(one) - 1) for one in seed_values if len(one) > 1]
    variance = sum(part for part, _ in parts)
    if not variance or np.isnan(interval.mean):
        return interval
    uncertain = sum(part**2 / degrees for part, degrees in parts)

    def wider(side: float) -> float:
        whole = (side / norm.ppf((1 + level) / 2)) ** 2 + variance
        return float(t.ppf((1 + level) / 2, whole**2 / uncertain) * np.sqrt(whole))

    mean, low, high = interval
    return Interval(mean, mean - wider(mean - low), mean + wider(high - mean))


def bootstrap_mean(values: np.ndarray, seed: int = 0, resamples: int = RESAMPLES, level: float = LEVEL) -> Interval:
    """The average of [U] ``values`` and its interval."""
    column = np.asarray(values, dtype=np.float64)[:, None]
    return _single(bootstrap_ratios(column, np.ones_like(column), seed, resamples, level))


def paired_difference(
    a: np.ndarray,
    b: np.ndarray,
    weights: np.ndarray | None = None,
    seed: int = 0,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> Interval:
    """How much better ``a`` is than ``b`` on the same users: sum(a - b) / sum(weights), users resampled in pairs.

    An interval without 0 means that the difference is more than the luck of which users were drawn. Pairing removes
    what makes some users easy for both, so it sees smaller differences than two separate intervals do.

    Args:
        a, b: [U] float: the same metric of the same users, in the same order (for pooled recall: hits).
        weights: [U] float; None: 1 each, an average (for pooled recall: targets).
        seed, resamples, level: as in `bootstrap_ratios`.

    Raises:
        LearnError: ``a`` and ``b`` do not cover the same number of users.
    """
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if a.shape != b.shape:
        raise LearnError(
            f"A paired comparison needs the same users on both sides; got {len(a)} and {len(b)}.",
            "Compare Runs of the same dataset and split, on the users that both have.",
        )
    weights = np.ones_like(a) if weights is None else np.asarray(weights, dtype=np.float64)
    return _single(bootstrap_ratios((a - b)[:, None], weights[:, None], seed, resamples, level))


def _single(result: tuple[np.ndarray, np.ndarray, np.ndarray]) -> Interval:
    return Interval(*(float(values[0]) for values in result))
