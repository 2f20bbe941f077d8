"""By what everything is chosen on validation: settings of references, the best epoch, and the Run to recommend with."""

from __future__ import annotations

from typing import NamedTuple

from learn.data.split import Phase, Split
from learn.evaluation.targets import candidate_sets


class ValidationMetric(NamedTuple):
    """A metric (a code of `learn.evaluation.metrics.METRICS`) at ``k`` over a set of candidates."""

    candidates: str
    metric: str
    k: int


def validation_metric(split: Split) -> ValidationMetric:
    """R@100 of items new to the user, NDCG@10 of them for leave-one-out; of all items, where none is new.

    Raises:
        LearnError: nobody can be validated.
    """
    candidates = candidate_sets(split, Phase.VALIDATION)[-1]
    if split.info.cut == "leave_one_out":
        return ValidationMetric(candidates, "ndcg", min(10, split.n_items))
    return ValidationMetric(candidates, "recall", min(100, split.n_items))


def comparing_metric(split: Split) -> ValidationMetric:
    """What every Run stores: NDCG@10 of items new to the user; of all items, where none is new.

    Raises:
        LearnError: nobody can be validated.
    """
    return ValidationMetric(candidate_sets(split, Phase.VALIDATION)[-1], "ndcg", min(10, split.n_items))
