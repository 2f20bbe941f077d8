"""Which earlier purchases push an item up in somebody's list, and which of them are nothing like it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

MOST = 2
"""Purchases that are named: more do not fit a narrow card."""
ALIKE, UNLIKE = "alike", "unlike"


def pushed_up_by(purchases: np.ndarray, titles: np.ndarray, like: np.ndarray | None, marked: str = UNLIKE) -> str:
    """One line of `learn.explore.lists.audience.Audience.reasons` of one person.

    Args:
        purchases: item indices, the strongest first; the first `MOST` are named.
        titles: [N]; like: [N] bool, items that are like it in text (`likeness.like_in_text`); None: that is not known.
        marked: `ALIKE` or `UNLIKE`: which of them are marked (`rarer`).
    """
    named = [int(item) for item in purchases[:MOST]]
    if not named:
        return "no single purchase"
    signs = [like is not None and bool(like[item]) == (marked == ALIKE) for item in named]
    if len(named) > 1 and len({(str(titles[item]), sign) for item, sign in zip(named, signs, strict=True)}) == 1:
        return f"{titles[named[0]]} ×{len(named)}{f' ({marked})' if signs[0] else ''}"
    if len(named) > 1 and all(signs):
        return f"{' · '.join(str(titles[item]) for item in named)} (both {marked})"
    told = [f" ({marked})" if sign else "" for sign in signs]
    return " · ".join(f"{titles[item]}{sign}" for item, sign in zip(named, told, strict=True))


def rarer(reasons: Sequence[np.ndarray], like: np.ndarray | None) -> str:
    """`ALIKE` or `UNLIKE`: what fewer of the purchases that are named are.

    Args:
        reasons: `learn.explore.lists.audience.Audience.reasons` of everybody shown; like: as in `pushed_up_by`.
    """
    return ALIKE if _mostly_unlike(reasons, like) else UNLIKE


def _mostly_unlike(reasons: Sequence[np.ndarray], like: np.ndarray | None) -> bool:
    named = _named(reasons)
    return like is not None and 2 * sum(not like[item] for item in named) > len(named)


def _named(reasons: Sequence[np.ndarray]) -> list[int]:
    return [int(item) for purchases in reasons for item in purchases[:MOST]]


def how_marked(reasons: Sequence[np.ndarray], trained: Sequence[np.ndarray], like: np.ndarray | None) -> str:
    """One line: what the purchases that are named are where no mark says otherwise; "" where nothing is known of it,
    or nothing is marked and nothing unlike.

    Args:
        reasons, like: as in `rarer`; trained: those of ``reasons`` under trained variants.
    """
    named = _named(reasons)
    if like is None or not named or all(like[item] for item in named):
        return ""
    if rarer(reasons, like) == UNLIKE:
        return f"Pushed up by purchases alike in text, but for those marked “{UNLIKE}”."
    why = ": training goes by who buys what" if _mostly_unlike(trained, like) else ""
    but = f", but for those marked “{ALIKE}”" if any(like[item] for item in named) else ""
    return f"Pushed up by purchases unlike it in text{but}{why}."
