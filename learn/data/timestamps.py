"""Times from what sources write: ISO text, dates, or seconds, milliseconds, microseconds or nanoseconds since 1970."""

from __future__ import annotations

import numpy as np
import pandas as pd

from learn.data.cleaning import MISSING_WORDS
from learn.errors import LearnError

EARLIEST, LATEST = pd.Timestamp("1970-01-01"), pd.Timestamp("2100-01-01")

# The largest number of a column decides its unit: 1e11 seconds would be the year 5138, 1e11 milliseconds are 1973.
_UNITS = ((1e11, "s"), (1e14, "ms"), (1e17, "us"), (np.inf, "ns"))
_COMPACT_DATES = (19_700_101, 21_001_231)  # 20240531: as seconds that would be August 1970
_REMEDY = (
    "Give ISO times (2024-05-31, 20240531 or 2024-05-31T18:00:00Z) or numbers since 1970 (seconds, milliseconds, "
    "microseconds or nanoseconds), one form for the whole column; or leave the time out and order the rows by a "
    "position column."
)


def clean_times(raw: pd.Series, where: str) -> pd.Series:
    """Times as datetime64[ns] in UTC without a zone; wholly missing where ``raw`` is.

    Args:
        raw: [n] dates, ISO texts, or numbers; of numbers the largest tells the unit, the same for all.
        where: what the column is, for the messages.

    Raises:
        LearnError: times partly missing, unreadable, or outside 1970 to 2100; with the first such row and its value.
    """
    if not pd.api.types.is_datetime64_any_dtype(raw) and not pd.api.types.is_numeric_dtype(raw):
        text = raw.astype("object")
        raw = text.where(text.notna() & ~text.isin(MISSING_WORDS), None)
    missing = raw.isna()
    if missing.all():
        return pd.Series(pd.NaT, index=raw.index, dtype="datetime64[ns]")
    if missing.any():
        row = int(missing.to_numpy().argmax())
        raise LearnError(
            f"{where}, row {row + 1}: the time is missing; {int(missing.sum()):,} of {len(raw):,} rows have none.",
            "Fill in these times or remove these rows; or leave the column out to use the rows' order.",
        )
    times = _parse(raw)
    outside = (times.isna() | (times < EARLIEST) | (times > LATEST)).to_numpy()
    if outside.any():
        row = int(outside.argmax())
        value = raw.iloc[row].item() if isinstance(raw.iloc[row], np.generic) else raw.iloc[row]
        problem = "cannot be read as a time" if pd.isna(times.iloc[row]) else f"is {times.iloc[row]}, not in 1970-2100"
        raise LearnError(
            f"{where}, row {row + 1}: {value!r:.80} {problem}; {int(outside.sum()):,} rows are like this.",
            _REMEDY,
        )
    return times.astype("datetime64[ns]")


def _parse(raw: pd.Series) -> pd.Series:
    """[n] datetime64 without a zone, NaT where unreadable."""
    if pd.api.types.is_datetime64_any_dtype(raw):
        return raw.dt.tz_convert("UTC").dt.tz_localize(None) if raw.dt.tz is not None else raw
    if pd.api.types.is_bool_dtype(raw):
        return pd.Series(pd.NaT, index=raw.index, dtype="datetime64[ns]")
    numbers = pd.to_numeric(raw, errors="coerce")
    if numbers.notna().all():
        return _from_numbers(numbers)
    times = pd.to_datetime(raw, errors="coerce", utc=True, format="ISO8601")
    return times.dt.tz_localize(None)


def _from_numbers(numbers: pd.Series) -> pd.Series:
    largest = numbers.abs().replace(np.inf, np.nan).max()
    if numbers.between(*_COMPACT_DATES).all():
        return pd.to_datetime(numbers.astype("int64").astype("str"), format="%Y%m%d", errors="coerce")
    unit = next(unit for limit, unit in _UNITS if not largest >= limit)
    # Beyond what the unit can express, pandas raises for integers; the same value as NaT names its row.
    return pd.to_datetime(
        numbers.astype("float64" if numbers.dtype.kind != "i" else numbers.dtype), unit=unit, errors="coerce"
    )
