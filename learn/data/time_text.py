"""Times that are written as text: ISO first, then dates as people write them, with or without a clock and a zone."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from learn.data.cells import as_text
from learn.data.notes import Note
from learn.data.time_bounds import REMEDY, refuse_rows, shown
from learn.errors import LearnError

_MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTHS = {written: place for place, name in enumerate(_MONTH_NAMES, start=1) for written in (name, name[:3])} | {
    "sept": 9
}
_CLOCK = re.compile(
    r"(?<![T\s])[T\s]*+(?<![\d:])(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:[.,](?P<f>\d{1,9})\d*)?)?(?![\d:])"
    r"\s*(?P<half>[AaPp]\.?[Mm]\b\.?)?"
    r"\s*(?P<zone>Z\b|(?:UTC|GMT)(?:[+-]\d{1,2}(?::?\d{2})?)?\b|[+-]\d{2}(?::?\d{2})?\b)?"
)
_IN_UTC = re.compile(r"(?<=\d)\s+(?:UTC|GMT|Z)$")
_YEARS = (1700, 2250)  # what 64 bits of nanoseconds hold
_SAMPLE = 1000  # rows that are looked at before all are
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", re.IGNORECASE)
_YMD = re.compile(r"(\d{4})\s*[-/.年 ]\s*(\d{1,2}|[A-Za-z]{3,9})\s*[-/.月 ]\s*(\d{1,2})日?")
_AMAZON = re.compile(r"(\d{1,2}) (\d{1,2}), ?(\d{4})")  # reviewTime of the Amazon reviews: 05 31, 2018
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.?[ -]*(\d{1,2})(?:st|nd|rd|th)?(?:,\s*|[ -]+)(\d{4}|\d{2})")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\.?[ /-]*([A-Za-z]{3,9})\.?[ ,/-]*(\d{4}|\d{2})")
_THREE = re.compile(r"(\d{1,2})\s*([./-])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})")


@dataclass(frozen=True)
class _Date:
    """A date as far as its own text tells it.

    Attributes:
        year, first, second: the month and the day where ``order`` is "md" or "dm", unsure where it is "".
        short: whether the year has two digits.
    """

    year: int
    first: int
    second: int
    order: str
    short: bool = False


def read_text(raw: pd.Series, where: str, date_order: str | None, probe: bool = False) -> tuple[pd.Series, list[Note]]:
    """Texts as times.

    Args:
        raw: [n] without a missing one.
        where: what the column is, for messages.
        date_order: "dmy", "mdy", or None: the column has to tell it.
        probe: only whether it can be read is asked: an order that the dates contradict is then no error.

    Returns:
        [n] datetime64 in UTC, NaT where unreadable; and how days and months were told apart, where that was asked.

    Raises:
        LearnError: dates that can be read in two ways, or that contradict each other or ``date_order``.
    """
    text = as_text(raw)
    if text.str.match(r"\d").all():  # pandas also takes "now" and "today"
        plain = text.str.replace(_IN_UTC, "", regex=True)
        times = pd.to_datetime(plain, errors="coerce", utc=True, format="ISO8601").dt.tz_localize(None)
        if times.notna().all():
            return times, []
    clocks = text.str.extract(_CLOCK)
    codes, distinct = pd.factorize(text.str.replace(_CLOCK, " ", n=1, regex=True).str.strip(" \t,@"))
    dates = [_date(one) for one in distinct]
    first_rows = _first_rows(codes, len(distinct))
    day_first, note = _order(dates, first_rows, raw, where, date_order, probe)
    days = pd.Series([_day(one, day_first) for one in dates], dtype="datetime64[ns]").take(codes).set_axis(raw.index)
    if date_order is None and not probe:
        short = np.array([one is not None and one.short for one in dates], dtype=bool)[codes]
        remedy = "Write four digits; or say the order of day and month: --date-order dmy or --date-order mdy."
        refuse_rows(raw, short, where, "has a year of two digits, which can be read in two ways", remedy)
    return days + _time_of_day(clocks), note


def clock_of(raw: pd.Series) -> pd.Series | None:
    """[n] time of day as timedelta where a column holds clocks and no dates (20:31:33, 8:31 PM, 2031); else None."""
    if len(raw) > _SAMPLE and clock_of(raw.head(_SAMPLE)) is None:
        return None
    text = as_text(raw)
    numbers = pd.to_numeric(text, errors="coerce")
    if numbers.notna().all() and len(raw):
        width = text.str.fullmatch(r"\d{5,6}").any()
        if not (np.isfinite(numbers).all() and (numbers == np.floor(numbers)).all() and (numbers < 1e6).all()):
            return None
        whole = numbers.astype("int64")
        seconds = whole % 100 if width else whole * 0
        hours, minutes = np.divmod(whole // (100 if width else 1), 100)
        good = (hours >= 0) & (hours < 24) & (minutes < 60) & (seconds < 60)
        return pd.to_timedelta(hours * 3600 + minutes * 60 + seconds, unit="s") if good.all() else None
    if not text.str.fullmatch(_CLOCK).all():
        return None
    clocks = text.str.extract(_CLOCK)
    if clocks["zone"].notna().any():
        return None
    times = _time_of_day(clocks)
    return times if times.notna().all() else None


def _first_rows(codes: np.ndarray, n: int) -> np.ndarray:
    """[n] the first row of every code."""
    rows = np.zeros(n, dtype=np.int64)
    rows[codes[::-1]] = np.arange(len(codes))[::-1]
    return rows


def _date(text: str) -> _Date | None:
    """What a date without its clock says; None for what is none."""
    text = _WEEKDAY.sub("", text)
    if match := _YMD.fullmatch(text):
        month = _month(match[2])
        return _Date(int(match[1]), month, int(match[3]), "md") if month else None
    if match := _AMAZON.fullmatch(text):
        return _Date(int(match[3]), int(match[1]), int(match[2]), "md")
    if match := _MONTH_FIRST.fullmatch(text):
        month = _month(match[1])
        return _Date(_year(match[3]), month, int(match[2]), "md", len(match[3]) == 2) if month else None
    if match := _DAY_FIRST.fullmatch(text):
        month = _month(match[2])
        return _Date(_year(match[3]), int(match[1]), month, "dm", len(match[3]) == 2) if month else None
    if match := _THREE.fullmatch(text):
        order = "dm" if match[2] == "." else ""  # nobody writes mm.dd.yyyy
        return _Date(_year(match[4]), int(match[1]), int(match[3]), order, len(match[4]) == 2)
    return None


def _month(text: str) -> int:
    return int(text) if text.isdecimal() else _MONTHS.get(text.lower(), 0)


def _year(text: str) -> int:
    """Two digits mean the hundred years up to the next one; they are taken only from who says the order of a date."""
    year = int(text)
    if len(text) == 4:
        return year
    return 2000 + year if 2000 + year <= pd.Timestamp.now().year + 1 else 1900 + year


def _day(date: _Date | None, day_first: bool) -> pd.Timestamp | None:
    if date is None or not _YEARS[0] <= date.year <= _YEARS[1]:
        return None
    swap = date.order == "dm" or (date.order == "" and day_first)
    month, day = (date.second, date.first) if swap else (date.first, date.second)
    try:
        return pd.Timestamp(date.year, month, day)
    except ValueError:
        return None


def _order(
    dates: list[_Date | None],
    rows: np.ndarray,
    raw: pd.Series,
    where: str,
    date_order: str | None,
    probe: bool,
) -> tuple[bool, list[Note]]:
    """Whether the day comes first in dates such as 31/05/2018, by the whole column."""
    unsure = [(one, row) for one, row in zip(dates, rows, strict=True) if one is not None and one.order == ""]
    if not unsure:
        return True, []
    neither = next((row for one, row in unsure if min(one.first, one.second) > 12), None)
    if neither is not None:
        problem = f"{shown(raw.iloc[neither])} is no date, whichever of its numbers is the month"
        raise LearnError(f"{where}, row {neither + 1}: {problem}.", REMEDY)
    by_first = next((row for one, row in unsure if one.first > 12), None)
    by_second = next((row for one, row in unsure if one.second > 12), None)
    if by_first is not None and by_second is not None:
        told = (
            f"{shown(raw.iloc[by_first])} in row {by_first + 1} and {shown(raw.iloc[by_second])} in row {by_second + 1}"
        )
        raise LearnError(f"{where} mixes two orders of day and month: {told}.", REMEDY)
    against = by_second if date_order == "dmy" else by_first if date_order == "mdy" else None
    if against is not None and not probe:
        raise LearnError(
            f"{where}, row {against + 1}: {shown(raw.iloc[against])} contradicts --date-order {date_order}.",
            f"Type --date-order {'mdy' if date_order == 'dmy' else 'dmy'}.",
        )
    certain = by_first if by_first is not None else by_second
    if certain is not None:
        day_first = by_first is not None
        name = "day/month/year" if day_first else "month/day/year"
        return day_first, [
            Note(f"{where} is read as {name}, because of {shown(raw.iloc[certain])} in row {certain + 1}.")
        ]
    if date_order is None and not all(one.first == one.second for one, _ in unsure):
        row = next(row for one, row in unsure if one.first != one.second)
        spans = [sorted(day for one, _ in unsure if (day := _day(one, first)) is not None) for first in (True, False)]
        ranges = [f"{days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}" for days in spans]
        raise LearnError(
            f"{where}, row {row + 1}: {shown(raw.iloc[row])} can be read in two ways, and no other date tells which: "
            f"day first they are {ranges[0]}, month first {ranges[1]}.",
            "Say which comes first, the day or the month: --date-order dmy or --date-order mdy.",
        )
    return date_order != "mdy", []


def _time_of_day(clocks: pd.DataFrame) -> pd.Series:
    """[n] timedelta since midnight in UTC; zero without a clock, NaT for one that cannot be (25:00)."""
    part = {name: pd.to_numeric(clocks[name]).fillna(0.0) for name in ("h", "m", "s")}
    nanos = pd.to_numeric(clocks["f"].str.pad(9, side="right", fillchar="0")).fillna(0.0)
    half = clocks["half"].str[0].str.lower()
    halved = half.notna()
    bad = (part["h"] > 23) | (part["m"] > 59) | (part["s"] > 59) | (halved & ((part["h"] > 12) | (part["h"] < 1)))
    hours = part["h"].where(~halved, part["h"] % 12) + 12.0 * (half == "p")
    zone = clocks["zone"].fillna("").astype("str").str.extract(r"([+-])(\d{1,2}):?(\d{2})?")
    offset = pd.to_numeric(zone[1]).fillna(0.0) * 60 + pd.to_numeric(zone[2]).fillna(0.0)
    offset = offset.where(zone[0] != "-", -offset)
    seconds = (hours * 3600 + part["m"] * 60 + part["s"] - offset * 60).astype("int64")
    total = pd.to_timedelta(seconds, unit="s") + pd.to_timedelta(nanos.astype("int64"), unit="ns")
    return total.where(~bad, pd.NaT)
