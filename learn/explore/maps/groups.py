"""Groups of items whose centres stand for the coarse shape of a space, and an item's profile of cosines to them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from learn.explore.catalogue import NO_CATEGORY, Catalogue
from learn.runs.vectors import normalise

LEAST_ITEMS = 20
"""A category with fewer items has no centre to speak of."""
MOST_GROUPS = 400
LEAST_GROUPS = 4


def item_groups(catalogue: Catalogue, items: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """[M] group of each item, counted from 0, the largest first; -1 outside all.

    The finest categories with `LEAST_ITEMS` items or more; in a catalogue without such the clusters of ``vectors``.

    Args:
        items: [M] item indices.
        vectors: [M, d] of length 1, read only where categories are missing.
    """
    names = pd.Series(catalogue.categories[items] + "\x1f" + catalogue.finer[items], dtype=object)
    names[catalogue.categories[items] == NO_CATEGORY] = None
    counts = names.value_counts()
    kept = list(counts[counts >= LEAST_ITEMS].index[:MOST_GROUPS])
    if len(kept) >= LEAST_GROUPS:
        return pd.Index(kept).get_indexer(names)
    clusters = min(MOST_GROUPS, len(items) // LEAST_ITEMS)
    if clusters < LEAST_GROUPS:
        return np.full(len(items), -1)
    from sklearn.cluster import MiniBatchKMeans  # type: ignore[import-untyped]

    return MiniBatchKMeans(clusters, random_state=0, n_init=1).fit_predict(vectors)


def group_means(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """[G, d] float64 means of ``values`` ([M, d]) over each of ``groups`` ([M], -1 outside all)."""
    count = int(groups.max(initial=-1)) + 1
    inside = groups >= 0
    sums = np.zeros((count, values.shape[1]))
    np.add.at(sums, groups[inside], values[inside])
    return sums / np.maximum(np.bincount(groups[inside], minlength=count), 1)[:, None]


def profiles(vectors: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """[M, G] float32: each item's ranks of its cosines to the groups' centres, so that a dot product of two rows is
    their Spearman correlation.

    Args:
        vectors: [M, d] of length 1; groups: [M] from `item_groups`.
    """
    centres = normalise(group_means(vectors, groups)).astype(np.float32)
    ranks = np.empty((len(vectors), len(centres)), dtype=np.float32)
    for start in range(0, len(vectors), 4096):
        ranks[start : start + 4096] = (vectors[start : start + 4096] @ centres.T).argsort(axis=1).argsort(axis=1)
    ranks -= ranks.mean(axis=1, keepdims=True)
    return normalise(ranks).astype(np.float32)


def profile_change(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """[M] 1 - Spearman between each item's `profiles` ([M, G]) in two spaces: 0 where an item stands as it did."""
    return 1 - np.einsum("ij,ij->i", before, after)
