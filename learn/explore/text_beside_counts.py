"""Text beside counts, in one sentence: by how much it is ahead or behind on validation, and whether clearly on the
target."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from learn.data.schema import Metrics
from learn.errors import LearnError
from learn.evaluation.better import too_few
from learn.evaluation.protocol import default_k
from learn.evaluation.validation import comparing_metric
from learn.explore.metrics.leading import DIFFERENCE
from learn.explore.metrics.overview import metric_label
from learn.explore.metrics.result import RESULT_METRIC, compared
from learn.runs.run import Run


@dataclass(frozen=True)
class OnTarget:
    """How one Run stands to another on the target.

    Attributes:
        metric: as people read it; mean, other: the two figures.
        sure: 1 where the first is clearly ahead, -1 where it is clearly behind, 0 where neither can be said.
    """

    metric: str
    mean: float
    other: float
    sure: int


def on_target(run: Run, other: Run) -> OnTarget | None:
    """`OnTarget` of two Runs of one dataset, in the metric of the Overview, among the items of `comparing_metric`.

    None where one of them has no such figure, or where too few users tell.
    """
    candidates = comparing_metric(run.split).candidates
    k = default_k(run.split.n_items)
    try:
        table = compared([run, other], RESULT_METRIC, k, candidates).dropna(subset=[Metrics.MEAN])
    except LearnError:  # damaged figures are named where they are shown
        return None
    if len(table) < 2 or too_few(table[Metrics.N_USERS].max()):
        return None
    means = table.set_index("run")[Metrics.MEAN]
    last = table.iloc[1]
    ahead = 1 if table["run"].iloc[0] == run.name else -1
    low, high = last[DIFFERENCE[1]], last[DIFFERENCE[2]]
    sure = ahead if pd.notna(low) and low > 0 else -ahead if pd.notna(high) and high < 0 else 0
    return OnTarget(f"{metric_label(RESULT_METRIC)}@{k}", float(means[run.name]), float(means[other.name]), sure)


def sentence(run: Run, counts: Run, metric: str, among: str, found: OnTarget | None) -> str:
    """What ``run``, a text tower or text and counts together, has against the best of the counts.

    Args:
        metric: what validation is told in; among: which items, in words; found: `on_target` of the two.
    """
    mine, theirs = float(run.info.validation or 0.0), float(counts.info.validation or 0.0)
    are = "text and counts together are" if run.info.kind == "blend" else f"text alone ({run.info.label}) is"
    if found is None:
        return (
            f"Among {among}, {are} {_relation(mine, theirs)} counts alone on validation ({metric} {mine:.4f}; "
            f"{counts.info.label} {theirs:.4f})."
        )
    first, then = _on_target(found), _relation(mine, theirs)
    target = f"on the target ({found.metric} {found.mean:.4f}; {counts.info.label} {found.other:.4f})"
    validation = f"on validation ({metric} {mine:.4f}; {theirs:.4f})"
    if then == LEVEL and first in (LEVEL, TIED):  # one word for a tie
        both, link = ("both", "and") if first == LEVEL else ("either", "or")
        return f"Among {among}, {are} {first} counts alone, {both} {target} {link} {validation}."
    return f"Among {among}, {are} {first} counts alone {target}, and {then} them {validation}."


def _on_target(found: OnTarget) -> str:
    """How one stands to the other, and whether clearly."""
    if not found.sure and _relation(found.mean, found.other) == LEVEL:
        return LEVEL
    return f"{'' if found.sure else 'not '}clearly {'ahead of' if found.mean > found.other else 'behind'}"


LEVEL, TIED = "level with", "not clearly ahead of"


def _relation(mine: float, theirs: float) -> str:
    """ "4% below", by the digits that are shown; `LEVEL` where the two are the same to a hundredth."""
    mine, theirs = round(mine, 4), round(theirs, 4)
    if not theirs:
        return "above" if mine > 0 else LEVEL
    change = round(100 * (mine / theirs - 1))
    return f"{abs(change)}% {'above' if change > 0 else 'below'}" if change else LEVEL
