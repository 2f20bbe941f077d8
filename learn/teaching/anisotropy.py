"""Anisotropy, as tables: raw content embeddings point into a narrow cone, which makes them hard to tell apart.

Of contextual embeddings: Ethayarajh, EMNLP 2019; single dimensions that dominate: Timkey and van
Schijndel, EMNLP 2021.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from learn.runs.vectors import normalise


def pair_cosines(vectors: np.ndarray, n_pairs: int = 20_000, seed: int = 0) -> np.ndarray:
    """[n_pairs] cosines of random pairs of different rows of ``vectors`` ([N, d], N at least 2)."""
    rng = np.random.default_rng(seed)
    first = rng.integers(len(vectors), size=n_pairs)
    second = (first + rng.integers(1, len(vectors), size=n_pairs)) % len(vectors)
    unit = normalise(vectors)
    cosines: np.ndarray = (unit[first] * unit[second]).sum(axis=1)
    return cosines


def effective_dimensions(vectors: np.ndarray) -> float:
    """Participation ratio of the variances along the principal axes of [N, d] ``vectors``: 1 (a line) to d (a ball)."""
    variances = np.linalg.eigvalsh(np.cov(vectors.astype(np.float64), rowvar=False))
    return float(variances.sum() ** 2 / (variances**2).sum())


def anisotropy_table(spaces: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """One row per space (name -> [N, d]): how far apart two random items are in it.

    Returns:
        Columns space, cosine (mean over random pairs), low, high (the middle 98% of the pairs), dimensions
        (`effective_dimensions`).
    """
    rows = []
    for name, vectors in spaces.items():
        cosines = pair_cosines(vectors)
        low, high = np.quantile(cosines, [0.01, 0.99])
        rows.append((name, float(cosines.mean()), float(low), float(high), effective_dimensions(vectors)))
    return pd.DataFrame(rows, columns=["space", "cosine", "low", "high", "dimensions"])


def dimension_shares(vectors: np.ndarray) -> pd.DataFrame:
    """Each dimension's share of the squared length of the mean of [N, d] ``vectors``, the largest first.

    Returns:
        Columns dimension, share (sums to 1), cumulative.
    """
    mean = vectors.astype(np.float64).mean(axis=0)
    shares = mean**2 / max((mean**2).sum(), 1e-12)
    order = np.argsort(-shares, kind="stable")
    return pd.DataFrame({"dimension": order, "share": shares[order], "cumulative": shares[order].cumsum()})


def share_of_same(neighbours: np.ndarray, rows: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """How often a neighbour has the same label as the item itself, and how often a random item has.

    Args:
        neighbours: [Q, k] item indices; rows: [Q] whose they are; labels: [N].
    """
    share = float((labels[neighbours] == labels[rows][:, None]).mean())
    frequency = pd.Series(labels).map(pd.Series(labels).value_counts(normalize=True)).to_numpy(dtype=float)
    return share, float(frequency[rows].mean())
