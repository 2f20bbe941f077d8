"""What is said when the ids of interactions and of items do not meet."""

from __future__ import annotations

import numpy as np
import pandas as pd

from learn.data.notes import IDS, ROWS, Note

UNKNOWN_SHARE = 0.2
"""From this share of unknown items, or of events of unknown items, on, two tables hardly belong together."""
_SHOWN = 3


def note_spellings(names: np.ndarray, taken_for: np.ndarray, otherwise: np.ndarray, where: str) -> list[Note]:
    """Item ids that were matched although they are spelled otherwise.

    Args:
        names, taken_for: [n] ids of the interactions, and those of the items that they were taken for.
        otherwise: [n] bool, where the two differ and were matched.
        where: names the interactions.
    """
    if not otherwise.any():
        return []
    first = int(otherwise.argmax())
    text = (
        f"{int(otherwise.sum()):,} item ids of {where} are spelled otherwise among the items, with other zeros; "
        f"{names[first]!r} is taken for {str(taken_for[first])!r}."
    )
    return [Note(text, IDS, "Write the ids of both tables in the same way.")]


def note_strangers(
    names: np.ndarray, counts: np.ndarray, known: np.ndarray, item_ids: pd.Series, where: str
) -> list[Note]:
    """A warning where many ids of the interactions are not among the items.

    Args:
        names: [n] distinct item ids of the interactions.
        counts, known: [n] how many events each has, and whether it is among the items.
        item_ids: of the items.
        where: names the interactions.
    """
    strangers = names[~known]
    dropped = float(counts[~known].sum() / counts.sum())
    if max(len(strangers) / len(names), dropped) <= UNKNOWN_SHARE:
        return []
    there = ", ".join(repr(str(name)) for name in strangers[:_SHOWN])
    here = ", ".join(repr(str(one)) for one in item_ids.head(_SHOWN))
    text = (
        f"{len(strangers):,} of the {len(names):,} item ids of {where} are not among the items, and "
        f"{dropped:.0%} of the events were dropped: they begin with {there}, the items with {here}."
        f"{_hint(strangers, item_ids)}"
    )
    return [Note(text, ROWS, "Write the ids of both tables in the same way, or add the missing items.")]


def _hint(strangers: np.ndarray, item_ids: pd.Series) -> str:
    """What would make most of the unknown ids known: capitals, or letters before the number."""
    known = {str(one) for one in item_ids}
    folded = {one.casefold() for one in known}
    names = [str(one) for one in strangers]
    if sum(name.casefold() in folded for name in names) > len(names) / 2:
        return " They differ in capitals."
    tails = {_tail(one) for one in known}
    if sum(_tail(name) in tails for name in names) > len(names) / 2:
        return " They differ in what stands before the number."
    return ""


def _tail(name: str) -> str:
    """The digits that end an id, without zeros before them; the id itself where there are none."""
    digits = name[len(name.rstrip("0123456789")) :]
    return digits.lstrip("0") or digits or name
