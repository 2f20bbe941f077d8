"""What stored recall says beside one example: who finds clearly less for real users, and how cold-start items fare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from learn.data.schema import Metrics, Recommendations, Slices
from learn.data.slices import ITEM_PREFIX
from learn.evaluation.better import too_few
from learn.explore.metrics.leading import DIFFERENCE, against, listed
from learn.explore.metrics.overview import compare_runs, metric_label
from learn.explore.metrics.result import RESULT_METRIC

K = 100
"""List length: as many places as people look through."""
COLD_START = ITEM_PREFIX + Slices.COLD_START


def _recalls(metrics: pd.DataFrame, names: Sequence[str], part: str) -> pd.DataFrame:
    """`compare_runs` of the Runs ``names`` among items new to the user, where enough users tell; else empty."""
    table = compare_runs(metrics, RESULT_METRIC, K, Recommendations.UNSEEN, part)
    table = table[table["run"].isin(names)].dropna(subset=[Metrics.MEAN]).reset_index(drop=True)
    return table if len(table) and not too_few(table[Metrics.N_USERS].max()) else table.head(0)


def finds_less(metrics: pd.DataFrame, names: Sequence[str], called: Mapping[str, str]) -> dict[str, str]:
    """Run name -> "recall@100 0.025, (b) 0.131" of those of ``names`` that are clearly behind the best of them.

    Clearly: their separate intervals do not touch.

    Args:
        metrics: `overview.collect_metrics`.
        called: Run name -> what it is called.
    """
    table = _recalls(metrics, names, Slices.WHOLE)
    if len(table) < 2:
        return {}
    table = against(table, (), RESULT_METRIC, K, Recommendations.UNSEEN, Slices.WHOLE)
    best, what = table.iloc[0], metric_label(f"{RESULT_METRIC}@{K}").lower()
    behind = table[table[DIFFERENCE[1]] > 0]
    return {
        name: f"{what} {mean:.3f}, {called[best['run']]} {best[Metrics.MEAN]:.3f}"
        for name, mean in zip(behind["run"], behind[Metrics.MEAN], strict=True)
    }


def over_cold_items(metrics: pd.DataFrame, called: Mapping[str, str]) -> str:
    """One line: the recall of items that nobody had bought, under each Run of ``called`` (name -> what it is called),
    the best first; "" where it is not stored, or of too few users."""
    table = _recalls(metrics, list(called), COLD_START)
    if table.empty:
        return ""
    what = metric_label(f"{RESULT_METRIC}@{K}").lower()
    each = [
        f"{f'{mean:.4f}' if mean else 0} under {called[name]}"
        for name, mean in zip(table["run"], table[Metrics.MEAN], strict=True)
    ]
    if len(table) > 1 and not table[Metrics.MEAN].any():
        return f"{what} 0 under all {len(table)} variants."
    return f"{what} {listed(each)}."
