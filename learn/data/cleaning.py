"""Cleaning of single columns: ids, text and prices. What is mended is counted, what cannot be is refused."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pandas as pd

from learn.data.schema import Items
from learn.errors import LearnError

TEXT_LIMIT = 20_000  # characters kept of one field; far more than any LLM here reads of an item
MISSING_WORDS = frozenset({"", "nan", "NaN", "None", "null", "NULL", "<NA>"})

# Zero-width and direction marks change a text's tokens but not what a person sees. The zero-width non-joiner is
# kept between Arabic letters, where it is spelling. Lone surrogates cannot be written as UTF-8 at all.
_INVISIBLE = re.compile(
    "[\u00ad\u200b\u200d-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ud800-\udfff]"
    "|(?<![\u0600-\u06ff])\u200c|\u200c(?![\u0600-\u06ff])"
)
_CONTROL = re.compile("[\u0000-\u001f\u007f-\u009f]")
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")
_DECIMAL_COMMA = re.compile(r"\d+,\d{1,2}")


def clean_ids(raw: pd.Series, where: str) -> tuple[np.ndarray, np.ndarray]:
    """Ids as text, without surrounding blanks; 7, 7.0 and "7" are the same id.

    Args:
        raw: [n] ids of any type.
        where: what the column is, for the message, for example "user_id of orders.csv".

    Returns:
        codes: [n] int64, the place of every id in ``ids``.
        ids: distinct ids, object array of str, in order of appearance.

    Raises:
        LearnError: an id is missing, or is a list or an object.
    """
    try:
        codes, distinct = pd.factorize(raw)
    except TypeError:
        row = next(number for number, value in enumerate(raw) if isinstance(value, (list, dict, set, np.ndarray)))
        raise LearnError(
            f"{where}, row {row + 1}: {raw.iloc[row]!r:.80} is not an id.", "Give one text or number per row as the id."
        ) from None
    names = np.array([id_text(value) for value in distinct], dtype=object)
    codes = np.where(codes < 0, len(names), codes)
    missing = np.append([name in MISSING_WORDS for name in names], True).astype(bool)[codes]
    if missing.any():
        row = int(missing.argmax())
        raise LearnError(
            f"{where}, row {row + 1}: the id is missing ({raw.iloc[row]}); "
            f"{int(missing.sum()):,} of {len(raw):,} rows have none.",
            "Remove these rows or fill in the ids (row 1 is the first row of data).",
        )
    merged, ids = pd.factorize(names)
    return merged[codes], np.asarray(ids, dtype=object)


def ids_as_text(raw: pd.Series) -> pd.Series:
    """[n] ids as `clean_ids` writes them, row by row, index kept; what cannot be an id is left to its reader.

    For tables whose ids are looked up in a Dataset: a missing or strange id is then merely unknown.
    """
    try:
        codes, distinct = pd.factorize(raw, use_na_sentinel=False)
    except TypeError:  # lists or objects
        return raw.map(id_text)
    texts = np.array([id_text(value) for value in distinct], dtype=object)
    return pd.Series(texts[codes], index=raw.index, dtype=object)


def id_text(value: Any) -> str:
    """One id as text: 7, 7.0 and "7" are the same, blanks around it and invisible characters do not count.

    What is missing becomes one of `MISSING_WORDS`, which no id is.
    """
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        value = int(value)
    return _CONTROL.sub(" ", _INVISIBLE.sub("", str(value))).strip()


def clean_text(raw: pd.Series, separator: str = ", ") -> tuple[pd.Series, int]:
    """Text as a person would have typed it: one line, single blanks, no invisible characters; empty is missing.

    Lists are joined by ``separator``. Letters, accents, right-to-left scripts and emoji stay as they are.

    Returns:
        The column as str, and how many texts were cut at TEXT_LIMIT characters.
    """
    cut = 0
    cleaned: list[str | None] = []
    for value in raw.astype("object"):
        text = flatten(value, separator)
        if text is not None:
            text = " ".join(_CONTROL.sub(" ", _INVISIBLE.sub("", text)).split())
            cut += len(text) > TEXT_LIMIT
            text = text[:TEXT_LIMIT].rstrip()
        cleaned.append(None if text is None or text in MISSING_WORDS else text)
    return pd.Series(cleaned, index=raw.index, dtype="str"), cut


def flatten(value: Any, separator: str) -> str | None:
    """A value of a table's cell as text; None where it is missing."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, (list, tuple, set, np.ndarray)):
        return separator.join(part for part in (flatten(one, separator) for one in value) if part)
    if pd.isna(value):
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def clean_prices(raw: pd.Series) -> tuple[pd.Series, int]:
    """Prices as float64, missing where negative, infinite or no number.

    "$1,299.00" and "12,99" are understood (a comma before three digits separates thousands, before one or two
    decimals); a range or a sentence is not.

    Returns:
        The column, and how many given values became missing.
    """
    if pd.api.types.is_numeric_dtype(raw) and not pd.api.types.is_bool_dtype(raw):
        given = raw.notna()
        prices = raw.astype("Float64").astype("float64")
    else:
        texts = [(flatten(value, ", ") or "").strip() for value in raw.astype("object")]
        given = pd.Series([text not in MISSING_WORDS for text in texts], index=raw.index)
        prices = pd.Series([_price(text) for text in texts], index=raw.index, dtype="float64")
    prices = prices.where(np.isfinite(prices) & (prices >= 0))
    return prices, int((given & prices.isna()).sum())


def _price(text: str) -> float:
    text = text.strip("$€£¥ ")
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    elif _DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    try:
        return float(text)
    except ValueError:
        return float("nan")


def clean_extra(frame: pd.DataFrame) -> pd.DataFrame:
    """Further columns of a source, in types that Parquet can hold: what is not a number, a truth or a time is text."""
    for column in frame:
        if pd.api.types.infer_dtype(frame[column]) in ("integer", "floating", "mixed-integer-float"):
            frame[column] = pd.to_numeric(frame[column])  # an int of over 64 bits leaves the column as it was
        if frame[column].dtype == object:
            texts = [flatten(value, Items.CATEGORY_SEPARATOR) for value in frame[column]]
            texts = [None if text is None else _INVISIBLE.sub("", text) for text in texts]
            frame[column] = pd.Series(texts, index=frame.index, dtype="str")
    return frame
