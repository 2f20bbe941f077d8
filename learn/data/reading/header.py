"""The first line of a file of separated cells: names of columns, or data by mistake."""

from __future__ import annotations

import re

from learn.data.columns import INTERACTIONS, ITEMS
from learn.data.notes import Note
from learn.data.reading.form import line_number, shown
from learn.errors import LearnError

_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?([eE][-+]?\d+)?|\d{4}-\d\d-\d\d.*")
_YEAR = re.compile(r"(19|20)\d\d")
_INVISIBLE = "\ufeff\u200b\u200e\u200f\u2060"
_KNOWN = {
    name
    for table in (ITEMS, INTERACTIONS)
    for field in table.fields
    for name in (field, *table.aliases.get(field, ()))
}  # fmt: skip


def column_names(
    cells: list[bytes], content: bytes, start: int, where: str, between: str
) -> tuple[list[str], list[Note]]:
    """The names of the columns, without blanks around them, and what there is to say of them.

    Args:
        cells: of the first line.
        content: the file; from ``start`` on come its rows.
        between: the separator, for the example in a message.

    Raises:
        LearnError: a name given twice, or a first line that is data.
    """
    number = max(line_number(content, start) - 1, 1)
    raw = [cell.decode("utf-8") for cell in cells]
    names = [" ".join(name.strip(_INVISIBLE).split()) for name in raw]
    _refuse_data(names, number, where, between)
    notes = []
    trimmed = [name for name, was in zip(names, raw, strict=True) if name != was and name]
    if trimmed:
        notes.append(
            Note(f"Names of columns in {where} are read without the blanks around them: {', '.join(trimmed)}.")
        )
    for place, name in enumerate(names):
        if not name:
            names[place] = f"Unnamed: {place}"
            notes.append(Note(f"Column {place + 1} of {where} has no name; it is called {names[place]!r}."))
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise LearnError(
            f"{where}, line {number} names the column {twice[0]!r} twice.", "Rename or remove one of the two."
        )
    return names, notes


def _refuse_data(names: list[str], number: int, where: str, between: str) -> None:
    numbers = [name for name in names if _NUMBER.fullmatch(name) and not _YEAR.fullmatch(name)]
    if numbers and not any(name.lower() in _KNOWN for name in names):
        example = between.join(["user_id", "item_id", "rating", "timestamp"][: max(len(names), 2)])
        raise LearnError(
            f"{where}, line {number} looks like data, not like names of columns: {shown(between.join(names))}.",
            f"Put a line of names above it, for example {example!r}.",
        )
