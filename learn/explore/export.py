"""Tables that people download: the one way in which a page writes a CSV."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

_BEGINS_A_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """``frame`` without its index as CSV in UTF-8, which spreadsheets open without running anything in it.

    A text that a spreadsheet would compute (its first character is one of = + - @, a tab or a line's end) gets an
    apostrophe before it; numbers stay as they are. The byte order mark tells Excel that this is UTF-8; pandas drops it.
    """
    safe = frame.copy()
    safe.columns = [_as_text(name) for name in frame.columns]
    for place, kind in enumerate(frame.dtypes):
        if not pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_datetime64_any_dtype(kind):
            safe.isetitem(place, frame.iloc[:, place].astype(object).map(_as_text))
    return safe.to_csv(index=False).encode("utf-8-sig")


def file_name(words: str) -> str:
    """``words`` as a download's name on every system: an id in it may hold a path, quotes or a line's end."""
    stem, dot, ending = words.rpartition(".")
    return (re.sub(r"[^\w-]+", "-", stem).strip("-")[:80] or "download") + dot + ending


def _as_text(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = re.sub(r"\r\n?", "\n", value)  # pandas does not quote a lone carriage return: it would begin a row
    return f"'{text}" if _BEGINS_A_FORMULA.match(value) and not _NUMBER.fullmatch(value) else text
