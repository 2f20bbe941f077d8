"""What the paper reports (its Tables 3 to 7), for the same rows as the benchmarks rerun."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, pairwise
from typing import Any

import pandas as pd

from learn.explore.metrics.leading import listed
from learn.reproduce.results import in_words, is_earlier

OWN_NAMES = {
    "recbole-gru4rec": "GRU4Rec",
    "rectools-sasrec": "SASRec",
    "rectools-bert4rec": "BERT4Rec",
    "recbole-fdsa": "FDSA",
    "learn": "LEARN",
    "learn-dense": "LEARN",
}
"""Run -> what the paper calls it: the libraries in the labels here are those that it was rerun with."""
LEVEL = 0.01
"""Numbers of the paper, which has no intervals, that differ by less than this part of them are called nearly level."""
AS_IN_THE_PAPER = {"learn": "learn-dense"}
"""Run -> the one that is trained as the paper's is: where both are there, that one stands beside the paper's number."""
OBJECTIVES = {
    "learn-dense": "each item of the past predicts every later one, sequences cut in two",
    "learn": "each item predicts the next one only",
}
"""Run -> under which objective it is trained."""

_Numbers = Mapping[str, Mapping[str, tuple[float | None, ...]]]

SCIENTIFIC: _Numbers = {
    "table3": {
        "recbole-gru4rec": (0.0826, 0.1055),
        "rectools-sasrec": (0.0797, 0.1305),
        "rectools-bert4rec": (0.0790, 0.1061),
        "recbole-fdsa": (0.0716, 0.0967),
        "learn": (0.1060, 0.1594),
    },
    "table4": {"without-align": (0.0504, 0.0813), "c": (0.0978, 0.1389), "a": (0.1060, 0.1594)},
}
"""Benchmark -> Run -> (NDCG@10, recall@10) on Amazon Scientific, leave-one-out, over the whole catalogue."""

INDUSTRIAL: _Numbers = {
    "table5": {
        "without-align": (0.0069, 0.0154, 0.0101, 0.0210),
        "c": (0.0292, 0.0416, 0.0468, 0.0626),
        "b": (0.0313, 0.0488, 0.0505, 0.0675),
        "a-uniform": (0.0440, 0.0610, 0.0701, 0.0905),
        "a": (0.0477, 0.0663, 0.0751, 0.0970),
    },
    "table6": {
        "id": (0.0312, 0.0499, 0.0503, 0.0754),
        "encoder": (0.0357, 0.0552, 0.0576, 0.0843),
        "llm": (0.0477, 0.0663, 0.0751, 0.0970),
    },
    "table7": {
        "own": (None, None, 0.0751, 0.0970),
        "lora-small": (None, None, 0.0376, 0.0560),
        "lora-medium": (None, None, 0.0504, 0.0709),
        "lora-large": (None, None, 0.0513, 0.0720),
    },
}
"""Benchmark -> Run -> (hit rate@50, recall@50, hit rate@100, recall@100) on the paper's industrial data."""

_PLACES: dict[tuple[str, int], tuple[_Numbers, int]] = {
    **{("ndcg", 10): (SCIENTIFIC, 0), ("recall", 10): (SCIENTIFIC, 1)},
    **{("hit_rate", 50): (INDUSTRIAL, 0), ("recall", 50): (INDUSTRIAL, 1)},
    **{("hit_rate", 100): (INDUSTRIAL, 2), ("recall", 100): (INDUSTRIAL, 3)},
}


def paper_values(benchmark: str, metric: str, k: int) -> dict[str, float]:
    """Run -> what the paper reports for it in that metric; empty where the paper has no such number.

    A Run of `AS_IN_THE_PAPER` has the same number as the one beside which it is trained.
    """
    table, place = _PLACES.get((metric, k), ({}, 0))
    values = {run: numbers[place] for run, numbers in table.get(benchmark, {}).items()}
    values |= {same: values[run] for run, same in AS_IN_THE_PAPER.items() if run in values}
    return {run: value for run, value in values.items() if value is not None}


