"""What every reader of times shares: the moments that are believed, how a value is shown, how a reading is refused."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np
import pandas as pd

from learn.data.notes import ORDER, Note
from learn.errors import LearnError

EARLIEST, LATEST = pd.Timestamp("1970-01-01"), pd.Timestamp("2100-01-01")
"""Outside these no time is taken."""
LIKELY_FROM = pd.Timestamp("1995-01-01")
"""Earlier than this nobody kept a log that is read here; such a time is warned of."""
DATE_ORDERS = ("dmy", "mdy")
REMEDY = (
    "Give ISO times (2024-05-31, 20240531 or 2024-05-31T18:00:00Z) or numbers since 1970 (seconds, milliseconds, "
    "microseconds or nanoseconds), one form for the whole column; or leave the time out and order the rows by a "
    "position column."
)


def likely_until() -> pd.Timestamp:
    """The end of next year: later times are warned of."""
    return pd.Timestamp(pd.Timestamp.now().year + 2, 1, 1)


def shown(value: Any) -> str:
    """A cell for a message: its repr, not longer than a line."""
    if isinstance(value, np.generic):
        value = value.item()
    try:
        return f"{value!r:.80}"
    except ValueError:  # Python writes out no integer of more than 4,300 digits
        return "a number of more than 4,300 digits"


def refuse_rows(raw: pd.Series, bad: np.ndarray, where: str, problem: str, remedy: str = REMEDY) -> None:
    """Nothing where ``bad`` ([n] bool) is False throughout.

    Raises:
        LearnError: the first such row, its value, the problem, and how many rows there are.
    """
    if bad.any():
        row = int(bad.argmax())
        raise LearnError(
            f"{where}, row {row + 1}: {shown(raw.iloc[row])} {problem}; {int(bad.sum()):,} rows are like this.", remedy
        )


def refuse_column(raw: pd.Series, where: str, column: str, problem: str) -> NoReturn:
    """A whole column of numbers that are no times.

    Raises:
        LearnError: always.
    """
    raise LearnError(
        f"{where}: the numbers ({shown(raw.iloc[0])} in row 1, {shown(raw.iloc[-1])} in row {len(raw):,}) are no times "
        f"that can be told. {problem}",
        f"If they only order each user's events, type --map position={column}. Otherwise: {REMEDY}",
    )


def span(times: pd.Series) -> str:
    """ "2024-01-01 00:00:00 to 2024-05-31 18:00:00"."""
    return f"{times.min():%Y-%m-%d %H:%M:%S} to {times.max():%Y-%m-%d %H:%M:%S}"


def read_as(where: str, column: str, form: str, times: pd.Series, spoils: str = "nothing", more: str = "") -> Note:
    """The note of how a column was understood, with its first and last moment."""
    remedy = "" if spoils == "nothing" else f"If they only order each user's events, type --map position={column}."
    return Note(f"{where} is read as {form}: {span(times)}.{more}", spoils, remedy)


def check_likely(raw: pd.Series, times: pd.Series, where: str) -> list[Note]:
    """A warning where times lie before 1995 or after next year."""
    outside = ((times < LIKELY_FROM) | (times >= likely_until())).to_numpy()
    if not outside.any():
        return []
    row = int(outside.argmax())
    return [unlikely_times(int(outside.sum()), len(raw), raw.iloc[row], row, times.iloc[row], where)]


def unlikely_times(count: int, n_rows: int, cell: Any, row: int, time: pd.Timestamp, where: str) -> Note:
    """The warning that ``count`` of ``n_rows`` times lie outside what is likely; the first is ``cell`` in ``row``."""
    text = (
        f"{where}: {count:,} of {n_rows:,} times lie outside 1995 to {likely_until().year - 1}, the "
        f"first is {shown(cell)} in row {row + 1}, read as {time}."
    )
    return Note(text, ORDER, "Check the unit and the form of the times.")
