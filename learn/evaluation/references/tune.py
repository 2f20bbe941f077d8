"""Choosing a reference's settings on the dataset's own validation, within seconds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from learn.data.sequences import Sequences
from learn.data.split import Split
from learn.evaluation.references.base import Known, Reference, Settings
from learn.evaluation.references.ranking import ranked_value
from learn.evaluation.validation import validation_metric

TUNED_ITEMS = 5_000
"""Of more items than this, what inverts a matrix of items is tuned on those that most users had."""


PASSES = 2
"""How often the stages are gone through: what a later one chose may change what is best in an earlier one."""


@dataclass(frozen=True)
class Tuned:
    """What validation chose.

    Attributes:
        settings: the best.
        value: of the validation metric under them.
        tried: how many settings were fitted.
    """

    settings: dict[str, Any]
    value: float
    tried: int


def tune(
    reference: Reference, split: Split, content: np.ndarray | None = None, groups: np.ndarray | None = None
) -> Tuned:
    """Tries the reference's stages one after the other, and keeps what is best on validation.

    Args:
        reference: fitted on the training part alone.
        content: [N, D_llm] frozen content embeddings, for those that read them.
        groups: [N, 2] categories, for those that read them; they invert nothing.

    Raises:
        LearnError: nobody can be validated, or the reference cannot be fitted.
    """
    split, content = _smaller(reference, split, content)
    known, by = Known(split.train(), split.n_items, content, groups), validation_metric(split)
    is_timed = split.sequences.times is not None
    best, value = dict(reference.settings), -1.0
    seen: dict[str, float] = {}
    for stage in (reference.stages or ({},)) * PASSES:
        start = dict(best)
        for values in product(*stage.values()):
            settings = start | dict(zip(stage, values, strict=True))
            if not is_timed and _in_days(settings):
                continue
            key = repr(sorted(settings.items()))
            if key not in seen:
                seen[key] = ranked_value(reference.fit(known, **settings), split, by)
            if seen[key] > value:
                best, value = settings, seen[key]
    return Tuned(best, value, len(seen))


def _in_days(settings: Settings) -> bool:
    forgetting = settings.get("forgetting")
    return forgetting is not None and forgetting[1] == "days"


def _smaller(reference: Reference, split: Split, content: np.ndarray | None) -> tuple[Split, np.ndarray | None]:
    """The split on the `TUNED_ITEMS` items that most have, where a greater catalogue would be inverted."""
    users = int((split.train().lengths > 0).sum())
    if not reference.inverts or split.n_items <= TUNED_ITEMS or users <= TUNED_ITEMS:
        return split, content
    kept = np.sort(np.argsort(-split.training_counts(), kind="stable")[:TUNED_ITEMS])
    place = np.full(split.n_items, -1, dtype=np.int32)
    place[kept] = np.arange(len(kept), dtype=np.int32)
    mask = place[split.sequences.items] >= 0
    events = split.sequences.keep(mask)
    renamed = Sequences(place[events.items], events.offsets, events.times)
    return Split(split.info, renamed, split.codes[mask], len(kept)), None if content is None else content[kept]
