"""Ids: one spelling for each, whatever wrote it, and the finding of ids that another table spells otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from learn.data.cells import MISSING_WORDS, decode, text_of_bytes, visible
from learn.data.time_bounds import shown
from learn.errors import LearnError

_WHOLE_FLOAT = re.compile(r"(-?\d+)\.0+")
_ROUNDED = re.compile(r"-?\d(?:[.,]\d+)?[eE]\+\d+")
_NUMBER = re.compile(r"0*(\d+)(?:\.0+)?")
_EXACT_FLOATS = 2**53


def clean_ids(raw: pd.Series, where: str) -> tuple[np.ndarray, np.ndarray]:
    """Ids as text, without surrounding blanks; 7, 7.0 and "7" are the same id.

    Args:
        raw: [n] ids of any type.
        where: what the column is, for the message, for example "user_id of orders.csv".

    Returns:
        codes: [n] int64, the place of every id in ``ids``.
        ids: distinct ids, object array of str, in order of appearance.

    Raises:
        LearnError: an id is missing, is a list or an object, or has lost digits (1.23E+11).
    """
    try:
        codes, distinct = pd.factorize(raw)
    except TypeError:
        row = next(number for number, value in enumerate(raw) if isinstance(value, (list, dict, set, np.ndarray)))
        raise LearnError(
            f"{where}, row {row + 1}: {shown(raw.iloc[row])} is not an id.",
            "Give one text or number per row as the id.",
        ) from None

    def found(bad: np.ndarray) -> tuple[int, Any, int]:
        rows = bad[codes]
        first = int(rows.argmax())
        return first, raw.iloc[first], int(rows.sum())

    merged, ids = clean_distinct(distinct, where, len(raw), found)
    return merged[codes], ids


def clean_distinct(
    distinct: Sequence[Any] | pd.Index | np.ndarray,
    where: str,
    n_rows: int,
    found: Callable[[np.ndarray], tuple[int, Any, int]],
) -> tuple[np.ndarray, np.ndarray]:
    """As `clean_ids`, of the distinct cells of a column.

    Args:
        distinct: [m] ids of any type, in order of appearance, none missing.
        where: as in `clean_ids`.
        n_rows: of the column.
        found: [m + 1] bool, which of ``distinct``, and whether missing cells too -> the first such row from 0, its
            cell, and how many rows there are.

    Returns:
        codes: [m] int64, the place of every one in ``ids``; ids: as in `clean_ids`.

    Raises:
        LearnError: as `clean_ids`.
    """
    lost = np.array([*(_has_lost_digits(value) for value in distinct), False], dtype=bool)
    if lost.any():
        row, cell, _ = found(lost)
        raise LearnError(
            f"{where}, row {row + 1}: the id {shown(cell)} has lost digits, as a spreadsheet or a column of "
            f"floats rounds them; {int(lost.sum()):,} ids are like this.",
            "Export the ids as text, with all their digits.",
        )
    names = _texts(distinct)
    row, cell, count = found(np.append([name in MISSING_WORDS for name in names], True).astype(bool))
    if count:
        raise LearnError(
            f"{where}, row {row + 1}: the id is missing ({shown(cell)}); {count:,} of {n_rows:,} rows have none.",
            "Remove these rows or fill in the ids (row 1 is the first row of data).",
        )
    merged, ids = pd.factorize(names)
    return merged, np.asarray(ids, dtype=object)


def ids_as_text(raw: pd.Series) -> pd.Series:
    """[n] ids as `clean_ids` writes them, row by row, index kept; what cannot be an id is left to its reader.

    For tables whose ids are looked up in a Dataset: a missing or strange id is then merely unknown.
    """
    try:
        codes, distinct = pd.factorize(raw, use_na_sentinel=False)
    except TypeError:  # lists or objects
        return pd.Series(_texts(raw), index=raw.index, dtype=object)
    return pd.Series(_texts(distinct)[codes], index=raw.index, dtype=object)


def id_text(value: Any) -> str:
    """One id as text: 7, 7.0 and "7" are the same, blanks around it and invisible characters do not count.

    What is missing becomes one of `MISSING_WORDS`, which no id is.
    """
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        value = int(value)
    if isinstance(value, (bytes, bytearray)):
        value = decode(bytes(value))
    try:
        return visible(text_of_bytes(str(value))).strip()
    except ValueError:  # Python writes out no integer of more than 4,300 digits
        return ""


def match_ids(wanted: Iterable[str], known: pd.Index) -> tuple[np.ndarray, np.ndarray]:
    """Where every id of ``wanted`` stands among those of ``known``.

    An id that is not there is taken for the one that differs only in zeros before it or in a ".0" behind it (00123,
    123, 123.0), where exactly one of ``wanted`` and one of ``known`` are spelled so.

    Args:
        wanted: [n] ids as `ids_as_text` writes them.
        known: [N] distinct ids.

    Returns:
        [n] int64 places in ``known``, -1 where it is not there; and [n] bool, whether it is spelled otherwise there.
    """
    ids = pd.Series(list(wanted), dtype=object)
    places = known.get_indexer(ids).astype(np.int64)
    keys = ids.map(_key)
    open_keys = keys[(places < 0)].dropna()
    if not len(open_keys):
        return places, np.zeros(len(ids), dtype=bool)
    spellings = ids.groupby(keys).nunique()
    of_known = pd.Series(np.arange(len(known)), index=[_key(str(one)) for one in known])
    of_known = of_known[of_known.index.isin(set(open_keys)) & ~of_known.index.duplicated(keep=False)]
    clear = keys.map(spellings).eq(1) & keys.isin(of_known.index)
    otherwise = (clear & (places < 0)).to_numpy(dtype=bool)
    places[otherwise] = of_known.loc[keys[otherwise]].to_numpy()
    return places, otherwise


def find_ids(raw: pd.Series, known: pd.Index) -> np.ndarray:
    """[n] int64: the place among ``known`` of every id of a column, however it was written; -1: unknown.

    Args:
        raw: [n] ids of any type.
        known: [N] ids of a Dataset.
    """
    return match_ids(ids_as_text(raw), known)[0]


def _texts(values: Iterable[Any]) -> np.ndarray:
    """Each id as text; where all of them are floats that a table wrote ("1011.0"), without their ".0"."""
    texts = [id_text(value) for value in values]
    floats = [None if text in MISSING_WORDS else _WHOLE_FLOAT.fullmatch(text) for text in texts]
    if all(match or text in MISSING_WORDS for match, text in zip(floats, texts, strict=True)):
        texts = [match[1] if match else text for match, text in zip(floats, texts, strict=True)]
    return np.array(texts, dtype=object)


def _has_lost_digits(value: Any) -> bool:
    if isinstance(value, (float, np.floating)):
        return bool(np.isfinite(value)) and abs(float(value)) > _EXACT_FLOATS
    if isinstance(value, str):
        return bool(_ROUNDED.fullmatch(value.strip()))
    return False


def _key(text: str) -> str | None:
    """What is equal for 00123, 123 and 123.0; None for what is no number."""
    match = _NUMBER.fullmatch(text)
    return match[1] if match else None
