"""Co-purchase: are an item's neighbours in a space of its own kind or of another, and do the same people buy both?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from learn.data.sequences import Sequences
from learn.explore.catalogue import Catalogue
from learn.explore.maps.buyers import shared_buyers

CHANCE = "chance"
"""The row of neighbours drawn at random."""


def co_purchase_table(
    near: Mapping[str, np.ndarray], sequences: Sequences, catalogue: Catalogue, counts: np.ndarray, seed: int = 0
) -> pd.DataFrame:
    """What the neighbours of much-bought items (the upper quarter) are like, space by space.

    Args:
        near: space name -> [N, k] neighbours of every item of the catalogue.
        sequences: training events.
        counts: [N] training interactions.
        seed: draws the neighbours of the row `CHANCE`.

    Returns:
        One row per space, and `CHANCE`: columns space, other_kind (share of neighbours of another finest category),
        same_kind_buyers and other_kind_buyers (mean `shared_buyers` with either sort of neighbour).
    """
    kinds = pd.Series(catalogue.categories + "\x1f" + catalogue.finer, dtype=object).factorize()[0]
    items = np.flatnonzero((counts >= np.quantile(counts, 0.75)) & (counts > 0))
    k = next(iter(near.values())).shape[1]
    drawn = np.random.default_rng(seed).integers(0, len(kinds), (len(kinds), k))
    rows = []
    for name, neighbours in {**near, CHANCE: drawn}.items():
        pairs = np.stack([np.repeat(items, k), neighbours[items].ravel()], axis=1)
        other = kinds[pairs[:, 0]] != kinds[pairs[:, 1]]
        shared = shared_buyers(pairs, sequences, len(kinds))
        same, others = (float(shared[part].mean()) if part.any() else np.nan for part in (~other, other))
        rows.append((name, float(other.mean()), same, others))
    return pd.DataFrame(rows, columns=["space", "other_kind", "same_kind_buyers", "other_kind_buyers"])