def beside(chosen: pd.DataFrame, paper: Mapping[str, float]) -> pd.DataFrame:
    """The rows of `learn.reproduce.results.one_metric` that the paper has, too, best first; those of which it has no
    counterpart, because another row is trained as the paper's is, at the end.

    Args:
        paper: Run -> the paper's number.

    Returns:
        The columns of ``chosen``, and own (what the paper calls it), paper (its number; NaN: it has no such row).
    """
    both = chosen[chosen["run"].isin(list(paper))].dropna(subset=["mean"])
    both = both.sort_values("mean", ascending=False, kind="stable")
    runs = set(both["run"])
    extra = {run for run, same in AS_IN_THE_PAPER.items() if run in runs and same in runs}
    labels = dict(zip(both["run"], both["label"], strict=True))
    own = [OWN_NAMES.get(run, labels[run]) for run in both["run"]]
    found = both.assign(
        own=own,
        paper=[float("nan") if run in extra else paper[run] for run in both["run"]],
    )
    return pd.concat([found[found["paper"].notna()], found[found["paper"].isna()]], ignore_index=True)


def objectives_told(rows: pd.DataFrame) -> str:
    """Of `beside`: under which objectives its rows of LEARN are trained; "" where none is known."""
    told = []
    for row in rows.to_dict("records"):
        if row["run"] in OBJECTIVES:
            told.append(f"{row['label']}: {OBJECTIVES[row['run']]}.")
    return " ".join(told)


def paper_metrics(benchmark: str) -> list[tuple[str, int]]:
    """The (metric, k) in which the paper has numbers for ``benchmark``."""
    return [key for key in _PLACES if paper_values(benchmark, *key)]


def paper_data(benchmark: str) -> str:
    """Which data the paper's numbers are of; "" where it has none for ``benchmark``."""
    if benchmark in SCIENTIFIC:
        return "Amazon Scientific as RecFormer cut it (11,041 users)"
    return "its industrial data (Kuaishou)" if benchmark in INDUSTRIAL else ""


def paper_column(benchmark: str) -> str:
    """What stands above the paper's numbers: that they are of other data."""
    if benchmark in SCIENTIFIC:
        return "The paper: Amazon Scientific, 11,041 users"
    return "The paper: its industrial data" if benchmark in INDUSTRIAL else "In the paper"


def same_order(chosen: pd.DataFrame, paper: Mapping[str, float]) -> str:
    """Whether the rows of both come in the paper's order, and how far that is from chance: two that stand the other way
    round here, or as there, count where their intervals do not touch; of rows of an earlier run that is not told
    (`learn.reproduce.words.earlier_rows`). "" for fewer than two rows.

    Args:
        chosen: columns run, label, mean, low, high, as `learn.reproduce.results.one_metric` gives them.
        paper: Run -> the paper's number.
    """
    both = beside(chosen, paper).dropna(subset=["paper"])
    if len(both) < 2:
        return ""
    rows = both.to_dict("records")
    names = {row["run"]: in_words(row["label"] if row["run"] in OBJECTIVES else row["own"]) for row in rows}
    untested = bool(is_earlier(both).any())
    pairs = list(combinations(rows, 2))
    turned = [pair for pair in pairs if pair[0]["paper"] < pair[1]["paper"]]
    if not turned:
        first, *rest = [names[row["run"]] for row in rows]
        near = [
            f"{names[one['run']]} and {names[other['run']]}" for one, other in pairwise(rows) if not _apart(one, other)
        ]
        level = ", where the last two are nearly level" if _nearly_level(rows) else ""
        said = f"Same order as in the paper{level}: {first}, then {listed(rest)}"
        return f"{said}; the intervals of {'; '.join(near)} touch." if near and not untested else f"{said}."
    first = max(rows, key=lambda row: row["paper"])
    leads = f"In the paper {names[first['run']]} leads, here {names[rows[0]['run']]}"
    leads = f"{names[first['run']]} leads in both" if first is rows[0] else leads
    sure = sum(_apart(*pair) for pair in turned)
    stand = "stands" if len(turned) == 1 else "stand"
    how = f"{sure} of them with intervals that do not touch" if sure else "with intervals that touch"
    how = "" if untested else f", {how}"
    return f"{leads}; {len(turned)} of {len(pairs)} pairs of rows {stand} the other way round here{how}."


def _nearly_level(rows: list[dict[str, Any]]) -> bool:
    """Whether the paper's numbers of the last two of three rows or more differ by less than `LEVEL` of them."""
    if len(rows) < 3:
        return False
    one, other = (row["paper"] for row in rows[-2:])
    return bool(abs(one - other) < LEVEL * max(one, other))


def _apart(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the interval of ``one``, which has the greater mean, lies beyond that of ``other``."""
    return bool(one["low"] > other["high"])
