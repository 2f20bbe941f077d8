"""How long everybody's whole list is: the catalogue without what they have."""

from __future__ import annotations

import numpy as np

from learn.data.sequences import Sequences


def new_to_each(history: Sequences, n_items: int) -> np.ndarray:
    """[U] how many of the ``n_items`` of the catalogue each user does not have in ``history``: how long a whole list of
    theirs is."""
    pairs = np.unique(history.users.astype(np.int64) * n_items + history.items)
    left: np.ndarray = n_items - np.bincount(pairs // n_items, minlength=len(history))
    return left
