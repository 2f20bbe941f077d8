"""One step of choosing settings: along the values of one of them, for as long as it pays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any


def climb(
    value_of: Callable[[dict[str, Any]], float],
    start: Mapping[str, Any],
    name: str,
    values: Sequence[Any],
    pays: Callable[[dict[str, Any], dict[str, Any]], bool] | None = None,
) -> dict[str, Any]:
    """``start`` with the setting ``name`` moved along ``values`` for as long as the next is better, up first.

    Args:
        value_of: settings -> how good they are.
        values: what there is for ``name``, neighbours beside each other; that of ``start`` is among them.
        pays: (one, other) -> whether to go from ``other`` to ``one``; None: where ``value_of`` is greater.
    """
    best, place = dict(start), list(values).index(start[name])
    for step in (1, -1):
        while 0 <= place + step < len(values):
            tried = best | {name: values[place + step]}
            if not (value_of(tried) > value_of(best) if pays is None else pays(tried, best)):
                break
            best, place = tried, place + step
    return best
