"""Which of equal scores comes first, where many are equal: by a seeded hash, so that no order of a file is rewarded."""

from __future__ import annotations

import numpy as np

SEED = 0


def tie_keys(n_items: int, seed: int = SEED) -> np.ndarray:
    """[N] uint64: a number for each item index, the same on every machine; the smaller one is first.

    SplitMix64 (Steele et al., *Fast Splittable Pseudorandom Number Generators*, 2014) of the index: a bijection, so no
    two items have the same number.
    """
    step = np.uint64(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):
        mixed = (np.arange(n_items, dtype=np.uint64) + np.uint64(1)) * step + np.uint64(seed) * step
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        found: np.ndarray = mixed ^ (mixed >> np.uint64(31))
    return found
