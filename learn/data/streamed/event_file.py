"""A file of interactions that can be read in a stream, and its first rows, by which its columns are told."""

from __future__ import annotations

import codecs
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from learn.data.reading.arrow_tables import MAGIC, read_arrow
from learn.data.reading.form import SEPARATORS, Asked, Table
from learn.data.reading.separated import read_separated
from learn.data.reading.unpack import check_there
from learn.errors import LearnError

_FIRST_ROWS = 1_000
_FIRST_BYTES = 1 << 18
_SCANNED = 1 << 24
_REMEDY = (
    "The engine duckdb takes Parquet, and plain text in UTF-8 with a header and no quotes. "
    "Write the table in one of these, or leave out --engine duckdb."
)


@dataclass(frozen=True)
class EventFile:
    """What DuckDB reads.

    Attributes:
        source: after FROM, with a column `ROW` of row numbers from 0; a question mark stands for ``path``.
        path: the file.
        table: its first rows, as the ordinary reader reads them.
    """

    source: str
    path: str
    table: Table


ROW = "learn_row"


def open_events(path: Path, asked: Asked) -> EventFile:
    """The file at ``path``; text is read to its end for what a stream cannot be sure of.

    Raises:
        LearnError: of a form that is not taken, with what to do.
    """
    check_there(path)
    if asked.columns is not None:
        raise LearnError("--columns names the columns of a file without a header.", _REMEDY)
    if asked.encoding is not None and codecs.lookup(asked.encoding).name != "utf-8":
        raise LearnError(f"The engine duckdb does not read --encoding {asked.encoding}.", _REMEDY)
    with path.open("rb") as file:
        start = file.read(8)
    kind = next((name for magic, name in MAGIC.items() if start.startswith(magic)), None)
    if kind == "Parquet":
        return _parquet(path)
    packed = start.startswith(b"\x1f\x8b")
    if kind is not None or start.startswith((b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"PK")):
        raise LearnError(f"{path} is {kind or 'packed'}.", _REMEDY)
    return _text(path, asked, packed)


def _parquet(path: Path) -> EventFile:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            first = next(file.iter_batches(_FIRST_ROWS), None)
    except (OSError, ValueError) as error:
        raise LearnError(f"{path} cannot be read as Parquet: {error}", "Export or copy it again.") from error
    if first is None or not first.num_rows:
        raise LearnError(f"{path} has no rows.", "Export it with its rows.")
    copy = io.BytesIO()
    pq.write_table(pa.Table.from_batches([first]), copy)
    table = read_arrow(copy, "Parquet", str(path))
    _check_names(first.schema.names, path)
    # DuckDB numbers the rows of the file itself.
    return EventFile(
        f"(SELECT *, file_row_number AS {ROW} FROM read_parquet(?, file_row_number = true))", str(path), table
    )


def _check_names(names: list[str], path: Path) -> None:
    if len({name.strip().casefold() for name in (*names, ROW, "file_row_number")}) < len(names) + 2:
        raise LearnError(f"{path} has two columns whose names differ in capitals alone, or one called {ROW}.", _REMEDY)
    if odd := next((name for name in names if name != name.strip()), None):
        raise LearnError(f"{path} has a column {odd!r} with blanks around its name.", _REMEDY)


def _text(path: Path, asked: Asked, packed: bool) -> EventFile:
    head = _scan(path, packed)
    usual = "\t" if path.name.lower().removesuffix(".gz").endswith((".tsv", ".tab")) else ","
    if head.lstrip().startswith((b"{", b"[")):
        raise LearnError(f"{path} is JSON.", _REMEDY)
    table = read_separated(head, str(path), asked, usual)
    if table.known is not None:
        raise LearnError(f"{path} has no header.", _REMEDY)
    names = [str(name) for name in table.frame.columns]
    _check_names(names, path)
    first_line = head.split(b"\n")[0].rstrip(b"\r").decode()
    between = asked.between or next(
        (one for one in SEPARATORS.values() if len(first_line.split(one)) == len(names)), ""
    )
    if len(between) != 1 or first_line.split(between) != names:
        raise LearnError(
            f"{path} has a first line that does not name its columns plainly: {first_line!r:.80}.", _REMEDY
        )
    columns = ", ".join(f"'{name.replace(chr(39), chr(39) * 2)}': 'VARCHAR'" for name in names)
    options = (
        f"header = true, auto_detect = false, quote = '', escape = '', delim = '{between}', columns = {{{columns}}}"
    )
    options += ", compression = 'gzip'" if packed else ""
    return EventFile(f"(SELECT *, row_number() OVER () - 1 AS {ROW} FROM read_csv(?, {options}))", str(path), table)


def _scan(path: Path, packed: bool) -> bytes:
    """The file's first lines, whole; all of it is looked at for what two readers may read in two ways."""
    decoder, head, before = codecs.getincrementaldecoder("utf-8")(), b"", b""
    try:
        for block in _blocks(path, packed):
            head += block[: max(0, _FIRST_BYTES - len(head))]
            decoder.decode(block)
            returns = (before[-1:] + block).replace(b"\r\n", b"").rstrip(b"\r")
            what = next((name for mark, name in _MARKS.items() if mark in returns), None)
            if what is not None:
                raise LearnError(f"{path} has {what}.", _REMEDY)
            before = block
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise LearnError(f"{path} is not UTF-8: {error}.", _REMEDY) from None
    except (OSError, EOFError) as error:
        raise LearnError(f"{path} cannot be read, it may be cut off: {error}.", "Copy it again.") from None
    if head.startswith(codecs.BOM_UTF8):
        head = head[len(codecs.BOM_UTF8) :]
    return head if len(head) < _FIRST_BYTES // 2 else head[: head.rfind(b"\n") + 1]


_MARKS: dict[bytes, Any] = {b'"': "quotes", b"\0": "a zero byte", b"\r": "carriage returns that end no line"}


def _blocks(path: Path, packed: bool) -> Iterator[bytes]:
    with gzip.open(path, "rb") if packed else path.open("rb") as file:
        while block := file.read(_SCANNED):
            yield block
