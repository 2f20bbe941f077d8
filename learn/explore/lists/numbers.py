"""Numbers as sentences, rows and tips have them: with a true minus sign, and no sign on what is nothing."""

from __future__ import annotations


def fixed(value: float, digits: int = 2) -> str:
    """ "−0.12" of -0.123; what rounds to nothing has no sign."""
    return f"{round(value, digits) + 0.0:,.{digits}f}".replace("-", "−")


def short(value: float) -> str:
    """One digit after the point of what is less than 10, none of the rest: "−3.4", "87"."""
    return fixed(value, 0 if abs(round(value, 1)) >= 10 else 1)


def signed(value: float) -> str:
    """`short` with the sign of what is added as well: "+87", "−3.4", and "0" where there is nothing."""
    if abs(value) < 0.05:
        return "0"
    return ("+" if value > 0 else "") + short(value)
