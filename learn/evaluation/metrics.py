"""Ranking metrics as pure functions on hits: who found which target at which rank. One entry of `METRICS` each.

To add one, copy this to the end of this file (or call it anywhere before an evaluation), and nothing else:

    def precision(hits: np.ndarray, n_targets: np.ndarray, k: int) -> np.ndarray:  # [U, K] bool, [U] -> [U]
        return _defined(hit_count(hits, k) / k, n_targets)
    METRICS.register(Metric("precision", "Precision", "share of the list that is bought later", of_user=precision))

Every Run made from then on has it, with its interval, overall and by slice; pages and commands show it.

Shapes: U users, K ranks of a list. ``hits`` [U, K] bool: the item at that rank is a target of the user;
``n_targets`` [U] int: the user's distinct targets. Metrics of one user come back as [U] float64, to be averaged,
sliced or bootstrapped; `pooled_recall` and `coverage` describe all users at once and come back as one number.
Lists may be shorter than k. Empty case of all of them: a user without target is undefined (NaN), and so is the
average over no user.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from learn.data.schema import Slices
from learn.errors import LearnError
from learn.registry import Registry


def _top(hits: np.ndarray, k: int) -> np.ndarray:
    if k < 1:
        raise LearnError(f"A metric's cutoff k = {k} is not positive.", "Choose k of 1 or more.")
    return hits[:, :k]


def _defined(values: ArrayLike, n_targets: np.ndarray) -> np.ndarray:
    return np.where(n_targets > 0, np.asarray(values), np.nan)


def hit_count(hits: np.ndarray, k: int) -> np.ndarray:
    """[U] int64: targets among the first k."""
    return _top(hits, k).sum(axis=1)


def hit_rate(hits: np.ndarray, n_targets: np.ndarray, k: int) -> np.ndarray:
    """HR@k: 1 if any target is among the first k, else 0. The field's definition (Deshpande and Karypis, 2004)."""
    return _defined(np.asarray(_top(hits, k).any(axis=1), dtype=np.float64), n_targets)


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
    total = int(members.sum())
    return distinct_items(ranked, members, k) / total if total else float("nan")


def distinct_items(ranked: np.ndarray, members: np.ndarray, k: int) -> float:
    """How many items of a set appear in anybody's first k; `coverage` is the share. Arguments as there."""
    shown = np.zeros(len(members), dtype=bool)
    top = _top(ranked, k)
    shown[top[top >= 0]] = True
    return float((shown & members).sum())


def gini(ranked: np.ndarray, members: np.ndarray, k: int) -> float:
    """Gini's coefficient of how often the items of a set are shown in all lists of k (Gini, 1912).

    With the counts in rising order, c_1 <= ... <= c_n: sum((2 i - n - 1) c_i) / (n sum(c)).

    Returns:
        From 0, all are shown alike, to nearly 1, a single item is; NaN for a set of which nothing is shown. Arguments
        as of `coverage`.
    """
    top = _top(ranked, k)
    counts = np.sort(np.bincount(top[top >= 0], minlength=len(members))[members])
    if not counts.sum():
        return float("nan")
    n = len(counts)
    return float(((2 * np.arange(1, n + 1) - n - 1) * counts).sum() / (n * counts.sum()))


def says_little(k: int, n_items: int) -> str:
    """Why lists of ``k`` items say little of a catalogue of ``n_items``; "" where they are short enough."""
    if 2 * k < n_items:
        return ""
    what = "all of it" if k >= n_items else "half of it or more"
    return (
        f"A list of {k:,} out of a catalogue of {n_items:,} items holds {what}: hit rate and recall at {k:,} "
        "are high for any order, and say little."
    )


PerUserMetric = Callable[[np.ndarray, np.ndarray, int], np.ndarray]
"""(hits [U, K] bool, n_targets [U], k) -> [U] float64."""


