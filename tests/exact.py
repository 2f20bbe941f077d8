"""Scores without any rounding but the last: what any order of sums, on any processor, is measured against."""

import math

import numpy as np


def exact_score(query, vector) -> np.float32:
    """The inner product, rounded once."""
    return np.float32(math.fsum(float(a) * float(b) for a, b in zip(query, vector, strict=True)))


def exact_scores(query, vectors) -> np.ndarray:
    """[N] float32: of ``query`` ([d]) with each of ``vectors`` ([N, d])."""
    return np.array([exact_score(query, vector) for vector in vectors], dtype=np.float32)
