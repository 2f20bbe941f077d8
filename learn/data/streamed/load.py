"""Two tables, of which the interactions may be larger than memory -> the Dataset that `load_tables` would make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from learn.data.columns import INTERACTIONS, ITEMS, fields_of, find_columns, parse_columns, parse_mapping
from learn.data.compact import compact_frame
from learn.data.dataset import Dataset
from learn.data.events import count_unsorted, given_twice, join_items, natural_rank, places_within
from learn.data.ids import clean_distinct
from learn.data.known_tables import as_table
from learn.data.notes import Note
from learn.data.readers import read
from learn.data.reading.form import PLAIN, Asked
from learn.data.schema import Interactions, Items
from learn.data.streamed.engine import database, first_row, quoted
from learn.data.streamed.event_file import ROW, EventFile, open_events
from learn.data.streamed.times import UNTIMED, WHOLE_NUMBERS, Times, settle_times
from learn.data.tables import default_name, settle_tables
from learn.data.time_columns import settle_order
from learn.data.validation import checked_dataset, clean_items
from learn.errors import LearnError
from learn.workspace import checked_name

_ROWS_AT_ONCE = 500_000
_BY_NAME = "The engine duckdb takes columns by their names, as it sees no more than the first rows: "


def load_streamed(
    items: Path | str,
    interactions: Path | str,
    name: str | None = None,
    mapping: Mapping[str, str] | Iterable[str] = (),
    asked: Asked = PLAIN,
    columns: Mapping[str, Iterable[str] | str] | Iterable[str] = (),
) -> Dataset:
    """As `learn.data.tables.load_tables`, with the interactions in a stream and compact afterwards.

    DuckDB gives ids their numbers and sorts, in a temporary folder; what comes out of it goes through the same checks,
    a block of whole users at a time. Taken is Parquet, and plain text in UTF-8 with a header and no quotes; ids that
    are texts or whole numbers; times as `learn.data.streamed.times` says. What else `load_tables` reads is refused.
    Of the interactions' columns the user, the item, the time and the position are kept.

    Args:
        items, interactions, name, mapping, asked, columns: as in `load_tables`.

    Raises:
        LearnError: as `load_tables`; DuckDB is not installed; or a table of a form that is not taken.
    """
    mapping, named = parse_mapping(mapping), parse_columns(columns)
    of_items = replace(asked, columns=named.get(ITEMS.name), table=ITEMS.name)
    catalogue = as_table(read(items, of_items), ITEMS.name, str(items))
    file = open_events(Path(interactions), replace(asked, columns=named.get(INTERACTIONS.name)))
    source: dict[str, Any] = {
        "kind": "tables",
        "items": str(items),
        "interactions": str(interactions),
        "notes": [*catalogue.notes, *file.table.notes],
    }
    name = checked_name(name or default_name(Path(interactions)), "Dataset")
    _check_columns(file, mapping)
    table, _, about = settle_tables(catalogue.frame, file.table.frame, mapping, source)
    found: dict[str, int] = {}
    examples: dict[str, list[str]] = {}
    notes: list[Note | str] = list(about["notes"])
    table = clean_items(table, str(items), found, examples, notes)
    with database(str(interactions)) as connection:
        events = _Events(connection, file, about["columns"], str(interactions))
        notes += events.times.notes
        frame = events.clean(table[Items.ID], found, examples, notes)
    if left := [str(one) for one in file.table.frame if one not in about["columns"].values()]:
        notes.append(Note(f"Columns of {interactions} that are not kept by the engine duckdb: {', '.join(left)}."))
    return checked_dataset(name, table, frame, about, found, examples, notes)


def _check_columns(file: EventFile, mapping: Mapping[str, str]) -> None:
    """Refuses columns that only the whole table could tell.

    Raises:
        LearnError: with what to type.
    """
    frame, mapped = file.table.frame, fields_of(mapping, INTERACTIONS)
    chosen, _ = find_columns(frame, INTERACTIONS, mapping, file.path)
    _, settled, notes = settle_order(frame, chosen, mapping, file.path)
    for field in (Interactions.TIME, Interactions.POSITION):
        given = field in mapped or (field == Interactions.TIME and field in chosen)
        if not given and (field in chosen or (field == Interactions.TIME and len(frame.columns) > len(chosen))):
            column = chosen.get(field, "COLUMN")
            raise LearnError(
                f"{file.path}: no name says for sure which column is the {field}.",
                f"{_BY_NAME}type --map {field}={column}, or --map {field}=- if there is none.",
            )
    if settled != chosen or notes:
        raise LearnError(
            notes[0].text if notes else f"{file.path}: its columns are not what their names say.",
            f"{_BY_NAME}type --map {Interactions.TIME}=COLUMN, or leave out --engine duckdb.",
        )


class _Events:
    """The interactions in DuckDB's table ``raw``: u, i, t, p as they are in the file, and r, the row's number."""

    def __init__(self, connection: Any, file: EventFile, columns: Mapping[str, str], where: str) -> None:
        self.connection, self.where = connection, where
        fields = (Interactions.USER, Interactions.ITEM, Interactions.TIME, Interactions.POSITION)
        taken = [quoted(columns[one]) if one in columns else "NULL" for one in fields]
        selected = ", ".join(f"{sql} AS {short}" for sql, short in zip(taken, "uitp", strict=True))
        connection.execute(f"CREATE TABLE raw AS SELECT {selected}, {ROW} AS r FROM {file.source}", [file.path])
        self.kinds = {row[0]: row[1] for row in connection.execute("DESCRIBE raw").fetchall()}
        self.n_rows = int(first_row(connection, "SELECT count(*) FROM raw")[0])
        if not self.n_rows:
            raise LearnError(f"{where} has no rows, so there are no interactions.", "Export it with its rows.")
        self.times: Times = UNTIMED
        if Interactions.TIME in columns:
            self.times = settle_times(connection, self.kinds["t"], f"{Interactions.TIME} of {where}")
        self.position = self._position() if Interactions.POSITION in columns else "0"

    def clean(
        self, item_ids: pd.Series, found: dict[str, int], examples: dict[str, list[str]], notes: list[Note | str]
    ) -> pd.DataFrame:
        """As `learn.data.events.clean_events`, compact."""
        users, user_names, _ = self._ids("u", f"{Interactions.USER} of {self.where}")
        items, item_names, counts = self._ids("i", f"{Interactions.ITEM} of {self.where}")
        item_names, places = join_items(item_names, counts, item_ids, self.where, found, examples, notes)
        rank = natural_rank(user_names)
        self._number("users", users.assign(code=rank[users["code"]].astype(np.int32)))
        items = items.assign(code=places[items["code"]].astype(np.int32))
        self._number("items", items[items["code"] >= 0])
        n = self.n_rows - found["unknown_item_events"]
        columns = [np.empty(n, kind) for kind in (np.int32, np.int32, np.int64, np.int32)]
        unsorted = start = twice_in_all = 0
        for user, item, moment, position, row in self._sorted_users():
            by_row = np.argsort(row)
            unsorted += count_unsorted(user[by_row], (moment if self.times.timed else position)[by_row])
            keep = np.ones(len(user), dtype=bool)
            if self.times.timed and not self.times.only_months:
                keep = ~given_twice(user, item, moment)
            kept = int(keep.sum())
            values = user[keep], item[keep], moment[keep], places_within(user[keep])
            for column, some in zip(columns, values, strict=True):
                column[start : start + kept] = some
            start, twice_in_all = start + kept, twice_in_all + len(user) - kept
        found["unsorted_users"], found["duplicate_events"] = unsorted, twice_in_all
        ranked, item_codes, moments, positions = (column[:start] for column in columns)
        names = np.empty(len(rank), dtype=object)
        names[rank] = user_names
        there = np.zeros(len(rank), dtype=bool)
        there[ranked] = True  # users whose items are all unknown are none
        user_codes = (np.cumsum(there, dtype=np.int32) - 1)[ranked]
        return compact_frame(
            user_codes, names[there], item_codes, item_ids, moments if self.times.timed else None, positions
        )

    def _ids(self, column: str, where: str) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
        """(each distinct cell as ``id`` with its ``code``, the ids of the codes, events of each code)."""
        if self.kinds[column] not in {"VARCHAR", *WHOLE_NUMBERS}:
            raise LearnError(
                f"{where} holds values of the type {self.kinds[column]}.",
                "The engine duckdb takes ids that are texts or whole numbers. Write them as text.",
            )
        asked = f"SELECT {column} AS id, min(r) AS first, count(*) AS n FROM raw GROUP BY 1 ORDER BY first"
        cells = self.connection.sql(asked).to_arrow_table().to_pandas(integer_object_nulls=True)
        missing = cells["id"].isna().to_numpy()
        there, absent = cells[~missing].reset_index(drop=True), cells[missing]

        def found(bad: np.ndarray) -> tuple[int, Any, int]:
            rows = pd.concat([there[bad[:-1]], absent] if bad[-1] else [there[bad[:-1]]])
            if rows.empty:
                return 0, None, 0
            first = rows.loc[rows["first"].idxmin()] if rows.index.is_unique else rows.sort_values("first").iloc[0]
            return int(first["first"]), first["id"], int(rows["n"].sum())

        codes, ids = clean_distinct(there["id"].to_numpy(object), where, self.n_rows, found)
        counts = np.bincount(codes, weights=there["n"], minlength=len(ids)).astype(np.int64)
        return there[["id"]].assign(code=codes), ids, counts

    def _number(self, name: str, codes: pd.DataFrame) -> None:
        self.connection.register("given", codes)
        self.connection.execute(f"CREATE TABLE {name} AS SELECT id, code FROM given")
        self.connection.unregister("given")

    def _position(self) -> str:
        bad = "p IS NULL"
        if self.kinds["p"] not in WHOLE_NUMBERS:
            bad += r" OR NOT regexp_full_match(CAST(p AS VARCHAR), '-?\d{1,15}')"
        asked = f"SELECT count(*), min(r), arg_min(CAST(p AS VARCHAR), r) FROM raw WHERE {bad}"
        count, row, cell = first_row(self.connection, asked)
        if count:
            raise LearnError(
                f"{Interactions.POSITION} of {self.where}, row {row + 1}: {cell!r:.60} is not a whole number.",
                "Number each user's events 0, 1, 2, ... or leave the column out to use the rows' order.",
            )
        return "CAST(p AS DOUBLE)"

    def _sorted_users(self) -> Iterator[list[np.ndarray]]:
        """Blocks of whole users, sorted: codes of users and items, moments, positions and rows, [n] each."""
        rows = self.connection.sql(
            f"SELECT users.code AS u, items.code AS i, {self.times.sql} AS t, {self.position} AS p, r "
            "FROM raw JOIN users ON raw.u = users.id JOIN items ON raw.i = items.id ORDER BY 1, 3, 4, 5"
        ).to_arrow_reader(_ROWS_AT_ONCE)
        held: list[np.ndarray] = []
        for batch in rows:
            arrays = [column.to_numpy(zero_copy_only=False) for column in batch.columns]
            held = [np.concatenate(pair) for pair in zip(held, arrays, strict=True)] if held else arrays
            whole = int(np.searchsorted(held[0], held[0][-1])) if len(held[0]) else 0  # the last user may go on
            if whole:
                yield [column[:whole] for column in held]
                held = [column[whole:] for column in held]
        if held and len(held[0]):
            yield held
