"""Whether two runs of a notebook say the same: words exactly, numbers but for what another processor changes."""

from __future__ import annotations

import re

from nbformat import NotebookNode

from notebooks.tools.outputs import text_of

TOLERANCE = 0.02
"""Relative, for numbers that are printed with a fraction. Whole numbers of up to three digits have to be equal."""
LAST_PLACES = 2
"""So many units of the last printed place may a number differ in any case."""
VARIES = "varies"
"""Tag of cells whose lists come from a training in the notebook, or from a text read there in half precision: what is
nearly equal changes places on another processor, so only how many lines there are is compared."""

_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?")

_EXTENT = re.compile(rf"(?<=\b[xyz] )({_NUMBER.pattern}) to ({_NUMBER.pattern})(?= \()")
"""The ends of an axis, as `notebooks.tools.figures.describe` writes them."""


def differences(stored: NotebookNode, fresh: NotebookNode) -> list[str]:
    """One line per cell whose outputs say something else in ``fresh``; both as `outputs.clean` leaves them."""
    problems = []
    for before, after in zip(stored.cells, fresh.cells, strict=True):
        if before.cell_type == "code":
            loose = VARIES in before.metadata.get("tags", [])
            difference = _difference(text_of(before), text_of(after), loose)
            if difference:
                problems.append(f"{before.id}: {difference}")
    return problems


def _difference(stored: str, fresh: str, loose: bool) -> str:
    before, after = stored.splitlines(), fresh.splitlines()
    if len(before) != len(after):
        return f"{len(before)} lines are stored, there are {len(after)} now"
    if loose:
        return ""
    for old, new in zip(before, after, strict=True):
        if not same_line(old, new):
            return f"stored is {old!r}, now it is {new!r}"
    return ""


def same_line(stored: str, fresh: str) -> bool:
    """Whether the words are equal and every number is near enough to its counterpart.

    Of an extent ("x 0 to 0.184") an end may differ by `TOLERANCE` of the larger one: a share of nobody and a share of
    one person in thousands are no different picture.
    """
    if _NUMBER.sub("#", stored) != _NUMBER.sub("#", fresh):
        return False
    if any(not _same_extent(old, new) for old, new in zip(_extents(stored), _extents(fresh), strict=True)):
        return False
    stored, fresh = _EXTENT.sub("", stored), _EXTENT.sub("", fresh)
    return all(map(same_number, _NUMBER.findall(stored), _NUMBER.findall(fresh)))


def _extents(line: str) -> list[tuple[str, ...]]:
    return [match.groups() for match in _EXTENT.finditer(line)]


def _same_extent(stored: tuple[str, ...], fresh: tuple[str, ...]) -> bool:
    if all(map(same_number, stored, fresh)):
        return True
    old, new = ([float(end.replace(",", "")) for end in ends] for ends in (stored, fresh))
    whole = all(end == int(end) for end in (*old, *new))
    most = TOLERANCE * max(map(abs, old))
    return not whole and all(abs(one - other) <= most for one, other in zip(old, new, strict=True))


def same_number(stored: str, fresh: str) -> bool:
    """Whether two printed numbers are equal but for their last places (`LAST_PLACES`, `TOLERANCE`)."""
    if stored == fresh:
        return True
    old, new = (float(text.replace(",", "")) for text in (stored, fresh))
    digits, _, exponent = stored.partition("e")
    fraction = len(digits.partition(".")[2])
    if not fraction and not exponent and max(abs(old), abs(new)) < 1000:
        return False
    unit = 10.0 ** (int(exponent or 0) - fraction)
    return abs(old - new) <= max(LAST_PLACES * unit * 1.0001, TOLERANCE * abs(old))
