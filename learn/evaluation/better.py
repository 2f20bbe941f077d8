"""When one is better than another, and when there are too few users to say: the rule of all pages, tables and commands.

The difference of two on the same users, its users resampled in pairs (`learn.evaluation.bootstrap.paired_difference`),
has a 95% interval. Where it leaves out 0 the one is *clearly* ahead, by more than chance; where it holds 0 there is
*no clear difference*, however far the two figures lie apart. Two separate intervals are no test: they overlap for many
differences that are more than chance. Only where they do not even touch is the paired one without 0, too, whatever
ties the two together.
"""

from __future__ import annotations

import math

FEW_USERS = 30
"""With fewer users than this neither a figure nor its interval is told without a word of warning."""

CLEAR, NOT_CLEAR = "a clear difference", "no clear difference"


def more_than_chance(low: float, high: float) -> bool:
    """Whether the interval of a difference leaves out 0; an unknown end says nothing."""
    return low > 0 or high < 0


def chance_words(low: float, high: float) -> str:
    """`CLEAR`, `NOT_CLEAR`, or "" where there is no interval."""
    if math.isnan(low) or math.isnan(high):
        return ""
    return CLEAR if more_than_chance(low, high) else NOT_CLEAR


def too_few(n_users: float) -> bool:
    """Whether something is known of too few users to be told from chance: fewer than `FEW_USERS`."""
    return not n_users >= FEW_USERS


def few_words(n_users: float) -> str:
    """A warning for a figure of few users; "" where there are enough."""
    if not too_few(n_users):
        return ""
    return f"{n_users:,.0f} users, fewer than {FEW_USERS}: too few to say anything."


def signed(value: float, digits: int = 4) -> str:
    """A difference as people read it: its sign always, and a true minus."""
    return f"{value:+.{digits}f}".replace("-", "\N{MINUS SIGN}")


def interval_words(low: float, high: float, digits: int = 4) -> str:
    """The interval of a difference: "[−0.0010, +0.0053]"."""
    return f"[{signed(low, digits)}, {signed(high, digits)}]"
