"""Runs against Runs: by slice, user by user, list by list, and what accuracy costs in variety."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from learn.data.dataset import Dataset
from learn.data.schema import Metrics, PerUser, Recommendations, Slices
from learn.errors import LearnError
from learn.evaluation import metrics as m
from learn.evaluation.bootstrap import Interval, paired_difference
from learn.explore.catalogue import Catalogue
from learn.explore.metrics.overview import run_labels
from learn.explore.metrics.result import LEARNED, kind_words
from learn.item_towers import ITEM_TOWERS
from learn.runs.folder import RunFolder
from learn.runs.run import Run

TRADE_OFFS = {
    "coverage": "share of the catalogue that somebody is shown",
    "novelty": "mean surprise of a shown item, in bits: log2 of users per user who had it",
    "popularity_bias": "share of users who had the shown item already, on average",
    "diversity": "share of pairs in a list that are of different categories",
}


def by_slice(metrics: pd.DataFrame, metric: str, k: int, candidates: str) -> pd.DataFrame:
    """One row per slice and Run, "all" first: columns slice, run, label, variant, mean, low, high, n_users."""
    chosen = metrics[
        (metrics[Metrics.METRIC] == metric) & (metrics[Metrics.K] == k) & (metrics[Metrics.CANDIDATES] == candidates)
    ]
    columns = [Metrics.SLICE, "run", "label", "variant", Metrics.MEAN, Metrics.LOW, Metrics.HIGH, Metrics.N_USERS]
    order = chosen[Metrics.SLICE].map(lambda name: (name != Slices.WHOLE, not name.startswith("user:"), name))
    return chosen.assign(order=order).sort_values("order", kind="stable")[columns].reset_index(drop=True)


def shared_scales(table: pd.DataFrame) -> dict[str, float]:
    """Of `by_slice`: slice -> where its axis ends. Slices whose figures reach a quarter of the greatest share one
    scale, the others another."""
    reach = table.groupby(Metrics.SLICE)[[Metrics.MEAN, Metrics.HIGH]].max().max(axis=1).fillna(0.0)
    large = reach >= reach.max() / 4
    return {str(name): float(reach[large == large[name]].max()) for name in reach.index}


def stored_matrix(run: Run, dataset: Dataset, candidates: str) -> np.ndarray:
    """[U, K] int64 item indices of ``run``'s stored lists, best first, -1 where a list has ended."""
    table = run.recommendations
    table = table[table[Recommendations.CANDIDATES] == candidates]
    users = dataset.user_index.get_indexer(table[Recommendations.USER])
    items = dataset.item_index.get_indexer(table[Recommendations.ITEM])
    ranks = table[Recommendations.RANK].to_numpy(np.int64)
    known = (users >= 0) & (items >= 0)
    lists = np.full((len(dataset.user_ids), int(ranks.max(initial=0))), -1, dtype=np.int64)
    lists[users[known], ranks[known] - 1] = items[known]
    return lists


def overlap_matrix(lists: Mapping[str, np.ndarray], k: int) -> pd.DataFrame:
    """Mean share of the first ``k`` that two Runs' lists have in common, over users who have both.

    Args:
        lists: Run name -> [U, K] item indices, -1 padded.

    Returns:
        [runs, runs]: 1 on the diagonal; NaN where no user has both.
    """
    names = list(lists)
    table = pd.DataFrame(np.nan, index=names, columns=names)
    ordered = {name: np.sort(matrix[:, :k], axis=1) for name, matrix in lists.items()}
    for place, one in enumerate(names):
        for other in names[place:]:
            shared, longest = _shared(ordered[one], ordered[other])
            kept = longest > 0
            if kept.any():
                table.loc[one, other] = table.loc[other, one] = float((shared[kept] / longest[kept]).mean())
    return table


