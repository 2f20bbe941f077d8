"""Times that are written as numbers: dates without separators, epochs of four units, Excel's days, months and years.

A column is one form throughout. What several forms could explain, or none, is refused with the reading that was tried.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from learn.data.notes import ORDER, Note
from learn.data.time_bounds import (
    EARLIEST,
    LATEST,
    LIKELY_FROM,
    likely_until,
    read_as,
    refuse_column,
    refuse_rows,
    shown,
    span,
)
from learn.errors import LearnError

_CALENDAR = (
    (19_700_101, 21_001_231, "%Y%m%d", "yyyymmdd"),
    (1_970_010_100, 2_100_123_123, "%Y%m%d%H", "yyyymmddhh"),
    (197_001_010_000, 210_012_312_359, "%Y%m%d%H%M", "yyyymmddhhmm"),
    (19_700_101_000_000, 21_001_231_235_959, "%Y%m%d%H%M%S", "yyyymmddhhmmss"),
)
# A unit is told by the size: 1e8 seconds are 1973, 4.1e9 are 2099; the ranges of two units do not meet.
_LOW, _HIGH = 1e8, 4.1e9
_UNITS = (("s", "seconds", 1.0), ("ms", "milliseconds", 1e3), ("us", "microseconds", 1e6), ("ns", "nanoseconds", 1e9))
_EXCEL_ORIGIN = pd.Timestamp("1899-12-30")
_EXCEL_FIRST, _EXCEL_LAST = 25_569, 60_000
_SECONDS_A_DAY = 86_400


def read_numbers(numbers: pd.Series, raw: pd.Series, where: str, column: str) -> tuple[pd.Series, list[Note]]:
    """Numbers as times.

    Args:
        numbers: [n] without a missing one.
        raw: [n] as they were written, for messages.
        where: what the column is, for messages.
        column: its name in the file, for what to type.

    Returns:
        [n] datetime64[ns] in UTC; and how they were understood, where that was a choice.

    Raises:
        LearnError: of no form, or of two.
    """
    values = numbers.to_numpy(np.float64)
    refuse_rows(raw, ~np.isfinite(values), where, "cannot be read as a time")
    whole = bool((values == np.floor(values)).all())
    if whole:
        found = _calendar(numbers, values, where, column)
        if found is not None:
            return found
    units = _unit_of(values)
    if (units >= 0).any():
        return _epochs(numbers, values, units, raw, where)
    found = _excel(values, whole, raw.index, where, column) or (_months(values, raw, where, column) if whole else None)
    if found is None:
        refuse_column(raw, where, column, _tried(values, whole, raw.index))
    return found


def tells_moments(numbers: pd.Series) -> bool:
    """Whether a column of numbers is certainly times: whole dates or epochs, of 1995 to next year throughout."""
    values = numbers.to_numpy(np.float64)
    if not np.isfinite(values).all():
        return False
    whole = bool((values == np.floor(values)).all())
    found = _calendar(numbers, values, "", "") if whole else None
    if found is not None:
        times = found[0]
    else:
        units = _unit_of(values)
        if units.min() < 0 or units.min() != units.max():
            return False
        times = _from_unit(numbers, values, int(units[0]))
    return bool(times.between(LIKELY_FROM, likely_until()).all())


def epoch_unit(low: int, high: int) -> str | None:
    """The unit (s, ms, us or ns) of whole numbers from ``low`` to ``high``; None where they may be no epochs."""
    if any(first <= low and high <= last for first, last, *_ in _CALENDAR):
        return None
    units = _unit_of(np.array([low, high], dtype=np.float64))
    return _UNITS[int(units[0])][0] if units[0] == units[1] and units[0] >= 0 else None


def _calendar(numbers: pd.Series, values: np.ndarray, where: str, column: str) -> tuple[pd.Series, list[Note]] | None:
    for low, high, form, name in _CALENDAR:
        if ((values >= low) & (values <= high)).all():
            codes, distinct = pd.factorize(numbers)
            text = pd.Series(np.asarray(distinct).astype(np.int64).astype(str))
            times = pd.to_datetime(text, format=form, errors="coerce").take(codes).set_axis(numbers.index)
            times = times.astype("datetime64[ns]")
            if times.notna().all():
                return times, [read_as(where, column, name, times)]
    return None


def _unit_of(values: np.ndarray) -> np.ndarray:
    """[n] int: the place in _UNITS of every epoch, -1 for what is none."""
    units = np.full(len(values), -1)
    for place, (_, _, factor) in enumerate(_UNITS):
        units[(values >= _LOW * factor) & (values <= _HIGH * factor)] = place
    return units


def _from_unit(numbers: pd.Series, values: np.ndarray, unit: int) -> pd.Series:
    exact = numbers if numbers.dtype.kind == "i" else pd.Series(values, index=numbers.index)
    return pd.to_datetime(exact, unit=_UNITS[unit][0]).astype("datetime64[ns]")


def _epochs(
    numbers: pd.Series, values: np.ndarray, units: np.ndarray, raw: pd.Series, where: str
) -> tuple[pd.Series, list[Note]]:
    present = np.unique(units[units >= 0])
    if len(present) > 1:
        first = [int((units == unit).argmax()) for unit in present]
        told = ", ".join(
            f"{shown(raw.iloc[row])} in row {row + 1} ({_UNITS[unit][1]}, {int((units == unit).sum()):,} rows)"
            for unit, row in sorted(zip(present, first, strict=True), key=lambda pair: pair[1])
        )
        raise LearnError(
            f"{where} mixes units: {told}.", "Write all times in one unit; a mixed column would shuffle the histories."
        )
    unit = int(present[0])
    problem = f"is no time beside the others, which are {_UNITS[unit][1]} since 1970"
    refuse_rows(raw, units < 0, where, problem)
    return _from_unit(numbers, values, unit), []


def _excel(
    values: np.ndarray, whole: bool, index: pd.Index, where: str, column: str
) -> tuple[pd.Series, list[Note]] | None:
    likely = [(one - _EXCEL_ORIGIN).days for one in (LIKELY_FROM, likely_until())]
    low, high = likely if whole else (_EXCEL_FIRST, _EXCEL_LAST)
    if values.min() < low or values.max() > high:
        return None
    seconds = np.round(values * _SECONDS_A_DAY)  # five decimals of a day are a second
    times = pd.Series(_EXCEL_ORIGIN + pd.to_timedelta(seconds, unit="s"), index=index).astype("datetime64[ns]")
    return times, [read_as(where, column, "Excel's days since 1900", times, ORDER if whole else "nothing")]


def _months(values: np.ndarray, raw: pd.Series, where: str, column: str) -> tuple[pd.Series, list[Note]] | None:
    first, last = LIKELY_FROM.year, likely_until().year - 1
    years, months = np.divmod(values.astype(np.int64), 100)
    if ((years >= first) & (years <= last) & (months >= 1) & (months <= 12)).all():
        name = "yyyymm"
    elif ((values >= first) & (values <= last)).all():
        years, months, name = values.astype(np.int64), np.ones(len(values), dtype=np.int64), "years"
    else:
        return None
    times = pd.to_datetime(pd.DataFrame({"year": years, "month": months, "day": 1}, index=raw.index))
    times = times.astype("datetime64[ns]")
    more = " Within one of them the order is the file's, and no event counts as given twice."
    return times, [read_as(where, column, name, times, ORDER, more)]


def _tried(values: np.ndarray, whole: bool, index: pd.Index) -> str:
    """The readings that do not hold, each with the first and last date that it would give."""
    tried = []
    days = pd.Series(values, index=index)
    readings = (("seconds since 1970", EARLIEST, "s"), ("days since 1970", EARLIEST, "D"),
                ("Excel's days since 1900", _EXCEL_ORIGIN, "D"))  # fmt: skip
    for name, origin, unit in readings:
        limit = (LATEST - origin) / pd.Timedelta(1, unit)
        if values.min() >= 0 and values.max() <= limit:
            tried.append(f"as {name} they would be {span(origin + pd.to_timedelta(days, unit=unit))}")
    high, low = np.divmod(np.floor(values), 100)
    if whole and ((high >= 1) & (high <= 12) & (low >= 1) & (low <= 31)).all():
        tried.append("as month and day (mmdd) they have no year")
    elif whole and ((high >= 0) & (high <= 23) & (low >= 0) & (low <= 59)).all() and values.max() > 100:
        tried.append("as a clock (hhmm) they have no date")
    return "Tried: " + "; ".join(tried) + "." if tried else "They are no epoch, no date and no days since 1900."
