"""The times of a streamed table as nanoseconds since 1970, in SQL; what the whole column decides is asked first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from learn.data.notes import Note
from learn.data.streamed.engine import first_row
from learn.data.time_bounds import EARLIEST, LATEST, LIKELY_FROM, likely_until, shown, unlikely_times
from learn.data.time_numbers import epoch_unit
from learn.errors import LearnError

WHOLE_NUMBERS = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"})
_ISO = r"\d{4}-\d{2}-\d{2}([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?Z?)?"
_NANOSECONDS = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}
_REMEDY = (
    "The engine duckdb takes Parquet's timestamps and dates, whole numbers since 1970 in one unit, and ISO texts "
    "(2024-05-31T18:00:00). Write them so, or leave out --engine duckdb."
)


@dataclass(frozen=True)
class Times:
    """How the column ``t`` of the table ``raw`` is read.

    Attributes:
        sql: the expression of nanoseconds since 1970; "0" where there are none.
        timed: whether there are times.
        only_months: as of `learn.data.events.only_months`.
        notes: what there is to say of them.
    """

    sql: str
    timed: bool
    only_months: bool
    notes: list[Note]


UNTIMED = Times("0", False, False, [])


def settle_times(connection: Any, kind: str, where: str) -> Times:
    """Asks the whole column what its cells are.

    Args:
        connection: to the database with the table ``raw``: t, and r, the row's number.
        kind: DuckDB's type of t.
        where: what the column is, for messages.

    Raises:
        LearnError: times partly missing, of a form that is not taken, or outside 1970 to 2100.
    """
    rows, filled = first_row(connection, "SELECT count(*), count(t) FROM raw")
    if not filled:
        return UNTIMED
    if filled < rows:
        row = first_row(connection, "SELECT min(r) FROM raw WHERE t IS NULL")[0]
        raise LearnError(
            f"{where}, row {row + 1}: the time is missing; {rows - filled:,} of {rows:,} rows have none.",
            "Fill in these times or remove these rows; or leave the column out to use the rows' order.",
        )
    if kind == "VARCHAR":
        sql = _of_text(connection, where)
    elif kind in WHOLE_NUMBERS:
        sql = _of_numbers(connection, "t", where)
    elif kind == "DATE" or kind.startswith("TIMESTAMP"):
        sql = "epoch_ns(t)"
    else:
        raise LearnError(f"{where} holds values of the type {kind}.", _REMEDY)
    low, high = first_row(connection, f"SELECT min({sql}), max({sql}) FROM raw")
    if low < EARLIEST.value or high > LATEST.value:
        _refuse(connection, f"NOT ({sql} BETWEEN {EARLIEST.value} AND {LATEST.value})", where, "is not in 1970-2100")
    month = f"{sql} % 86400000000000 = 0 AND day(make_timestamp({sql} // 1000)) = 1"
    only_months = low < high and first_row(connection, f"SELECT bool_and({month}) FROM raw")[0]
    return Times(sql, True, bool(only_months), _likely(connection, sql, rows, where))


def _of_text(connection: Any, where: str) -> str:
    if first_row(connection, r"SELECT bool_and(regexp_full_match(t, '\d{1,18}')) FROM raw")[0]:
        return _of_numbers(connection, "CAST(t AS BIGINT)", where)
    read = "TRY_CAST(rtrim(t, 'Z') AS TIMESTAMP)"
    if not first_row(connection, f"SELECT bool_and(regexp_full_match(t, '{_ISO}') AND {read} IS NOT NULL) FROM raw")[0]:
        _refuse(connection, f"NOT regexp_full_match(t, '{_ISO}') OR {read} IS NULL", where, "is not such a time")
    return "epoch_ns(CAST(rtrim(t, 'Z') AS TIMESTAMP))"


def _of_numbers(connection: Any, number: str, where: str) -> str:
    low, high = first_row(connection, f"SELECT min({number}), max({number}) FROM raw")
    unit = epoch_unit(low, high)
    if unit is None:
        raise LearnError(f"{where} holds numbers from {low} to {high}, which are not surely times.", _REMEDY)
    return f"CAST({number} AS BIGINT) * {_NANOSECONDS[unit]}"


def _refuse(connection: Any, bad: str, where: str, problem: str) -> NoReturn:
    row, cell, count = first_row(connection, f"SELECT min(r), arg_min(t, r), count(*) FROM raw WHERE {bad}")
    raise LearnError(f"{where}, row {row + 1}: {shown(cell)} {problem}; {count:,} rows are like this.", _REMEDY)


def _likely(connection: Any, sql: str, rows: int, where: str) -> list[Note]:
    """As `learn.data.time_bounds.check_likely`."""
    outside = f"{sql} < {LIKELY_FROM.value} OR {sql} >= {likely_until().value}"
    asked = f"SELECT count(*), min(r), arg_min(t, r), arg_min({sql}, r) FROM raw WHERE {outside}"
    count, row, cell, moment = first_row(connection, asked)
    if not count:
        return []
    time = pd.Timestamp(moment)
    written = cell if isinstance(cell, (str, int, np.integer)) else time
    return [unlikely_times(count, rows, written, row, time, where)]
