"""Which earlier purchases push an item up in somebody's list, and which of them are nothing like it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

MOST = 2
"""Purchases that are named: more do not fit a narrow card."""


def pushed_up_by(purchases: np.ndarray, titles: np.ndarray, like: np.ndarray | None) -> str:
    """One line of `learn.explore.lists.audience.Audience.reasons` of one person.

    Args:
        purchases: item indices, the strongest first; the first `MOST` are named.
        titles: [N]; like: [N] bool, items that are like it in text (`likeness.like_in_text`); None: that is not known.
    """
    named = [int(item) for item in purchases[:MOST]]
    if not named:
        return "no single purchase"
    unlike = [like is not None and not like[item] for item in named]
    if len(named) > 1 and len({(str(titles[item]), other) for item, other in zip(named, unlike, strict=True)}) == 1:
        return f"{titles[named[0]]} ×{len(named)}{' (unlike in text)' if unlike[0] else ''}"
    if len(named) > 1 and all(unlike):
        return f"{' · '.join(str(titles[item]) for item in named)} (both unlike in text)"
    marks = [" (unlike in text)" if other else "" for other in unlike]
    return " · ".join(f"{titles[item]}{mark}" for item, mark in zip(named, marks, strict=True))


def why_unlike(reasons: Sequence[np.ndarray], like: np.ndarray | None) -> str:
    """A sentence for where most of the purchases that are named are nothing like the item; else "".

    Args:
        reasons: `learn.explore.lists.audience.Audience.reasons` of everybody shown under trained variants.
        like: [N] bool, as in `pushed_up_by`.
    """
    named = [int(item) for purchases in reasons for item in purchases[:MOST]]
    if like is None or not named or 2 * sum(not like[item] for item in named) <= len(named):
        return ""
    return "Training goes by who buys what, so a purchase that pushes an item up need not resemble it."
