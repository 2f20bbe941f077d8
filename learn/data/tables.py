"""Your own items and interactions, as two tables in files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from learn.data.columns import INTERACTIONS, ITEMS, check_mapping, parse_mapping, rename_columns
from learn.data.dataset import Dataset
from learn.data.readers import read
from learn.data.reading.form import PLAIN, Asked
from learn.data.validation import validate


def load_tables(
    items: Path | str,
    interactions: Path | str,
    name: str | None = None,
    mapping: Mapping[str, str] | Iterable[str] = (),
    asked: Asked = PLAIN,
) -> Dataset:
    """Reads an items table and an interactions table (CSV, Parquet, JSON and their kin, see `learn.data.readers`).

    Columns are found by ``mapping``, by our own names (`Items.ALL`, `Interactions.ALL`), then by well-known other names
    (`learn.data.columns`; the report says which). Without a time column, a position column orders a user's
    events, and without that the order of the rows. Lists become one text, of categories joined by " > ". Other columns
    are kept but not read by the LLM; map one to keywords or attributes to have it read.

    Args:
        items: file of the items.
        interactions: file of the interactions.
        name: the dataset's name; None: from the interactions' file, or its folder where the file's name is general.
        mapping: field -> column, or ``["field=column", ...]``.
        asked: how both files are written, where their content does not tell.

    Raises:
        LearnError: a file or the mapping is wrong, with the place in the file; or `validate` refuses.
    """
    mapping = parse_mapping(mapping)
    item_table, event_table = read(items, asked), read(interactions, asked)
    check_mapping(mapping, [(ITEMS, item_table.frame), (INTERACTIONS, event_table.frame)])
    catalogue, item_notes = rename_columns(item_table.frame, ITEMS, mapping, str(items))
    events, event_notes = rename_columns(event_table.frame, INTERACTIONS, mapping, str(interactions))
    source = {
        "kind": "tables",
        "items": str(items),
        "interactions": str(interactions),
        "mapping": mapping,
        "notes": [*item_table.notes, *event_table.notes, *item_notes, *event_notes],
    }
    return validate(name or _default_name(Path(interactions)), catalogue, events, source)


def _default_name(path: Path) -> str:
    stem = path.name.split(".")[0]
    if stem.lower() in ("interactions", "events", "reviews", "ratings", "transactions"):
        stem = path.resolve().parent.name or stem
    return re.sub(r"[^a-z0-9._-]+", "-", stem.lower()).strip("-._")[:80] or "tables"
