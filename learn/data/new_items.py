"""Items that are in no catalogue yet: checked as a catalogue is, so that the LLM reads them in the same way."""

from __future__ import annotations

import pandas as pd

from learn.data.columns import ITEMS, rename_columns
from learn.data.schema import Items
from learn.data.validation import validate_items
from learn.errors import LearnError

MOST = 1000
"""Items of one table: more belong into a catalogue."""

MENDED = {
    "texts_cut": "texts were cut",
    "prices_dropped": "prices are no numbers and were left out",
    "duplicate_items": "rows were given twice",
    "items_without_text": "items have no text and were left out",
}


def check_new_items(raw: pd.DataFrame, where: str = "The table of new items") -> tuple[pd.DataFrame, list[str]]:
    """The items of a table that have a text, and what was mended, in words.

    Without a column of ids the rows are numbered: "new-1", "new-2", ...

    Args:
        raw: a title, category, brand, keywords or attributes of each item, perhaps an id and a price, also under the
            well-known other names of `learn.data.columns.ITEMS`.
        where: what to call the table in messages.

    Returns:
        Columns `Items.ALL` and others, one row per item; and the notes.

    Raises:
        LearnError: more than `MOST` rows, no text at all, or what `learn.data.validation.validate_items` refuses.
    """
    if len(raw) > MOST:
        raise LearnError(
            f"{where} has {len(raw):,} items, more than {MOST:,}.",
            "Give fewer, or make them part of a catalogue: learn prepare tables",
        )
    known = {str(column).strip().lower() for column in raw.columns}
    if not known & {Items.ID, *ITEMS.aliases[Items.ID]}:
        raw = raw.assign(**{Items.ID: [f"new-{row + 1}" for row in range(len(raw))]})
    items, notes = rename_columns(raw, ITEMS, {}, where)
    items, found = validate_items(items, where)
    has_text = items[list(Items.TEXT)].notna().any(axis=1)
    notes += [f"{n:,} {MENDED[key]}." for key, n in found.items() if n and key in MENDED]
    return items[has_text].reset_index(drop=True), notes
