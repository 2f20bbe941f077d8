"""The first line of a file of separated cells: names of columns, or data by mistake."""

from __future__ import annotations

import re

from learn.data.columns import INTERACTIONS, ITEMS, squeezed
from learn.data.notes import Note
from learn.data.reading.form import Asked, counted, line_number, shown
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
_SQUEEZED = {squeezed(name) for name in _KNOWN}
_DATE = re.compile(r"\d{4}-\d\d-\d\d.*|\d{1,2}[/.]\d{1,2}[/.]\d{4}.*|\d{9,19}(\.0+)?")
_SMALL = re.compile(r"-?\d{1,2}(\.\d+)?")
_LETTERS = re.compile(r"[^\W\d_]{2}")


def column_names(
    cells: list[bytes], content: bytes, start: int, where: str, between: str, table: str = INTERACTIONS.name
) -> tuple[list[str], list[Note]]:
    """The names of the columns, without blanks around them, and what there is to say of them.

    Args:
        cells: of the first line.
        content: the file; from ``start`` on come its rows.
        between: the separator, for the example in a message.
        table: the kind of table, for that example.

    Raises:
        LearnError: a name given twice, or a first line that is data.
    """
    number = max(line_number(content, start) - 1, 1)
    raw = [cell.decode("utf-8") for cell in cells]
    names = [" ".join(name.strip(_INVISIBLE).split()) for name in raw]
    _refuse_data(names, number, where, between, table)
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


def named_columns(cells: list[bytes], asked: Asked, where: str) -> tuple[list[str], list[Note]]:
    """The names that the user gives the columns of a file without a header, and a note of it.

    Args:
        cells: of the first line, which is a row.
        asked: with ``columns``.

    Raises:
        LearnError: more or fewer names than cells, or the first line is a header.
    """
    assert asked.columns is not None
    names, first = list(asked.columns), [cell.decode("utf-8").strip(_INVISIBLE + " ") for cell in cells]
    if len(names) != len(first):
        raise LearnError(
            f"--columns names {counted(len(names), 'column')} ({', '.join(names)}), but the first line of {where} has "
            f"{counted(len(first), 'cell')}: {shown(' | '.join(first))}.",
            f"Name every column in order: {suggested_columns(first, asked.table)}",
        )
    header = [cell for cell in first if squeezed(cell) in _SQUEEZED or cell in names]
    if header and not any(_NUMBER.fullmatch(cell) for cell in first):
        raise LearnError(
            f"--columns is for files without a header, but the first line of {where} is one: "
            f"{shown(' | '.join(first))}.",
            "Leave --columns out; where a column is not recognised, say --map FIELD=COLUMN.",
        )
    return names, [Note(f"{where} has no header; its columns are named as asked: {', '.join(names)}.")]


def suggested_columns(cells: list[str], table: str) -> str:
    """What to type so that a file without a header is read, as far as its first line tells.

    Args:
        cells: of the first line.
        table: "items" or "interactions".
    """
    names = [f"column_{place}" for place in range(1, len(cells) + 1)]
    if table == ITEMS.name:
        words = [place for place in range(1, len(cells)) if _LETTERS.search(cells[place])]
        for name, place in zip(("item_id", "title", "category"), [0, *words], strict=False):
            names[place] = name
    else:
        times = [place for place in range(2, len(cells)) if _DATE.fullmatch(cells[place])][-1:]
        small = [place for place in range(2, len(cells)) if _SMALL.fullmatch(cells[place])][:1]
        for name, places in (("timestamp", times), ("rating", small)):
            for place in places:
                names[place] = name
        names[: min(2, len(names))] = ["user_id", "item_id"][: len(names)]
    return f"--columns {table}={','.join(names)}"


def _refuse_data(names: list[str], number: int, where: str, between: str, table: str) -> None:
    numbers = [name for name in names if _NUMBER.fullmatch(name) and not _YEAR.fullmatch(name)]
    if numbers and not any(name.lower() in _KNOWN for name in names):
        raise LearnError(
            f"{where}, line {number} looks like data, not like names of columns: {shown(between.join(names))}.",
            f"Name its columns, for example {suggested_columns(names, table)} or put a line of names above it.",
        )
