"""Where numbers on a page or in a file come from, as (what, words): data, cut, Runs, what was counted, how sure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from learn.data.dataset import Dataset
from learn.data.splits import SplitInfo
from learn.evaluation.better import FEW_USERS
from learn.evaluation.bootstrap import LEVEL, RESAMPLES
from learn.explore.metrics.overview import CANDIDATE_LABELS, metric_label
from learn.runs.folder import RunFolder
from learn.runs.run import Run

Origin = list[tuple[str, str]]
STALE = "Stale"
"""What stands before words of what has changed since; a command in them stands between backquotes."""
SPLIT_WORDS = {
    "by_time": "time is cut: what came after is the target",
    "leave_one_out": "each user's last event is the target",
    "item_cold": "a tenth of the items is in no training; all targets are on them",
}


def of_dataset(dataset: Dataset) -> Origin:
    """The data and how it is cut."""
    facts = f"{dataset.name}, {len(dataset.user_ids):,} users, {dataset.n_items:,} items, hash {dataset.fingerprint}"
    return [("Dataset", facts), ("Split", split_words(dataset.split.info))]


def split_words(info: SplitInfo) -> str:
    """How the events are cut, with the dates where there are any."""
    starts = (("validation from", info.validation_start), ("target from", info.test_start))
    dates = ", ".join(f"{what} {time[:10]}" for what, time in starts if time)
    kind = str(info.kind)
    return "; ".join(part for part in (SPLIT_WORDS.get(kind, kind.replace("_", " ")), dates) if part)


def of_runs(runs: Sequence[RunFolder]) -> Origin:
    """The Runs by name: seed, whether validation was learned from too, what made them, and what is stale of them."""
    found = [("Runs", "; ".join(_run_words(run) for run in runs))]
    stale = [run.name for run in runs if isinstance(run, Run) and run.follows]
    if stale:
        words = "the catalogue changed since, and their stored lists and metrics are of the one before"
        found.append((STALE, f"{', '.join(stale)}: {words}"))
    return found


def _run_words(run: RunFolder) -> str:
    info = run.info
    about = [
        f"seed {info.seed}" if info.seed is not None else "",
        "learned from validation too" if info.refit else "",
        f"code {info.made['commit']}" if info.made.get("commit") else "",
    ]
    told = ", ".join(filter(None, about))
    return f"{run.name} ({told})" if told else run.name


def of_metric(metric: str, k: int, candidates: str, n_users: float) -> Origin:
    """What was counted, and of how many users."""
    among = CANDIDATE_LABELS.get(candidates, candidates)
    few = f": fewer than {FEW_USERS}, too few to say anything" if n_users < FEW_USERS else ""
    return [
        ("Counted", f"{metric_label(metric)} of lists of k = {k}, candidates: {among[0].lower()}{among[1:]}"),
        ("Users", f"{n_users:,.0f}{few}"),
    ]


def of_intervals(runs: Sequence[RunFolder] = ()) -> Origin:
    """How sure the numbers are; ``runs``: of one seed each."""
    words = (
        f"{LEVEL:.0%}, users drawn again {RESAMPLES:,} times; a difference is paired, the same users under both, and "
        "is clear where its interval leaves out 0"
    )
    if any(run.info.seed is not None for run in runs):
        words += ". Each Run was trained once: the luck of training is not in it (Benchmarks has several seeds)"
    return [("Interval", words)]


def benchmark_data(rows: pd.DataFrame) -> str:
    """Of `results.one_metric`: what was measured on, in a sentence; "" where nothing ran."""
    ran = rows.dropna(subset=["mean"])
    if ran.empty:
        return ""
    first = ran.iloc[0]
    split = SPLIT_WORDS.get(first["split"], str(first["split"]).replace("_", " "))
    return f"{first['dataset']}: {ran['n_users'].max():,.0f} users are measured; {split}."


def of_benchmark(rows: pd.DataFrame) -> Origin:
    """Of `results.one_metric`: data, cut, Runs and their seeds, and the code that made them."""
    ran = rows.dropna(subset=["mean"])
    if ran.empty:
        return []
    first = ran.iloc[0]
    split = SPLIT_WORDS.get(first["split"], str(first["split"]).replace("_", " "))
    commits = sorted({str(commit) for commit in ran["commit"].dropna()})
    seeds = "; ".join(f"{row['label']}: {int(row['seeds'])}" for row in ran.to_dict("records"))
    found = [
        ("Dataset", str(first["dataset"])),
        ("Split", split),
        *of_metric(str(first["metric"]), int(first["k"]), str(first["among"]), float(ran["n_users"].max())),
        ("Seeds", seeds),
        *of_intervals(),
    ]
    if len(commits) > 1:
        words = "made by several versions of the code, which may differ by more than the rows"
        return [*found, ("Code", f"{', '.join(commits)}: {words}")]
    return [*found, ("Code", commits[0])] if commits else found


def of_ranking(about: dict[str, Any], rows: pd.DataFrame, dataset: Dataset | None) -> Origin:
    """Of a ranker's report; ``dataset``: the one of that name that is here, None where there is none."""
    made, config = about.get("made", {}), about.get("config", {})
    found = [
        ("Dataset", f"{about.get('dataset', '?')}, hash {about.get('dataset_fingerprint', '?')}"),
        ("Split", f"rankers learn from before, and are judged after; vectors know nothing from {about['cut'][:10]} on"),
        ("Run", f"{about.get('run', '?')}, which made LEARN's vectors"),
        ("Users", f"{int(rows['n_users'].max()):,}"),
        ("Seeds", f"{config.get('seeds', '?')} of every ranker, their scores' sums averaged"),
        ("Interval", f"{LEVEL:.0%}, users drawn again {config.get('resamples', RESAMPLES):,} times, paired"),
    ]
    if made.get("commit"):
        found.append(("Code", made["commit"]))
    if dataset is not None and about.get("dataset_fingerprint") not in (None, dataset.fingerprint):
        words = f"{dataset.name} has changed since this was measured; to measure it again: `learn rank {dataset.name}`"
        found.append((STALE, words))
    return found
