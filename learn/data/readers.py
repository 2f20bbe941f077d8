"""One table from one file of any usual form; how it was read is noted, what is wrong with it is said with its place."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from learn.data.notes import Note
from learn.data.reading.arrow_tables import MAGIC, read_arrow
from learn.data.reading.encodings import to_utf8
from learn.data.reading.form import PLAIN, Asked, Table
from learn.data.reading.json_records import Found, looks_like_json, parse_lines, parse_list, to_frame
from learn.data.reading.separated import read_separated
from learn.data.reading.unpack import blocks, check_kind, packing_note, read_whole, unpacked
from learn.errors import LearnError

if TYPE_CHECKING:
    import pandas as pd

_JSON_ENDINGS = (".json", ".jsonl", ".ndjson")
_PACKED_ENDINGS = (".gz", ".gzip", ".bz2", ".xz", ".zst", ".zstd", ".zip")


def read_table(path: Path | str, asked: Asked = PLAIN) -> pd.DataFrame:
    """The frame of `read`, for callers that show no notes."""
    return read(path, asked).frame


def read(path: Path | str, asked: Asked = PLAIN) -> Table:
    """The table in ``path``: separated cells, JSON lines, a JSON list, Parquet or Feather, told by content.

    Cells of separated files stay text, empty ones missing, so that an id such as 007 is not changed into 7. The file
    may be packed by gzip, bz2, xz, zstd or alone in a zip.

    Args:
        path: the file, whatever its name.
        asked: its encoding and separator, where the user says so.

    Raises:
        LearnError: absent, a folder, of another kind, empty, without rows, damaged, of no encoding that is sure, or
            written by no rule that fits every line; with the line where there is one.
    """
    path = Path(path)
    where = str(path)
    with unpacked(path) as (handle, packings):
        notes = [Note(text)] if (text := packing_note(path, packings)) else []
        start = cast(io.BufferedReader, handle).peek(16)[:16]
        kind = next((name for magic, name in MAGIC.items() if start.startswith(magic)), None)
        if kind is None and ending(path) in (".parquet", ".feather"):
            raise LearnError(
                f"{path} cannot be read as {ending(path)[1:].capitalize()}: it does not begin as one.",
                "Export or copy it again, or give it the ending of what it is.",
            )
        if kind is not None:
            _refuse_columns(path, kind, asked)
            table = read_arrow(
                io.BytesIO(b"".join(blocks(path, handle, packings))) if packings else handle, kind, where
            )
        else:
            table = _read_text(read_whole(path, handle, packings), path, asked)
    if table.frame.empty:
        raise LearnError(
            f"{path} has the columns {', '.join(map(str, table.frame.columns))} but no rows.",
            "Export it with its rows.",
        )
    table.notes = notes + table.notes
    return table


def place(path: Path, row: int) -> str:
    """Where row ``row`` (from 0) of a table stands in its file, "line 3" or, where there are no lines, "row 2".

    Blank lines are no rows, but an editor counts them; cells with line breaks inside are not expected.
    """
    with unpacked(path) as (handle, packings):
        content = b"".join(blocks(path, handle, packings))
    if content.startswith(tuple(MAGIC)):
        return f"row {row + 1}"
    content, _ = to_utf8(content, str(path))
    header = 0 if ending(path) in _JSON_ENDINGS or looks_like_json(content) else 1
    filled = [number for number, line in _lines(iter([content])) if line.strip()]
    return f"line {filled[row + header]}" if row + header < len(filled) else f"row {row + 1}"


def ending(path: Path) -> str:
    """The ending of a file's name, of a packed one the ending before, in lower case."""
    name = path.name.lower()
    packed = next((one for one in _PACKED_ENDINGS if name.endswith(one)), "")
    return Path(name.removesuffix(packed)).suffix


def _refuse_columns(path: Path, kind: str, asked: Asked) -> None:
    if asked.columns is not None:
        raise LearnError(
            f"--columns is for files without a header, but {path} is {kind}, which names its columns.",
            f"Leave out --columns {asked.table}=...; where a column is not recognised, say --map FIELD=COLUMN.",
        )


def _read_text(content: bytes, path: Path, asked: Asked) -> Table:
    where = str(path)
    content, notes = to_utf8(content, where, asked.encoding)
    is_json = asked.separator is None and (ending(path) in _JSON_ENDINGS or looks_like_json(content))
    if not is_json:
        table = read_separated(content, where, asked, "\t" if ending(path) in (".tsv", ".tab") else ",")
        return replace(table, notes=notes + table.notes)
    _refuse_columns(path, "JSON", asked)
    found = Found()
    start = content.lstrip()
    if start.startswith(b"["):
        frame = to_frame(parse_list(content.decode("utf-8"), where, found), where)
    else:
        lines = ((number, line.decode("utf-8")) for number, line in _lines(iter([content])))
        frame = to_frame(parse_lines(lines, where, found), where)
    return Table(frame, notes + found.notes(where))


def records(path: Path, asked: Asked = PLAIN, found: Found | None = None) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every (line number from 1, object) of a file of JSON lines, line after line, so that the file may be large.

    Args:
        path: the file, packed or not.
        asked: its encoding, where it is not UTF-8.
        found: takes what was met on the way.

    Raises:
        LearnError: absent, damaged, not UTF-8 (or as asked), or a line that is no object, with its number.
    """
    found = Found() if found is None else found
    where = str(path)
    with unpacked(path) as (handle, packings):
        yield from parse_lines(_decoded(path, handle, packings, asked), where, found)


def _decoded(path: Path, handle: BinaryIO, packings: list[str], asked: Asked) -> Iterator[tuple[int, str]]:
    for number, line in _lines(blocks(path, handle, packings)):
        if number == 1:
            check_kind(path, line)
            line = line.removeprefix(b"\xef\xbb\xbf")
        try:
            yield number, line.decode(asked.encoding or "utf-8")
        except LookupError:
            raise LearnError(
                f"--encoding {asked.encoding!r} is no encoding that Python knows.", "Give one such as utf-8 or cp1252."
            ) from None
        except UnicodeDecodeError as error:
            raise LearnError(
                f"{path}, line {number} is not {asked.encoding or 'UTF-8'}: {error}.",
                "Save the file as UTF-8, or say what it is: --encoding NAME",
            ) from None


def _lines(parts: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """(number, line without its end); line feeds end lines, or carriage returns in a file that has no other."""
    number, rest = 0, b""
    for part in parts:
        part = rest + part
        if b"\n" not in part and b"\r" in part[:-1]:
            part = part.replace(b"\r", b"\n")
        *whole, rest = part.split(b"\n")
        for line in whole:
            number += 1
            yield number, line
    if rest:
        yield number + 1, rest