@dataclass(frozen=True)
class Metric:
    """A metric of ranked lists: of every user, to be averaged, or of all lists together.

    Attributes:
        code: names it in tables and links.
        label: what people read.
        words: a line on what it is.
        of_user: the metric of each user. The figure is their mean; with ``weights``, the ratio of two sums.
        weights: [U] n_targets -> [U]; None: every user weighs 1.
        of_lists: instead, (ranked [U, K] item indices, -1 padded, members [N] bool, k) -> one number, without interval.
        targets: a slice of the items (`learn.data.schema.Slices.NAMES`): only targets of it count, and users without
            such a target do not. It stands in tables of metrics beside the others, and not for each user.
        from_counts: ([U] targets among the first k, [U] n_targets) -> [U], where that is all that ``of_user`` looks at;
            None: each user's value is stored under the code.
        more_is_better: False: nothing is marked as the best.
        in_terminal: in which tables of the command line it stands: of several Runs, of one Run, or in none.
    """

    code: str
    label: str
    words: str
    of_user: PerUserMetric | None = None
    weights: Callable[[np.ndarray], np.ndarray] | None = None
    of_lists: Callable[[np.ndarray, np.ndarray, int], float] | None = None
    targets: str | None = None
    from_counts: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None
    more_is_better: bool = True
    in_terminal: Literal["always", "one run", "never"] = "one run"

    def __post_init__(self) -> None:
        if (self.of_user is None) == (self.of_lists is None):
            raise LearnError(
                f"Metric {self.code!r} must be of every user or of all lists together.",
                "Give its entry either of_user or of_lists.",
            )

    def mean_of(self, hits: np.ndarray, n_targets: np.ndarray, k: int, rows: np.ndarray) -> float:
        """The figure of the users ``rows`` ([E'] places in ``hits``), who all have a target.

        Raises:
            LearnError: the metric is of all lists together.
        """
        if self.of_user is None:
            raise LearnError(f"Metric {self.code!r} is of all lists together.", "Choose one that every user has.")
        values = self.of_user(hits, n_targets, k)[rows]
        return float(values.mean() if self.weights is None else values.sum() / self.weights(n_targets)[rows].sum())

    @property
    def is_stored(self) -> bool:
        """Whether a Run stores each user's value; else it follows from the counts of hits, or there is none."""
        return self.is_of_every_user and self.from_counts is None

    @property
    def is_of_every_user(self) -> bool:
        """Whether every evaluated user has a value."""
        return self.of_user is not None and self.targets is None


METRICS: Registry[Metric] = Registry(
    "metric",
    Metric(
        "hit_rate",
        "Hit rate",
        "share of users with at least one later item in the list",
        of_user=hit_rate,
        from_counts=lambda counts, n_targets: (counts > 0).astype(np.float64),
        in_terminal="always",
    ),
    Metric(
        "recall",
        "Recall",
        "share of a user's later items that the list holds",
        of_user=recall,
        from_counts=lambda counts, n_targets: counts / n_targets,
        in_terminal="always",
    ),
    Metric("ndcg", "NDCG", "like recall, but hits near the top count more", of_user=ndcg),
    Metric("mrr", "MRR", "how near the top the first hit is", of_user=mrr, in_terminal="never"),
    Metric(
        "pooled_recall",
        "Pooled recall",
        "later items found, all users together",
        of_user=lambda hits, n_targets, k: hit_count(hits, k),
        weights=lambda n_targets: n_targets,
        from_counts=lambda counts, n_targets: counts,
        in_terminal="never",
    ),
    Metric(
        "coverage",
        "Coverage",
        "share of the catalogue that is recommended to somebody",
        of_lists=coverage,
        more_is_better=False,
        in_terminal="never",
    ),
    Metric(
        "distinct_items",
        "Distinct items",
        "items that are recommended to somebody",
        of_lists=distinct_items,
        more_is_better=False,
    ),
    Metric(
        "gini",
        "Gini",
        "how unevenly items are shown: 0 all alike, 1 always the same few",
        of_lists=gini,
        more_is_better=False,
        in_terminal="never",
    ),
    Metric(
        "long_tail_recall",
        "Seldom-bought recall",
        "recall of the least-sold items, which together hold a fifth of what was sold",
        of_user=recall,
        targets=Slices.LONG_TAIL,
        in_terminal="never",
    ),
    Metric(
        "cold_start_recall",
        "Never-bought recall",
        "recall of items that training never saw",
        of_user=recall,
        targets=Slices.COLD_START,
        in_terminal="never",
    ),
)
