"""Choosing a reference's settings on the dataset's own validation, within seconds.

From where a reference starts, one setting after the other goes to its better neighbour in the grid for as long as there
is one; this is done twice, as what a later setting became may change what is best for an earlier one. Settings that
make up for each other are tried in every combination first.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from learn.data.schema import Recommendations
from learn.data.sequences import Sequences
from learn.data.split import Split
from learn.evaluation.climb import climb
from learn.evaluation.references.base import Known, Reference
from learn.evaluation.references.ranking import ranked_value
from learn.evaluation.validation import validation_metric

TUNED_ITEMS = 5_000
"""Of more items than this, what inverts a matrix of items is tuned on those that most users had."""


PASSES = 2


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
    """Climbs the reference's grid to what is best on validation.

    Args:
        reference: fitted on the training part alone.
        content: [N, D_llm] frozen content embeddings, for those that read them.
        groups: [N, 2] categories, for those that read them; they invert nothing.

    Raises:
        LearnError: nobody can be validated, or the reference cannot be fitted.
    """
    split, content = _smaller(reference, split, content)
    known, by = Known(split.train(), split.n_items, content, groups), validation_metric(split)
    if reference.ranks_history:
        by = by._replace(candidates=Recommendations.ALL_CANDIDATES)
    is_timed = split.sequences.times is not None
    seen: dict[str, float] = {}

    def value_of(settings: dict[str, Any]) -> float:
        key = repr(sorted(settings.items()))
        if key not in seen:
            seen[key] = ranked_value(reference.fit(known, **settings), split, by)
        return seen[key]

    best = dict(reference.settings)
    value_of(best)
    for names in reference.together:
        whole = product(*(reference.grid[name] for name in names))
        best = max((best, *(best | dict(zip(names, one, strict=True)) for one in whole)), key=value_of)
    for _ in range(PASSES):
        for name, values in reference.grid.items():
            able = [one for one in values if is_timed or not _in_days(one)]
            best = climb(value_of, best, name, able)
    return Tuned(best, value_of(best), len(seen))


def _in_days(value: Any) -> bool:
    return isinstance(value, tuple) and value[-1] == "days"


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
