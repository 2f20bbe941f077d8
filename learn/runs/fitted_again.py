"""A reference Run fitted anew under the settings that it stores: for lists that follow a dataset, blends and *Why*."""

from __future__ import annotations

from typing import Any

import numpy as np

from learn.data.categories import category_groups
from learn.data.dataset import Dataset
from learn.data.sequences import Sequences
from learn.data.split import Phase, Split
from learn.evaluation import references
from learn.evaluation.references.item_knn import item_knn_terms
from learn.evaluation.references.ranking import Ranked, rank_scores
from learn.runs.baselines import BASELINES, ITEM_KNN
from learn.runs.folder import RunFolder
from learn.runs.reference_runs import fitted, read_settings


def scorer_again(run: RunFolder, dataset: Dataset, split: Split, content: np.ndarray | None) -> references.Scorer:
    """The reference Run ``run`` as it was tuned, by what ``split`` knows now.

    Args:
        dataset: whose categories are read.
        content: [N, D_llm] of the catalogue, for references that read it.
    """
    settings = read_settings(run.info.settings)
    if not settings and run.info.variant == ITEM_KNN:
        settings = _earlier_knn(split)
    known = references.Known(known_events(run, split), split.n_items, content, category_groups(dataset.items))
    return fitted(BASELINES[run.info.variant].reference, known, split, settings)


def lists_again(run: RunFolder, dataset: Dataset, split: Split, content: np.ndarray | None, k: int) -> Ranked:
    """The top ``k`` of everybody under the reference Run ``run``; the other arguments are those of `scorer_again`."""
    scorer = scorer_again(run, dataset, split, content)
    return rank_scores(scorer, split, k=k, repeat=run.info.repeat_bias, everybody=BASELINES[run.info.variant].everybody)


EARLIER_KNN = {"neighbours": 25, "shrinkage": 20.0, "forgetting": None}
"""Settings of item-kNN Runs of versions that did not store them, but for their half-life of 30 days, or events."""


def _earlier_knn(split: Split) -> dict[str, Any]:
    unit = "events" if split.sequences.times is None else "days"
    return EARLIER_KNN | {"forgetting": (30.0, unit)}


def knn_terms(run: RunFolder, split: Split, user: int) -> tuple[np.ndarray, Any]:
    """What each item of one user's history adds to their scores under the item-kNN Run ``run``.

    Returns:
        [n] distinct items of the history, increasing, and sparse [n, N] float32 whose column sums are the scores,
        without the repeat-consumption bias.
    """
    history = split.history(Phase.TEST)
    settings = read_settings(run.info.settings) or _earlier_knn(split)
    return item_knn_terms(known_events(run, split), history, split.n_items, user, **settings)


def known_events(run: RunFolder, split: Split) -> Sequences:
    """The events that a reference Run counted: those of earlier versions were refitted."""
    return split.train() if run.info.refit is False else split.history(Phase.TEST)
