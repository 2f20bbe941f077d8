"""Which item tower recommends best, and whether any does better than the same bestsellers for everybody."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from learn.data.schema import Metrics
from learn.errors import LearnError
from learn.evaluation.better import too_few
from learn.explore.metrics.leading import DIFFERENCE, against, how_sure, listed
from learn.explore.metrics.result import LEARNED, kind_words
from learn.item_towers import brief
from learn.runs.baselines import POPULARITY
from learn.runs.run import Run
from learn.training_objectives import OBJECTIVES, Objective


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
        return f"{'The LEARN variant has' if n == 1 else f'All {n} LEARN variants have'} {measured} 0 here."
    reached = f"{measured} {best[Metrics.MEAN]:.4f}"
    place, total = int((table[Metrics.MEAN] > best[Metrics.MEAN]).sum()) + 1, len(table)
    among = f"{'first' if place == 1 else f'place {place}'} of all {total} recommenders"
    said = f"{best['label']}, the one LEARN variant here ({reached}), is {among}."
    if n > 1:
        sure = how_sure(against(towers, runs, metric, k, candidates, part))
        sure = sure.replace("all others", f"the other {n - 1}")
        told = f"Of the {n} LEARN variants {best['label']} is best ({reached}), {sure}"
        said = f"{told}{f', {_but(place)} {among}' if total > n else ''}."
    simple = table[table["variant"] == POPULARITY].head(1)
    if simple.empty:
        return said
    both = pd.concat([simple, towers], ignore_index=True)
    return f"{said} {_beside_popularity(against(both, runs, metric, k, candidates, part))}"


def _but(place: int) -> str:
    return "and" if place == 1 else "yet"


def _beside_popularity(table: pd.DataFrame) -> str:
    """Of `leading.against` of popularity, in the first row, and the towers."""
    mean, towers = table[Metrics.MEAN].iloc[0], table.iloc[1:]
    ahead, behind = towers[DIFFERENCE[2]] < 0, towers[DIFFERENCE[1]] > 0
    than = f"plain popularity ({mean:.4f})"
    who, no = ("It is", "It is not") if len(towers) == 1 else ("All are", "None is")
    if ahead.all() or behind.all():
        return f"{who} clearly {'ahead of' if ahead.all() else 'behind'} {than}."
    if ahead.any():
        first = list(ahead) == [True] + [False] * (len(towers) - 1)
        names = "it" if first else listed(list(towers.loc[ahead, "label"]))
        return f"Only {names} {'is' if ahead.sum() == 1 else 'are'} clearly ahead of {than}."
    return f"{no} clearly ahead of {than}."


def other_objective(runs: Sequence[Run]) -> str:
    """Under which objective the trained item towers learned, where it is not the paper's; "" where it is."""
    learned: dict[str, list[str]] = {}
    trained = [run for run in runs if kind_words(run) == LEARNED]
    for run in trained:
        try:
            kind = run.config.objective.kind
        except LearnError:  # damaged, or of an objective that is not registered here: said where it is needed
            continue
        if kind != Objective.DENSE_ALL_ACTION:
            learned.setdefault(OBJECTIVES[kind].label, []).append(brief(run.info.label))
    if not learned:
        return ""
    alike = len(learned) == 1 and len(next(iter(learned.values()))) == len(trained)
    told = [label if alike else f"{listed(list(dict.fromkeys(who)))} under {label}" for label, who in learned.items()]
    under = f"under the objective {told[0]}" if alike else "; ".join(told)
    return f"Trained here {under}; the paper's objective is {OBJECTIVES[Objective.DENSE_ALL_ACTION].label}."
