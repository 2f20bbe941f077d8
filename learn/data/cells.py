"""One cell as text: lists, objects and bytes as sources print them, HTML's escapes, words that stand for nothing."""

from __future__ import annotations

import ast
import html
import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

MISSING_WORDS = frozenset(
    {"", "nan", "NaN", "NAN", "NaT", "None", "null", "NULL", "<NA>", "N/A", "n/a", "#N/A", "#NA", "\\N"}
)

# Zero-width and direction marks change a text's tokens but not what a person sees. The zero-width non-joiner is
# kept between Arabic letters, where it is spelling. Lone surrogates cannot be written as UTF-8 at all.
_INVISIBLE = re.compile(
    "[\u00ad\u200b\u200d-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ud800-\udfff]"
    "|(?<![\u0600-\u06ff])\u200c|\u200c(?![\u0600-\u06ff])"
)
_CONTROL = re.compile("[\u0000-\u001f\u007f-\u009f]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BYTES = re.compile(r"b'(?:[^'\\]|\\.)*'|b\"(?:[^\"\\]|\\.)*\"")
_QUOTED = r"(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
_NUMPY = re.compile(rf"\[\s*{_QUOTED}(?:\s+{_QUOTED})+\s*\]")  # Python would glue these strings together
_TUPLE = re.compile(rf"{_QUOTED}(?:\s*,\s*{_QUOTED})*")
_BARE = re.compile(r"\[[^\[\]'\"]+\]")
_NAMES = ("name", "title", "label", "text", "description")


def visible(text: str) -> str:
    """Without characters that nobody sees, and with a blank for each control character."""
    return _CONTROL.sub(" ", _INVISIBLE.sub("", text))


def unescape(text: str) -> str:
    """HTML's escapes written out, those that were escaped twice too; "AT&T" and "a&b" stay."""
    while _ENTITY.search(text):
        written = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
        if written == text:  # no such entity
            return text
        text = written
    return text


def decode(value: bytes) -> str:
    """Bytes as the text that they spell: UTF-8, else Latin-1, which every byte is."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def text_of_bytes(text: str) -> str:
    """ "b'p000'" as p000; other text as it is."""
    if not _BYTES.fullmatch(text):
        return text
    try:
        return decode(ast.literal_eval(text))
    except (SyntaxError, ValueError):
        return text


def flatten(value: Any, separator: str) -> str | None:
    """A value of a table's cell as text; None where it is missing.

    Of a list of lists that are to become levels (``separator`` holds ">") the first counts: each is a path of its own.
    An object is told by its name, or as "key: value, key: value".
    """
    if isinstance(value, str):
        return text_of_bytes(value)
    if isinstance(value, (bytes, bytearray)):
        return decode(bytes(value))
    if isinstance(value, dict):
        return _object(value)
    if isinstance(value, (list, tuple, set, frozenset, np.ndarray)):
        parts = list(value)
        if ">" in separator and parts and all(isinstance(one, (list, tuple, np.ndarray)) for one in parts):
            parts = next((list(one) for one in parts if len(one)), [])
        return separator.join(part for part in (flatten(one, separator) for one in parts) if part)
    if pd.isna(value):
        return None
    try:
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    except ValueError:  # Python writes out no integer of more than 4,300 digits
        return "a number of more than 4,300 digits"


def _object(value: dict[Any, Any]) -> str:
    filled = {
        str(key): text for key, one in value.items() if (text := flatten(one, ", ")) and text not in MISSING_WORDS
    }
    name = next((filled[key] for key in _NAMES if key in filled), None)
    if name is not None:
        return f"{name}: {filled['value']}" if "value" in filled else name
    return ", ".join(f"{key}: {text}" for key, text in filled.items())


def as_text(raw: pd.Series) -> pd.Series:
    """[n] every cell as text that can be compared and written, stripped; "" where it is missing.

    Args:
        raw: [n] cells of any type.
    """
    if pd.api.types.is_numeric_dtype(raw) or isinstance(raw.dtype, pd.StringDtype):
        return raw.astype("str").fillna("").str.strip()
    texts = [visible(flatten(value, ", ") or "").strip() for value in raw.astype("object")]
    return pd.Series(texts, index=raw.index, dtype="str")


def read_lists(cells: Sequence[Any], rarely: bool) -> list[Any]:
    """Cells in which a printed list or object is read as one: Python's, JSON's and NumPy's way, nested too.

    Args:
        cells: of one column.
        rarely: whether one such cell is enough; False: at least half of the filled ones must be such, so that a title
            in brackets stays a title.
    """
    parsed = [_literal(cell) if isinstance(cell, str) else None for cell in cells]
    filled = sum(isinstance(cell, str) and cell.strip() not in MISSING_WORDS for cell in cells)
    lists = [one is not None and not isinstance(one, str) for one in parsed]
    bare = [isinstance(cell, str) and bool(_BARE.fullmatch(cell.strip())) for cell in cells]
    many = sum(map(max, lists, bare)) >= max(filled / 2, 1)
    if not (many or (rarely and any(lists))):
        return list(cells)
    read: list[Any] = []
    for cell, one, is_bare in zip(cells, parsed, bare, strict=True):
        if one is not None:
            read.append(one)
        else:
            read.append([part.strip() for part in cell.strip()[1:-1].split(",")] if is_bare and many else cell)
    return read


def _literal(cell: str) -> list[Any] | tuple[Any, ...] | dict[Any, Any] | set[Any] | str | None:
    """The list, object or quoted text that ``cell`` prints; None for any other text."""
    text = cell.strip()
    if text.startswith("array(") and text.endswith(")"):
        text = text[6:-1].rsplit(", dtype=", 1)[0].strip()
    if len(text) < 2 or text[0] not in "[({'\"" or text[-1] not in "])}'\"":
        return None
    if _NUMPY.fullmatch(text):
        return [ast.literal_eval(one) for one in re.findall(_QUOTED, text)]
    if text[0] in "'\"" and not _TUPLE.fullmatch(text):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        try:
            value = ast.literal_eval(text)
        except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
            return None
    return value if isinstance(value, (list, tuple, dict, set, str)) else None
