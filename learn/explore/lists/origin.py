"""Where what is said of a person or an item comes from: data, cut, Runs, what was counted, of how many people."""

from __future__ import annotations

from collections.abc import Sequence

from learn.data.dataset import Dataset
from learn.evaluation.better import FEW_USERS
from learn.explore.metrics.origin import Origin, of_dataset, of_runs
from learn.runs.folder import RunFolder

ONE_PERSON = "one: what is counted here says nothing of a variant in general; Compare does"
NOT_ESTIMATED = "none: it is computed, not estimated. A Run that is trained again gives somewhat other lists"


def of_answers(dataset: Dataset, runs: Sequence[RunFolder], counted: str, people: int) -> Origin:
    """What stands behind lists, places and reasons.

    Args:
        runs: those that answer.
        counted: what is ranked or counted, with its k and its candidates.
        people: how many it was asked of.
    """
    few = f"{people:,}: fewer than {FEW_USERS}, too few to say anything of a variant in general"
    words = ONE_PERSON if people == 1 else few if people < FEW_USERS else f"{people:,}"
    return [
        *of_dataset(dataset),
        *of_runs(runs),
        ("Counted", counted),
        ("People", words),
        ("Interval", NOT_ESTIMATED),
    ]


def ranked(k: int, candidates: int, among: str) -> str:
    """ "k = 10, of 17,078 candidates: products that are new to the person"."""
    return f"lists of k = {k:,}, of {candidates:,} candidates: {among}"
