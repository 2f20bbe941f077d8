"""One table from one file: CSV, TSV, Parquet or JSON lines; what is wrong with the file is said with its place."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator
from json import JSONDecodeError
from pathlib import Path
from typing import Any, BinaryIO, cast

import pandas as pd

from learn.data.json_lines import read_line
from learn.errors import LearnError

CSV, TSV, PARQUET, JSON_LINES = "CSV", "TSV", "Parquet", "JSON lines"
ENDINGS = {
    ".csv": CSV,
    ".tsv": TSV,
    ".parquet": PARQUET,
    ".jsonl": JSON_LINES,
    ".ndjson": JSON_LINES,
    ".json": JSON_LINES,
}
_DAMAGED_GZIP = (EOFError, gzip.BadGzipFile, zlib.error)


def read_table(path: Path | str) -> pd.DataFrame:
    """The table in ``path``, its type told by its ending: one of ENDINGS, all but .parquet also with .gz.

    Cells of CSV and TSV stay text, empty ones missing, so that an id such as 007 is not changed into 7.

    Raises:
        LearnError: absent, a folder, of unknown type, empty, without rows, damaged, not UTF-8 or malformed; with the
            line where there is one.
    """
    path = Path(path)
    if not path.is_file():
        problem = "is a folder, not a file" if path.is_dir() else "does not exist"
        raise LearnError(f"{path} {problem}.", "Give the path of a CSV, TSV, Parquet or JSON lines file.")
    kind = ENDINGS.get(Path(path.stem).suffix.lower() if path.suffix.lower() == ".gz" else path.suffix.lower())
    if kind is None or (kind == PARQUET and path.suffix.lower() == ".gz"):
        raise LearnError(
            f"{path} has an ending that says nothing about its type ({path.suffix or 'none'!r}).",
            f"Rename or convert it; known endings are {', '.join(ENDINGS)}, and all but .parquet with .gz behind.",
        )
    if path.stat().st_size == 0:
        raise LearnError(f"{path} is empty (0 bytes).", "Export it again with a header and at least one row.")
    try:
        if kind == PARQUET:
            frame = _read_parquet(path)
        elif kind == JSON_LINES:
            frame = pd.DataFrame(list(_json_objects(path)), dtype="object")  # as written: ids stay whole
        else:
            frame = _read_separated(path, "," if kind == CSV else "\t")
    except _DAMAGED_GZIP as error:
        raise LearnError(
            f"{path} is no whole gzip file: {error}.", "Compress or download it again, or give the plain file."
        ) from error
    if frame.empty:
        raise LearnError(
            f"{path} has the columns {', '.join(map(str, frame.columns))} but no rows.", "Export it with its rows."
        )
    return frame


def _open(path: Path) -> BinaryIO:
    if path.suffix.lower() == ".gz":
        return cast(BinaryIO, gzip.open(path, "rb"))  # it reads as one, and says nothing of it in its type
    return open(path, "rb")


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:  # also what its metadata says
        raise LearnError(
            f"{path} cannot be read as Parquet, it may be cut off: {str(error).rstrip('.')}.",
            "Export or copy it again.",
        ) from error


def _json_objects(path: Path) -> Iterator[dict[str, Any]]:
    found = False
    with _open(path) as handle:
        for number, line in enumerate(handle, start=1):
            if not line.strip():
                continue
            try:
                record = read_line(line)
            except UnicodeDecodeError as error:
                raise _not_utf8(path, number, error.start, line) from None
            except JSONDecodeError as error:
                raise LearnError(
                    f"{path}, line {number} is not JSON: {error.msg} at character {error.pos + 1} of {_shown(line)}.",
                    "Write one whole JSON object on each line.",
                ) from None
            except ValueError as error:
                raise LearnError(
                    f"{path}, line {number} cannot be read: {error}: {_shown(line)}.",
                    "Remove that line, or write it as one plain JSON object.",
                ) from None
            if not isinstance(record, dict):
                raise LearnError(
                    f"{path}, line {number} is JSON but not an object: {_shown(line)}.",
                    "Write one JSON object on each line, not one list around all of them.",
                )
            found = True
            yield record
    if not found:
        raise LearnError(f"{path} has only blank lines.", "Export it again with one JSON object on each line.")


def _read_separated(path: Path, separator: str) -> pd.DataFrame:
    _check_header(path, separator)
    try:
        return pd.read_csv(
            path, sep=separator, dtype="str", keep_default_na=False, na_values=[""], encoding="utf-8", index_col=False
        )
    except UnicodeDecodeError:
        raise _find_not_utf8(path) from None
    except pd.errors.EmptyDataError:
        raise LearnError(
            f"{path} has only blank lines: no header.", "Export it again with a header and its rows."
        ) from None
    except pd.errors.ParserError as error:
        detail = str(error).removeprefix("Error tokenizing data. C error: ").strip()
        raise LearnError(
            f"{path} is malformed: {detail}.",
            'Put values that contain the separator or a line break in double quotes, and a quote inside as "".',
        ) from error


def _check_header(path: Path, separator: str) -> None:
    """Refuses names given twice, and rows wider than the header, which pandas would cut off silently."""
    try:
        with _open(path) as handle:
            rows = csv.reader((line.decode("utf-8-sig") for line in handle), delimiter=separator, strict=False)
            names = next(rows, [])
            first = _first_row(rows)
    except UnicodeDecodeError:
        raise _find_not_utf8(path) from None
    except csv.Error as error:
        raise LearnError(f"{path} is malformed in its first lines: {error}.", "Export it again as plain CSV.") from None
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise LearnError(f"{path}, line 1 names the column {twice[0]!r} twice.", "Rename or remove one of the two.")
    if len(first) > len(names) > 0:
        raise LearnError(
            f"{path} is malformed: {len(names)} columns in its header, {len(first)} values in its first row.",
            "Put values that contain the separator in double quotes.",
        )


def _first_row(rows: Iterator[list[str]]) -> list[str]:
    try:
        return next(rows, [])
    except csv.Error:  # a cell of more than 128 kB, which pandas reads well
        return []


def _find_not_utf8(path: Path) -> LearnError:
    with _open(path) as handle:
        for number, line in enumerate(handle, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                return _not_utf8(path, number, error.start, line)
    return LearnError(f"{path} is not UTF-8.", "Save it as UTF-8.")


def _not_utf8(path: Path, number: int, start: int, line: bytes) -> LearnError:
    return LearnError(
        f"{path}, line {number}, byte {start + 1} (0x{line[start]:02x}) is not UTF-8: {_shown(line)}.",
        "Save it as UTF-8, for example: iconv -f latin1 -t utf-8 OLD > NEW",
    )


def _shown(line: bytes) -> str:
    text = line.decode("utf-8", errors="replace").strip()
    return repr(text if len(text) <= 80 else text[:77] + "...")
