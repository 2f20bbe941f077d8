"""What everybody buys: the few products of a catalogue that are bought most."""

from __future__ import annotations

import math

import numpy as np

SHARE = 0.01
"""Of the catalogue: so many of its most bought products are bestsellers."""
LEAST = 10
"""Bestsellers of a small catalogue, as far as it was bought at all."""


def bestsellers(counts: np.ndarray) -> np.ndarray:
    """[N] bool: the `SHARE` of the products that were bought most, at least `LEAST`; equal ones by lower index.

    Args:
        counts: [N] training interactions (`Split.training_counts`); what nobody bought is never one.
    """
    most = max(LEAST, math.ceil(SHARE * len(counts)))
    found = np.zeros(len(counts), dtype=bool)
    found[np.argsort(-counts, kind="stable")[:most]] = True
    return found & (counts > 0)


def in_words(best: np.ndarray) -> str:
    """What `bestsellers` ([N] bool) are, as people read it: "the most bought 1%, 174 products"."""
    n, of = int(best.sum()), max(len(best), 1)
    share = 100 * n / of
    percent = f"{share:.0f}%" if share >= 0.95 else f"{share:.1g}%"
    return f"the most bought {percent}, {n:,} products" if n != 1 else "the most bought product"
