"""What the item towers see, as numbers: `learn.explore.figures.towers` draws them."""

from __future__ import annotations

import numpy as np

from learn.item_towers import Tower


def attends(tower: Tower, length: int) -> np.ndarray:
    """[length, length] bool: when it embeds item i (row), does ``tower``'s PAL read item j (column)?

    Causal for a tower that reads context, the diagonal for one that reads each item alone (`learn.pal.masks`), nothing
    for one without a PAL of its own on the item side. In training: at inference every item comes alone.
    """
    if not tower.own_vectors:
        return np.zeros((length, length), dtype=bool)
    return np.tri(length, dtype=bool) if tower.reads_context else np.eye(length, dtype=bool)
