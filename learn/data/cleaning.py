"""Cleaning of whole columns of text, and of columns that are only kept. What is cut is counted."""

from __future__ import annotations

import pandas as pd

from learn.data.cells import MISSING_WORDS, flatten, read_lists, unescape, visible
from learn.data.pictures.references import references
from learn.data.schema import Items

TEXT_LIMIT = 20_000  # characters kept of one field; far more than any LLM here reads of an item


def clean_text(raw: pd.Series, separator: str = ", ", rarely_lists: bool = False) -> tuple[pd.Series, int]:
    """Text as a person would have typed it: one line, single blanks, no invisible characters; empty is missing.

    Lists, also printed ones, are joined by ``separator``; HTML's escapes are written out, bytes decoded. Letters,
    accents, right-to-left scripts and emoji stay as they are.

    Args:
        raw: [n] cells of any type.
        separator: between the parts of a list.
        rarely_lists: as in `learn.data.cells.read_lists`.

    Returns:
        The column as str, and how many texts were cut at TEXT_LIMIT characters.
    """
    cut = 0
    cleaned: list[str | None] = []
    for value in read_lists(list(raw.astype("object")), rarely_lists):
        text = flatten(value, separator)
        if text is not None:
            text = _one_line(text)
            cut += len(text) > TEXT_LIMIT
            text = text[:TEXT_LIMIT].rstrip()
        cleaned.append(None if text is None or text in MISSING_WORDS else text)
    return pd.Series(cleaned, index=raw.index, dtype="str"), cut


def _one_line(text: str) -> str:
    while True:
        once = " ".join(visible(unescape(visible(text))).split())
        if once == text or "&" not in once:
            return once
        text = once


def clean_extra(frame: pd.DataFrame) -> pd.DataFrame:
    """Further columns of a source, in types that Parquet can hold: what is not a number, a truth or a time is text."""
    for column in frame:
        if column == Items.PICTURE:
            frame[column] = references(frame[column])
            continue
        kept = ("is_numeric_dtype", "is_datetime64_any_dtype", "is_string_dtype")
        if not any(getattr(pd.api.types, one)(frame[column]) for one in kept) or frame[column].dtype.kind == "c":
            frame[column] = frame[column].astype("object")
        if pd.api.types.infer_dtype(frame[column]) in ("integer", "floating", "mixed-integer-float"):
            try:
                frame[column] = pd.to_numeric(frame[column])
            except OverflowError:  # more than 64 bits, kept as text below
                frame[column] = frame[column].astype("object")
        if frame[column].dtype == object:
            texts = [flatten(value, Items.CATEGORY_SEPARATOR) for value in frame[column]]
            texts = [None if text is None else visible(text) for text in texts]
            frame[column] = pd.Series(texts, index=frame.index, dtype="str")
    return frame
