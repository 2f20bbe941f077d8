"""Which item tower recommends best, and whether any does better than the same bestsellers for everybody."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from learn.data.schema import Metrics
from learn.evaluation.better import too_few
from learn.explore.metrics.leading import DIFFERENCE, against, how_sure, listed
from learn.explore.metrics.result import LEARNED, kind_words
from learn.runs.baselines import POPULARITY
from learn.runs.run import Run


def towers_first(
    table: pd.DataFrame, runs: Sequence[Run], metric: str, k: int, candidates: str, part: str, measured: str
) -> str:
    """Of `overview.compare_runs`: the best of the trained item towers, and how each stands to plain popularity.

    "" where there is no trained tower beside another Run, or where too few users tell.

    Args:
        measured: the metric as people read it ("Recall@100"); the others as in `leading.against`.
    """
    table = table.dropna(subset=[Metrics.MEAN]).reset_index(drop=True)
    kinds = {run.name: kind_words(run) for run in runs}
    towers = table[table["run"].map(kinds) == LEARNED].reset_index(drop=True)
    if towers.empty or len(table) < 2 or too_few(towers[Metrics.N_USERS].max()):
        return ""
    best, n = towers.iloc[0], len(towers)
    if not best[Metrics.MEAN] > 0:
        return f"{'The item tower has' if n == 1 else f'All {n} item towers have'} {measured} 0 here."
    said = f"{best['label']}, the one item tower here, has {measured} {best[Metrics.MEAN]:.4f}."
    if n > 1:
        sure = how_sure(against(towers, runs, metric, k, candidates, part))
        said = f"Of the {n} item towers {best['label']} is best: {measured} {best[Metrics.MEAN]:.4f}, {sure}."
    simple = table[table["variant"] == POPULARITY].head(1)
    if simple.empty:
        return said
    both = pd.concat([simple, towers], ignore_index=True)
    return f"{said} {_beside_popularity(against(both, runs, metric, k, candidates, part))}"


def _beside_popularity(table: pd.DataFrame) -> str:
    """Of `leading.against` of popularity, in the first row, and the towers."""
    mean, towers = table[Metrics.MEAN].iloc[0], table.iloc[1:]
    ahead, behind = towers[DIFFERENCE[2]] < 0, towers[DIFFERENCE[1]] > 0
    than = f"plain popularity ({mean:.4f})"
    if ahead.all():
        who = "It is" if len(towers) == 1 else "Both are" if len(towers) == 2 else "All are"
        return f"{who} clearly ahead of {than}."
    clauses = []
    if ahead.any():
        first = list(ahead) == [True] + [False] * (len(towers) - 1)
        who = "It alone is" if first else f"{_names(towers[ahead])} {_are(ahead)}"
        clauses.append(f"{who} clearly ahead of {than}")
    level = ~(ahead | behind)
    if level.any():
        clear = "not" if clauses else f"not clearly ahead of {than}"
        clauses.append(f"{_names(towers[level])} {_are(level)} {clear}")
    if behind.any():
        clauses.append(f"{_names(towers[behind])} {_are(behind)} clearly behind {'it' if clauses else than}")
    said = "; ".join(clauses)
    return f"{said[0].upper()}{said[1:]}."


def _names(rows: pd.DataFrame) -> str:
    return listed([f"{label} ({mean:.4f})" for label, mean in zip(rows["label"], rows[Metrics.MEAN], strict=True)])


def _are(rows: pd.Series) -> str:
    return "is" if rows.sum() == 1 else "are"
