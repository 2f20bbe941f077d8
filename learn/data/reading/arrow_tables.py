"""Parquet and Feather: columns in types that the rest of the house knows; bytes become text, ids stay whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, BinaryIO

from learn.data.notes import IDS, Note
from learn.data.reading.form import Table, shown
from learn.errors import LearnError

if TYPE_CHECKING:
    import pyarrow as pa

MAGIC = {b"PAR1": "Parquet", b"ARROW1": "Feather", b"FEA1": "Feather"}
_INDEX = re.compile(r"__index_level_\d+__")


def read_arrow(handle: BinaryIO, kind: str, where: str) -> Table:
    """The table of a Parquet or Feather file.

    Args:
        handle: the file, which can be sought in.
        kind: a value of `MAGIC`.

    Raises:
        LearnError: damaged or cut off, a column named twice, or bytes that are no text.
    """
    import pyarrow as pa
    import pyarrow.feather
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.ParquetFile(handle).read() if kind == "Parquet" else pyarrow.feather.read_table(handle)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise LearnError(
            f"{where} cannot be read as {kind}, it may be cut off: {str(error).rstrip('.')}.",
            "Export or copy it again.",
        ) from error
    names = [name.strip() for name in table.column_names]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise LearnError(f"{where} has the column {twice!r} twice.", "Rename or remove one of the two.")
    notes: list[Note] = []
    columns = {
        name: _plain(column, name, where, notes)
        for name, column in zip(names, table.columns, strict=True)
        if not _INDEX.fullmatch(name)
    }
    frame = pa.table(columns).to_pandas(integer_object_nulls=True, timestamp_as_object=False)
    return Table(frame, notes)


def _plain(column: pa.ChunkedArray, name: str, where: str, notes: list[Note]) -> pa.ChunkedArray:
    import pyarrow as pa
    import pyarrow.types as kinds

    if kinds.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if kinds.is_binary(column.type) or kinds.is_large_binary(column.type) or kinds.is_fixed_size_binary(column.type):
        return _text(column, name, where, notes)
    if str(column.type).endswith("_view"):
        column = column.cast(pa.large_binary() if "binary" in str(column.type) else pa.large_string())
        return _plain(column, name, where, notes)
    if kinds.is_decimal(column.type):
        whole = column.type.scale <= 0
        return column.cast(pa.int64() if whole and column.type.precision <= 18 else pa.large_string())
    if kinds.is_date(column.type):
        return column.cast(pa.timestamp("ms"))
    if kinds.is_time(column.type):
        return column.cast(pa.large_string())
    return column


def _text(column: pa.ChunkedArray, name: str, where: str, notes: list[Note]) -> Any:
    import pyarrow as pa

    if pa.types.is_fixed_size_binary(column.type):
        column = column.cast(pa.large_binary())
    try:
        text = column.cast(pa.large_string())
    except pa.ArrowInvalid:
        row, value = next((row, one) for row, one in enumerate(column.to_pylist(), start=1) if not _is_utf8(one))
        raise LearnError(
            f"{where}, column {name}, row {row} holds bytes that are no text in UTF-8: {shown(repr(value))}.",
            f"Export {name} as text, or leave the column out.",
        ) from None
    notes.append(Note(f"Column {name} of {where} holds bytes; they are read as text in UTF-8.", IDS))
    return text


def _is_utf8(value: bytes | None) -> bool:
    try:
        (value or b"").decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
