"""What stored recall says beside one example: who finds clearly less for users, and how never-bought items fare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from learn.data.schema import Metrics, Recommendations, Slices
from learn.data.slices import ITEM_PREFIX, user_slices
from learn.evaluation.better import too_few
from learn.explore.metrics.leading import DIFFERENCE, against, listed
from learn.explore.metrics.overview import compare_runs, metric_label
from learn.explore.metrics.result import RESULT_METRIC
from learn.explore.metrics.slice_words import slice_words

K = 100
"""List length: as many places as people look through."""
COLD_START = ITEM_PREFIX + Slices.COLD_START


def _recalls(metrics: pd.DataFrame, names: Sequence[str], part: str) -> pd.DataFrame:
    """`compare_runs` of the Runs ``names`` among items new to the user, where enough users tell; else empty."""
    table = compare_runs(metrics, RESULT_METRIC, K, Recommendations.UNSEEN, part)
    table = table[table["run"].isin(names)].dropna(subset=[Metrics.MEAN]).reset_index(drop=True)
    return table if len(table) and not too_few(table[Metrics.N_USERS].max()) else table.head(0)


def finds_less(metrics: pd.DataFrame, names: Sequence[str], called: Mapping[str, str]) -> dict[str, str]:
    """Of those of ``names`` that are clearly behind the best of them: "recall@100 is 0.025, against 0.131 for (b)".

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
        name: f"{what} is {mean:.3f}, against {best[Metrics.MEAN]:.3f} for {called[best['run']]}"
        for name, mean in zip(behind["run"], behind[Metrics.MEAN], strict=True)
    }


def cold_recall(
    metrics: pd.DataFrame, called: Mapping[str, str], chance: float
) -> tuple[str, str, dict[str, str]] | None:
    """A row of figures: "recall@100 of all never-bought items", what chance gives, and what each of ``called`` -> its
    recall; None where it is not stored, or of too few users. Arguments: `over_cold_items`.
    """
    table = _recalls(metrics, list(called), COLD_START)
    if table.empty:
        return None
    what = f"{metric_label(f'{RESULT_METRIC}@{K}').lower()} of all {slice_words(COLD_START)}"
    means = zip(table["run"], table[Metrics.MEAN], strict=True)
    return what, f"{chance:.1g}", {called[name]: f"{mean:.4f}" if mean else "0" for name, mean in means}


def users_in_words(history: np.ndarray, target: np.ndarray) -> str:
    """Over whom recall is measured: "known users, most of them with a long history,"; without the second part where
    it is not so, or nobody is measured.

    Args:
        history, target: [U] events of each user, and those that recall looks for.
    """
    measured = user_slices(history)[target > 0]
    most = len(measured) and 2 * (measured == Slices.OTHERS).sum() > len(measured)
    return f"known users{', most of them with a long history,' if most else ''}"


def over_cold_items(metrics: pd.DataFrame, called: Mapping[str, str], chance: float) -> str:
    """One line: of the items that nobody had bought, which Run of ``called`` (name -> what it is called) finds most,
    and which find less than chance; "" where recall is not stored, or of too few users.

    Args:
        metrics: `overview.collect_metrics`.
        chance: the same recall of lists in random order (`by_chance.recall_by_chance`).
    """
    table = _recalls(metrics, list(called), COLD_START)
    if table.empty:
        return ""
    means, below = table[Metrics.MEAN], _below(table, called, chance)
    if not means.any():
        return f"{listed(list(table['run'].map(called)))} {_finds(len(table))} none of them."
    if len(table) == 1:
        return f"{below or called[table['run'][0]] + ' finds no less than chance'}."
    if below and (means < chance).all():
        return f"{below}."
    best = table[means == means.max()]["run"].map(called)
    return f"{listed(list(best))} {_finds(len(best))} most; {below or 'none finds less than chance'}."


def _finds(n: int) -> str:
    return "finds" if n == 1 else "find"


def _below(table: pd.DataFrame, called: Mapping[str, str], chance: float) -> str:
    """ "(a) and (c) find less than chance, (c) clearly" of Runs under which less is found than in a random order;
    clearly: by their whole interval; "" of none."""
    below = table[table[Metrics.MEAN] < chance]
    clear = below[Metrics.HIGH] < chance
    names, sure = ([called[name] for name in called if name in set(some["run"])] for some in (below, below[clear]))
    if not names:
        return ""
    if len(sure) in (0, len(names)):
        return f"{listed(names)} {_finds(len(names))} {'clearly ' if sure else ''}less than chance"
    return f"{listed(names)} find less than chance, {listed(sure)} clearly"
