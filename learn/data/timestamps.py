"""Times from what sources write: ISO text, dates as people write them, or numbers: the whole column tells which."""

from __future__ import annotations

import numpy as np
import pandas as pd

from learn.data.cells import MISSING_WORDS
from learn.data.notes import Note
from learn.data.time_bounds import DATE_ORDERS, EARLIEST, LATEST, LIKELY_FROM, check_likely, likely_until, refuse_rows
from learn.data.time_numbers import read_numbers, tells_moments
from learn.data.time_text import read_text
from learn.errors import LearnError


def clean_times(
    raw: pd.Series, where: str, date_order: str | None = None, column: str = "timestamp"
) -> tuple[pd.Series, list[Note]]:
    """Times as datetime64[ns] in UTC without a zone; wholly missing where ``raw`` is.

    Args:
        raw: [n] dates, texts, or numbers.
        where: what the column is, for the messages.
        date_order: "dmy" or "mdy", for dates such as 01/02/2024; None: the column has to tell it.
        column: its name in the file, for what to type.

    Returns:
        The times; and how they were understood, where that was a choice.

    Raises:
        LearnError: times partly missing, unreadable, of two forms, ambiguous, or outside 1970 to 2100; with the first
            such row and its value.
    """
    check_date_order(date_order)
    raw = _filled(raw)
    missing = raw.isna()
    if missing.all():
        return pd.Series(pd.NaT, index=raw.index, dtype="datetime64[ns]"), []
    if missing.any():
        row = int(missing.to_numpy().argmax())
        raise LearnError(
            f"{where}, row {row + 1}: the time is missing; {int(missing.sum()):,} of {len(raw):,} rows have none.",
            "Fill in these times or remove these rows; or leave the column out to use the rows' order.",
        )
    times, notes = _read(raw, where, date_order, column)
    refuse_rows(raw, times.isna().to_numpy(), where, "cannot be read as a time")
    outside = ((times < EARLIEST) | (times > LATEST)).to_numpy()
    if outside.any():
        refuse_rows(raw, outside, where, f"is {times.iloc[int(outside.argmax())]}, not in 1970-2100")
    return times.astype("datetime64[ns]"), notes + check_likely(raw, times, where)


def read_moment(text: str | pd.Timestamp, what: str, date_order: str | None = None) -> pd.Timestamp:
    """One moment as a column of times would read it, in UTC without a zone.

    Args:
        text: as somebody typed it.
        what: names it in messages, for example "--test-start".
        date_order: as in `clean_times`.

    Raises:
        LearnError: no date, or one that can be read in two ways.
    """
    if isinstance(text, pd.Timestamp):
        return text if text.tz is None else text.tz_convert("UTC").tz_localize(None)
    written = pd.Series([text], dtype="object")
    remedy = "Write it as YYYY-MM-DD, for example 2017-11-01."
    if _filled(written).isna().all():
        raise LearnError(f"{what} {text!r} is not a date.", remedy)
    try:
        times, _ = clean_times(written, what, date_order)
    except LearnError as error:
        if "two ways" in error.what:
            raise LearnError(error.what.replace(", row 1", ""), f"{remedy} {error.remedy}") from None
        raise LearnError(f"{what} {text!r} is not a date.", remedy) from None
    return pd.Timestamp(times.iloc[0])


def reads_as_time(raw: pd.Series, likely: bool = True) -> bool:
    """Whether a column certainly holds moments, whatever it is called.

    Dates that only the order of day and month is unsure of count; bare years, months, days and clocks do not.

    Args:
        raw: [n] cells of any type.
        likely: whether texts and dates have to lie in 1995 to next year, as numbers have to.
    """
    raw = _filled(raw)
    if raw.isna().any() or not len(raw) or pd.api.types.is_bool_dtype(raw):
        return False
    if pd.api.types.is_datetime64_any_dtype(raw):
        return not likely or _all_likely(_read(raw, "", None, "")[0])
    numbers = _numbers(raw)
    if numbers.notna().any():
        return bool(numbers.notna().all()) and tells_moments(numbers)
    sample = raw.head(1000)
    if not _is_readable(sample, likely):
        return False
    return len(raw) <= len(sample) or _is_readable(raw, likely)


def check_date_order(date_order: str | None) -> None:
    """Refuses what is no order of day and month.

    Raises:
        LearnError: with those there are.
    """
    if date_order is not None and date_order not in DATE_ORDERS:
        raise LearnError(
            f"There is no date order {date_order!r}.", f"Choose one of: {', '.join(DATE_ORDERS)} (day or month first)."
        )


def _all_likely(times: pd.Series) -> bool:
    return bool(((times >= LIKELY_FROM) & (times < likely_until())).all())


def _is_readable(raw: pd.Series, likely: bool) -> bool:
    try:
        times, _ = read_text(raw, "", "dmy", probe=True)
    except LearnError:
        return False
    return bool(times.notna().all()) and (not likely or _all_likely(times))


def _filled(raw: pd.Series) -> pd.Series:
    """``raw`` with None for every word that stands for nothing."""
    if pd.api.types.is_datetime64_any_dtype(raw) or pd.api.types.is_numeric_dtype(raw):
        return raw
    text = raw.astype("object")
    blank = text.map(lambda value: isinstance(value, str) and value.strip() in MISSING_WORDS)
    return text.where(text.notna() & ~blank.astype(bool), None)


def _numbers(raw: pd.Series) -> pd.Series:
    """[n] numbers, missing where a cell is none."""
    try:
        numbers = pd.to_numeric(raw, errors="coerce")
        return numbers if numbers.dtype.kind != "c" else pd.Series(np.nan, index=raw.index)
    except OverflowError:  # an integer that no float can hold
        return raw.map(_number).astype("float64")


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:  # also an integer of more than 4,300 digits
        return float("inf") if isinstance(value, int) else float("nan")


def _read(raw: pd.Series, where: str, date_order: str | None, column: str) -> tuple[pd.Series, list[Note]]:
    """[n] datetime64 without a zone, NaT where unreadable."""
    if pd.api.types.is_datetime64_any_dtype(raw):
        return (raw.dt.tz_convert("UTC").dt.tz_localize(None) if raw.dt.tz is not None else raw), []
    if pd.api.types.is_bool_dtype(raw) or raw.map(lambda value: isinstance(value, (bool, np.bool_))).any():
        return pd.Series(pd.NaT, index=raw.index, dtype="datetime64[ns]"), []
    numbers = _numbers(raw)
    is_number = numbers.notna().to_numpy()
    if is_number.all():
        return read_numbers(numbers, raw, where, column)
    if is_number.mean() >= 0.5:
        refuse_rows(raw, ~is_number, where, "cannot be read as a time beside the others, which are numbers")
    elif is_number.any():
        refuse_rows(raw, is_number, where, "cannot be read as a time beside the others, which are text")
    return read_text(raw, where, date_order)
