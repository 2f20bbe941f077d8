"""One step of choosing settings: along the values of one of them, for as long as it pays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any


def climb(
    value_of: Callable[[dict[str, Any]], float], start: Mapping[str, Any], name: str, values: Sequence[Any]
) -> dict[str, Any]:
    """``start`` with the setting ``name`` moved along ``values`` for as long as the next is better, up first.

    Args:
        value_of: settings -> how good they are.
        values: what there is for ``name``, neighbours beside each other; that of ``start`` is among them.
    """
    best, place = dict(start), list(values).index(start[name])
    for step in (1, -1):
        while 0 <= place + step < len(values):
            tried = best | {name: values[place + step]}
            if value_of(tried) <= value_of(best):
                break
            best, place = tried, place + step
    return best
