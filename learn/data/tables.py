"""Your own items and interactions, as two tables in files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from learn.data.cells import visible
from learn.data.columns import (
    INTERACTIONS,
    ITEMS,
    check_mapping,
    find_columns,
    parse_columns,
    parse_mapping,
    take_columns,
)
from learn.data.dataset import Dataset
from learn.data.known_tables import as_table
from learn.data.notes import Note
from learn.data.readers import read
from learn.data.reading.form import PLAIN, Asked
from learn.data.schema import Items
from learn.data.time_columns import settle_order
from learn.data.validation import validate

_LONG_TEXT = 25
"""Characters on average, from which on an unread column of texts is worth a word."""


def load_tables(
    items: Path | str,
    interactions: Path | str,
    name: str | None = None,
    mapping: Mapping[str, str] | Iterable[str] = (),
    date_order: str | None = None,
    asked: Asked = PLAIN,
    columns: Mapping[str, Iterable[str] | str] | Iterable[str] = (),
) -> Dataset:
    """Reads an items table and an interactions table (CSV, Parquet, JSON and their kin, see `learn.data.readers`).

    Columns are found by ``mapping``, by our own names (`Items.ALL`, `Interactions.ALL`), then by well-known other names
    (`learn.data.columns`; the report says which). What orders the events is judged by content too
    (`learn.data.time_columns`). Without a time column, a position column orders a user's events, and without that the
    order of the rows. Lists become one text, of categories joined by " > ". Other columns
    are kept but not read by the LLM; map one to keywords or attributes to have it read.

    Args:
        items: file of the items.
        interactions: file of the interactions.
        name: the dataset's name; None: from the interactions' file, or its folder where the file's name is general.
        mapping: field -> column, or ``["field=column", ...]``.
        date_order: "dmy" or "mdy", for dates that can be read in two ways.
        asked: how both files are written, where their content does not tell.
        columns: names of the columns of files without a header, as `learn.data.columns.parse_columns` takes them;
            those of well-known files are known (`learn.data.reading.known_files`).

    Raises:
        LearnError: a file or the mapping is wrong, with the place in the file; or `validate` refuses.
    """
    mapping = parse_mapping(mapping)
    named = parse_columns(columns)
    of_items, of_events = (
        as_table(read(path, replace(asked, columns=named.get(kind.name), table=kind.name)), kind.name, str(path))
        for path, kind in ((items, ITEMS), (interactions, INTERACTIONS))
    )
    source = {
        "kind": "tables",
        "items": str(items),
        "interactions": str(interactions),
        "notes": [*of_items.notes, *of_events.notes],
    }
    name = name or default_name(Path(interactions))
    return dataset_of_tables(name, of_items.frame, of_events.frame, mapping, source, date_order)


def dataset_of_tables(
    name: str,
    item_table: pd.DataFrame,
    event_table: pd.DataFrame,
    mapping: Mapping[str, str],
    source: Mapping[str, Any],
    date_order: str | None = None,
) -> Dataset:
    """A Dataset of two tables under anybody's column names, as every source with such tables makes it.

    Args:
        name: the dataset's.
        item_table, event_table: as they were read.
        mapping: as `parse_mapping` gave it.
        source: as `validate` takes it, with "items" and "interactions"; its "notes" come before those made here.
        date_order: as in `load_tables`.

    Raises:
        LearnError: the mapping names no column, a needed column is absent, or `validate` refuses.
    """
    catalogue, events, about = settle_tables(item_table, event_table, mapping, source)
    return validate(name, catalogue, events, about, date_order=date_order)


def settle_tables(
    item_table: pd.DataFrame, event_table: pd.DataFrame, mapping: Mapping[str, str], source: Mapping[str, Any]
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """Both tables under our column names, and ``source`` with what there is to say of them.

    Args:
        item_table, event_table, mapping, source: as in `dataset_of_tables`.

    Raises:
        LearnError: the mapping names no column, or a needed column is absent.
    """
    item_table, event_table = _tidy_names(item_table), _tidy_names(event_table)
    check_mapping(mapping, [(ITEMS, item_table), (INTERACTIONS, event_table)])
    of_items, item_notes = find_columns(item_table, ITEMS, mapping, str(source["items"]))
    of_events, event_notes = find_columns(event_table, INTERACTIONS, mapping, str(source["interactions"]))
    event_table, of_events, order_notes = settle_order(event_table, of_events, mapping, str(source["interactions"]))
    used = {f"Column {column} of the {INTERACTIONS.name} is read as {name}." for name, column in of_events.items()}
    event_notes = [note for note in event_notes if note in used]
    notes = [*item_notes, *event_notes, *order_notes, *_unread_texts(item_table, of_items)]
    about = {**source, "mapping": dict(mapping), "columns": of_events, "notes": [*source.get("notes", ()), *notes]}
    return take_columns(item_table, ITEMS, of_items), take_columns(event_table, INTERACTIONS, of_events), about


def _tidy_names(table: pd.DataFrame) -> pd.DataFrame:
    """Columns without blanks and invisible characters around their names, where they stay different."""
    names = [visible(str(column)).strip() for column in table.columns]
    return table.set_axis(names, axis=1) if len(set(names)) == len(names) else table


def _unread_texts(table: pd.DataFrame, chosen: Mapping[str, str]) -> list[Note]:
    """A note for each column of long texts that the LLM will not read."""
    notes = []
    free = next((one for one in (Items.ATTRIBUTES, Items.KEYWORDS) if one not in chosen), None)
    for column in table:
        if column in chosen.values():
            continue
        texts = [value for value in table[column].head(1000) if isinstance(value, str)]
        words = [text for text in texts if " " in text.strip() and "://" not in text]
        if len(words) < len(texts) / 2 or not words or len(set(words)) < len(words) / 2:
            continue
        if sum(map(len, words)) / len(words) >= _LONG_TEXT:
            said = f"Column {column} of the items holds texts that the LLM does not read, such as {words[0]!r:.60}."
            notes.append(Note(said, remedy=f"To have them read, type --map {free}={column}" if free else ""))
    return notes


def default_name(path: Path) -> str:
    """A dataset's name, from the file of its interactions, or its folder where the file's name is general."""
    stem = path.name.split(".")[0]
    if stem.lower() in ("interactions", "events", "reviews", "ratings", "transactions"):
        stem = path.resolve().parent.name or stem
    return re.sub(r"[^a-z0-9._-]+", "-", stem.lower()).strip("-._")[:80] or "tables"
