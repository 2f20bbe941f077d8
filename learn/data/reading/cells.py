"""Cells of text as a table: what no row holds is left out and counted, decimal commas become points."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from learn.data.notes import NOTHING, ROWS, Note
from learn.data.reading.form import counted, shown
from learn.data.reading.rules import CARRY, Quotes, Rule
from learn.errors import LearnError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_BLOCK = 1 << 23  # bytes that Arrow parses at once
_COMMA_NUMBER = r"^[$€£¥ ]*[-+]?(?:\d{1,3}(?:[. ]\d{3})+|\d+)(?:,\d+)?[$€£¥% ]*$"
_SURE_COMMA = r",(?:\d{1,2}|\d{4,})[$€£¥% ]*$"  # ,123 could be thousands
_FORMULA = r'^="([^"]*)"$'
_WRAPPED = r'^\s*"(?:[^"]|"")*"\s*$'


def to_cells(rule: Rule, content: bytes, start: int, names: list[str]) -> pa.Table:
    """[rows] columns of strings, empty cells missing, of a ``content`` that fits ``rule`` from ``start`` on."""
    import pyarrow as pa

    if rule.quotes in (Quotes.TEXT, Quotes.DOUBLED):
        try:
            return _by_arrow(rule, content, start, names)
        except pa.ArrowInvalid:  # a line of blanks, or one longer than a block
            pass
    rows = rule.rows(content, start, len(names))
    columns = [
        pa.array([cell.decode("utf-8") or None for cell in column], pa.large_string())
        for column in (zip(*rows, strict=True) if rows else [()] * len(names))
    ]
    return pa.table(dict(zip(names, columns, strict=True)))


def _by_arrow(rule: Rule, content: bytes, start: int, names: list[str]) -> pa.Table:
    import pyarrow as pa
    from pyarrow import csv

    if not content[start : start + 4096].strip(b"\r\n") and not content[start:].strip(b"\r\n"):
        return pa.table({name: pa.array([], pa.large_string()) for name in names})
    quoted = rule.quotes == Quotes.DOUBLED
    return csv.read_csv(
        pa.BufferReader(pa.py_buffer(content).slice(start)),
        read_options=csv.ReadOptions(column_names=names, block_size=_BLOCK),
        parse_options=csv.ParseOptions(
            delimiter=rule.separator.decode(), quote_char='"' if quoted else False, newlines_in_values=quoted
        ),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=True, null_values=[""]
        ),
    )


def checked_cells(
    cells: pa.Table, rule: Rule, between: str, where: str, *, stray_quotes: bool
) -> tuple[pd.DataFrame, list[Note]]:
    """The cells as a DataFrame of str, and what was done to them.

    Args:
        stray_quotes: whether quotes are read as text because they do not pair.

    Raises:
        LearnError: most cells of a column stand in quotes, but the file's quotes do not close.
    """
    import pyarrow.compute as pc

    notes: list[Note] = []
    cells = _without_header_lines(_without_empty_rows(cells, where, notes), where, notes)
    columns = {name: cells.column(name) for name in cells.column_names}
    if between.encode() != rule.separator:
        columns = {name: pc.replace_substring(one, CARRY.decode(), between) for name, one in columns.items()}
    if stray_quotes:
        _refuse_broken_quoting(columns, where)
    for name, column in _without_formulas(columns).items():
        notes.append(Note(f'The cells of column {name} of {where} are written as formulas, ="..."; read without that.'))
        columns[name] = column
    for name, column in _with_points(columns, between == ";").items():
        first = pc.index(pc.match_substring(columns[name], ","), True).as_py()
        was, now = columns[name][first].as_py(), column[first].as_py()
        notes.append(Note(f"Column {name} of {where} is written with decimal commas: {was!r} is read as {now}."))
        columns[name] = column
    import pyarrow as pa

    return pa.table(columns).to_pandas(), notes


def _without_empty_rows(cells: pa.Table, where: str, notes: list[Note]) -> pa.Table:
    import pyarrow.compute as pc

    empty = functools.reduce(pc.and_, (pc.is_null(column) for column in cells.columns))
    count = pc.sum(empty).as_py() or 0
    if not count:
        return cells
    notes.append(Note(f"{counted(count, 'row')} of {where} with nothing in any cell: left out.", NOTHING))
    return cells.filter(pc.invert(empty))


def _without_header_lines(cells: pa.Table, where: str, notes: list[Note]) -> pa.Table:
    import pyarrow.compute as pc

    if cells.num_columns < 2 or not cells.num_rows:
        return cells
    same = functools.reduce(
        pc.and_,
        (
            pc.fill_null(pc.equal(pc.utf8_trim_whitespace(cells.column(name)), name), False)
            for name in cells.column_names
        ),
    )
    count = pc.sum(same).as_py() or 0
    if not count:
        return cells
    notes.append(Note(f"The header of {where} comes again in {counted(count, 'row')}: left out.", ROWS))
    return cells.filter(pc.invert(same))


def _refuse_broken_quoting(columns: dict[str, Any], where: str) -> None:
    """Quotes that do not pair are text only where they are exceptions."""
    import pyarrow.compute as pc

    for name, column in columns.items():
        given = len(column) - column.null_count
        wrapped = pc.sum(pc.match_substring_regex(column, _WRAPPED)).as_py() or 0
        if given and wrapped >= 0.5 * given and wrapped > 1:
            odd = pc.fill_null(pc.match_substring(column, '"'), False)
            first = pc.filter(column, odd)[0].as_py()
            raise LearnError(
                f"{where} puts the cells of {name} in quotes ({shown(first)}), but not all quotes of the file close.",
                'Write a quote inside a quoted cell as "", or remove the quotes that stand alone.',
            )


def _without_formulas(columns: dict[str, Any]) -> dict[str, Any]:
    """Those columns whose every cell is ="TEXT", as exports write what Excel must not take for a number: the texts."""
    import pyarrow.compute as pc

    return {
        name: pc.replace_substring_regex(column, _FORMULA, r"\1")
        for name, column in columns.items()
        if len(column) > column.null_count
        and pc.all(pc.starts_with(column, '="')).as_py()
        and pc.all(pc.match_substring_regex(column, _FORMULA)).as_py()
    }


def needless_quotes(cells: pa.Table) -> dict[str, tuple[int, str]]:
    """Column -> how many of its cells, read with quotes as text, stand in quotes without need, and the first of them.

    Only columns of which some cells do and others do not.
    """
    import pyarrow.compute as pc

    found = {}
    for name in cells.column_names:
        column = cells.column(name)
        given = len(column) - column.null_count
        wrapped = pc.sum(pc.match_substring_regex(column, _WRAPPED)).as_py() or 0
        needless = pc.match_substring_regex(column, r'^"[^"]+"$')
        count = pc.sum(needless).as_py() or 0
        if count and wrapped < given:
            found[name] = (count, column[pc.index(needless, True).as_py()].as_py())
    return found


def _with_points(columns: dict[str, Any], sure: bool) -> dict[str, Any]:
    """Those columns that hold numbers with decimal commas, with points.

    Args:
        sure: whether the file's separator says that commas are decimal ones.
    """
    import pyarrow.compute as pc

    found = {}
    for name, column in columns.items():
        if not (pc.any(pc.match_substring(column, ",")).as_py() or False):
            continue
        if pc.all(pc.match_substring_regex(column, _COMMA_NUMBER)).as_py():
            found[name] = column
            sure = sure or bool(pc.any(pc.match_substring_regex(column, _SURE_COMMA)).as_py())
    if not sure:
        return {}
    return {
        name: pc.replace_substring(pc.replace_substring_regex(column, r"[. ](\d{3})", r"\1"), ",", ".")
        for name, column in found.items()
    }