def _shared(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """[U] how many items two sorted lists share, and the longer one's length; 0 where either is empty."""
    stride = int(max(a.max(initial=0), b.max(initial=0))) + 2
    rows = np.arange(len(a))[:, None] * stride
    keys_a, keys_b = (rows + a)[a >= 0], (rows + b)[b >= 0]
    shared = np.bincount(np.intersect1d(keys_a, keys_b, assume_unique=True) // stride, minlength=len(a))
    lengths_a, lengths_b = (a >= 0).sum(axis=1), (b >= 0).sum(axis=1)
    return shared, np.where((lengths_a > 0) & (lengths_b > 0), np.maximum(lengths_a, lengths_b), 0)


def variety(ranked: np.ndarray, k: int, popularity: np.ndarray, n_users: int, groups: np.ndarray) -> dict[str, float]:
    """What lists are like beside being right: the keys of `TRADE_OFFS`.

    Coverage: Ge et al., 2010. Novelty: mean self-information, -log2 of the share of users who had the item (Zhou et
    al., 2010), a half user added so that a cold-start item is finite. Popularity bias: the mean of that share
    (average recommendation popularity; Yin et al., 2012). Diversity: intra-list distance (Ziegler et al., 2005), two
    items being 1 apart when their categories differ.

    Args:
        ranked: [U, K] item indices, -1 padded.
        popularity: [N] distinct users who had each item in the training part; n_users: of how many.
        groups: [N] codes of the items' categories.
    """
    top = ranked[:, :k]
    shown = top[top >= 0]
    if not len(shown):
        return dict.fromkeys(TRADE_OFFS, float("nan"))
    share = popularity / n_users
    surprise = -np.log2((popularity + 0.5) / (n_users + 0.5))
    return {
        "coverage": m.coverage(ranked, np.ones(len(popularity), dtype=bool), k),
        "novelty": float(surprise[shown].mean()),
        "popularity_bias": float(share[shown].mean()),
        "diversity": _diversity(top, groups),
    }


def _diversity(top: np.ndarray, groups: np.ndarray) -> float:
    """Mean over lists of two items or more of the share of pairs with different groups; NaN without any."""
    lengths = (top >= 0).sum(axis=1)
    rows, places = np.nonzero(top >= 0)
    width = int(groups.max(initial=0)) + 1
    _, counts = np.unique(rows * width + groups[top[rows, places]], return_counts=True)
    keys = np.unique(rows * width + groups[top[rows, places]]) // width
    alike = np.bincount(keys, weights=counts * (counts - 1), minlength=len(top))
    kept = lengths >= 2
    if not kept.any():
        return float("nan")
    return float((1 - alike[kept] / (lengths[kept] * (lengths[kept] - 1))).mean())


def trade_offs(
    runs: Sequence[Run],
    lists: Mapping[str, np.ndarray],
    accuracy: pd.DataFrame,
    k: int,
    popularity: np.ndarray,
    n_users: int,
    catalogue: Catalogue,
) -> pd.DataFrame:
    """One row per Run: columns run, label, variant, accuracy, accuracy_low, accuracy_high (its 95% interval), and
    `TRADE_OFFS`.

    Args:
        lists: Run name -> [U, K], as `stored_matrix` gives them.
        accuracy: one row per Run (`learn.explore.metrics.overview.compare_runs`).
        k: of the lists; popularity, n_users: as in `variety`.
    """
    groups = pd.factorize(pd.Series(catalogue.categories) + " > " + pd.Series(catalogue.finer))[0]
    means = accuracy.set_index("run")
    ends = {"accuracy": Metrics.MEAN, "accuracy_low": Metrics.LOW, "accuracy_high": Metrics.HIGH}
    labels = run_labels(runs)
    rows = [
        {
            "run": run.name,
            "label": labels[run.name],
            "variant": run.info.variant,
            **{name: float(means[column].get(run.name, np.nan)) for name, column in ends.items()},
            **variety(lists[run.name], k, popularity, n_users, groups),
        }
        for run in runs
    ]
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class PairedComparison:
    """Two Runs on the same users.

    Attributes:
        users: columns user (index), n_targets, a, b (targets found in the first k by each), difference; the users with
            the greatest absolute difference first, of equal ones those with more targets.
        difference: mean recall of the first less that of the second, with its paired 95% interval.
    """

    users: pd.DataFrame
    difference: Interval

    @property
    def won(self) -> int:
        """Users for whom the first Run found more of the targets."""
        return int((self.users["difference"] > 0).sum())

    @property
    def lost(self) -> int:
        """Users for whom the second Run found more of the targets."""
        return int((self.users["difference"] < 0).sum())

    @property
    def tied(self) -> int:
        """Users for whom both found as many."""
        return len(self.users) - self.won - self.lost


def worth_a_duel(runs: Sequence[RunFolder]) -> tuple[RunFolder, RunFolder]:
    """Of two Runs or more, the best first: the best trained item tower, and the best that holds no item tower at all;
    the best two where there are not both."""
    trained = [run for run in runs if kind_words(run) == LEARNED]
    without = [run for run in runs if run.info.variant not in ITEM_TOWERS and run.info.kind != "blend"]
    return (trained[0], without[0]) if trained and without else (runs[0], runs[1])


def cutoffs(runs: Sequence[Run]) -> list[int]:
    """The list lengths for which all of ``runs`` know how many targets each user's list holds."""
    start = PerUser.at(PerUser.HITS, 0)[:-1]
    sets = [{int(c.removeprefix(start)) for c in run.per_user.columns if c.startswith(start)} for run in runs]
    return sorted(set.intersection(*sets)) if sets else []


def paired_comparison(a: Run, b: Run, k: int, candidates: str) -> PairedComparison:
    """The `PairedComparison` of ``a`` against ``b``.

    Raises:
        LearnError: they have no user in common, or not this k.
    """
    column = PerUser.at(PerUser.HITS, k)
    for run in (a, b):
        if column not in run.per_user:
            raise LearnError(
                f"Run {run.name} has no {column}.", f"Evaluate it again: learn evaluate {run.info.dataset}"
            )
    tables = [run.per_user[run.per_user[PerUser.CANDIDATES] == candidates] for run in (a, b)]
    joined = tables[0][[PerUser.USER, PerUser.N_TARGETS, column]].merge(
        tables[1][[PerUser.USER, column]], on=PerUser.USER, suffixes=("_a", "_b")
    )
    if joined.empty:
        raise LearnError(
            f"Runs {a.name} and {b.name} share no user among {candidates} items.", "Choose two other Runs."
        )
    found = [joined[f"{column}_{side}"].to_numpy(np.int64) for side in "ab"]
    users = pd.DataFrame(
        {
            "user": joined[PerUser.USER],
            "n_targets": joined[PerUser.N_TARGETS],
            "a": found[0],
            "b": found[1],
            "difference": found[0] - found[1],
        }
    )
    recalls = [hits / np.maximum(users["n_targets"], 1) for hits in found]
    difference = paired_difference(*recalls)
    order = np.lexsort((users["user"], -users["n_targets"], -users["difference"].abs()))
    return PairedComparison(users.iloc[order].reset_index(drop=True), difference)


def training_curves(runs: Sequence[Run]) -> pd.DataFrame:
    """Loss and validation metric by epoch: columns run, label, variant, epoch, loss, validation, seconds."""
    labels = run_labels(runs)
    columns = ["epoch", "loss", "validation", "seconds"]
    tables = [
        run.curves.reindex(columns=columns).assign(run=run.name, label=labels[run.name], variant=run.info.variant)
        for run in runs
        if len(run.curves)
    ]
    names = ["run", "label", "variant", *columns]
    return pd.concat(tables, ignore_index=True)[names] if tables else pd.DataFrame(columns=names)
