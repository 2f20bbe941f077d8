"""Which column of a foreign table is which of ours: what the user maps, our own names, and well-known other names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

import pandas as pd

from learn.data.schema import Interactions, Items
from learn.errors import LearnError

ITEMS, INTERACTIONS = "items", "interactions"
FIELDS = {ITEMS: Items.ALL, INTERACTIONS: Interactions.ALL}
NEEDED = {ITEMS: (Items.ID,), INTERACTIONS: (Interactions.USER, Interactions.ITEM)}

_ITEM_IDS = (
    "itemid",
    "asin",
    "parent_asin",
    "product_id",
    "productid",
    "sku",
    "article_id",
    "movie_id",
    "movieid",
    "iid",
)
ALIASES = {
    ITEMS: {
        Items.ID: (*_ITEM_IDS, "id"),
        Items.TITLE: ("name", "product_name", "item_name", "product_title", "prod_name"),
        Items.CATEGORY: ("categories", "product_category", "genres", "genre", "main_category"),
        Items.BRAND: ("manufacturer", "store", "vendor"),
        Items.PRICE: ("unit_price", "list_price"),
        Items.KEYWORDS: ("key_words", "tags"),
        Items.ATTRIBUTES: ("features",),
    },
    INTERACTIONS: {
        Interactions.USER: ("user", "userid", "customer_id", "customerid", "reviewerid", "household_id", "uid"),
        Interactions.ITEM: (*_ITEM_IDS, "item"),
        Interactions.TIME: ("time", "date", "datetime", "unixreviewtime", "ts", "t_dat", "created_at", "event_time"),
        Interactions.POSITION: ("order", "sequence"),
    },
}


def parse_mapping(pairs: Iterable[str]) -> dict[str, str]:
    """``["title=product_name"]`` as {"title": "product_name"}: our field, then the table's column.

    Where both tables have the field (item_id), ``items.item_id=asin`` names the one that is meant.

    Raises:
        LearnError: not of that form, or an unknown field, or a field given twice.
    """
    mapping: dict[str, str] = {}
    for pair in pairs:
        field, equals, column = (part.strip() for part in pair.partition("="))
        if not (field and equals and column):
            raise LearnError(f"--map {pair!r} is not of the form FIELD=COLUMN.", "Type, for example: --map title=name")
        table, dot, name = field.rpartition(".")
        known = FIELDS.get(table, ()) if dot else (*FIELDS[ITEMS], *FIELDS[INTERACTIONS])
        if name not in known:
            names = list(dict.fromkeys((*FIELDS[ITEMS], *FIELDS[INTERACTIONS])))
            raise LearnError(
                f"--map {pair!r}: there is no field {field!r}; the fields are {', '.join(names)}.",
                "Write the field first, then your column: --map FIELD=COLUMN." + _closest(name, names),
            )
        if field in mapping:
            raise LearnError(
                f"--map gives {field} twice: {mapping[field]!r} and {column!r}.",
                f"Keep one of the two, or say which table each is of: --map {ITEMS}.{field}=COLUMN "
                f"--map {INTERACTIONS}.{field}=COLUMN.",
            )
        mapping[field] = column
    return mapping


def check_mapping(mapping: Mapping[str, str], tables: Mapping[str, pd.DataFrame]) -> None:
    """Refuses a mapping to a column that none of its tables has.

    Raises:
        LearnError: with the columns there are.
    """
    for field, column in mapping.items():
        table, dot, name = field.rpartition(".")
        asked = [table] if dot else [table for table in FIELDS if name in FIELDS[table]]
        if not any(column in tables[table] for table in asked):
            columns = [str(one) for table in asked for one in tables[table].columns]
            raise LearnError(
                f"--map {field}={column}: there is no column {column!r} in the {' or the '.join(asked)} table; "
                f"the columns are {', '.join(dict.fromkeys(columns))}.",
                "Name a column that exists." + _closest(column, columns),
            )


def rename_columns(
    frame: pd.DataFrame, table: str, mapping: Mapping[str, str], path: str
) -> tuple[pd.DataFrame, list[str]]:
    """``frame`` with our column names, and a note for each column that was recognised by another name.

    A mapped column comes first, then our own name, then the first alias that the table has (any case). A column that
    would have had the name of a mapped field is left out.

    Raises:
        LearnError: a needed column is not there.
    """
    lower = {str(column).strip().lower(): column for column in reversed(frame.columns)}
    chosen: dict[str, str] = {}
    notes = []
    for field in FIELDS[table]:
        asked = mapping.get(f"{table}.{field}", mapping.get(field))
        if asked is not None and asked in frame:
            chosen[field] = asked
        elif field in frame:
            chosen[field] = field
        else:
            alias = next((lower[one] for one in (field, *ALIASES[table][field]) if one in lower), None)
            if alias is not None and alias not in chosen.values() and alias not in mapping.values():
                chosen[field] = alias
                notes.append(f"Column {alias} of the {table} is read as {field}.")
    for field in NEEDED[table]:
        if field not in chosen:
            columns = [str(column) for column in frame.columns]
            full_name = f"{table}.{field}" if all(field in NEEDED[one] for one in NEEDED) else field
            raise LearnError(
                f"{path} has no column {field}; its columns are {', '.join(columns)}.",
                f"Say which one it is: --map {full_name}=COLUMN." + _closest(field, columns),
            )
    renamed = pd.DataFrame({field: frame[column] for field, column in chosen.items()})
    others = [column for column in frame if column not in chosen.values() and column not in FIELDS[table]]
    return pd.concat([renamed, frame[others].rename(columns=str)], axis=1), notes


def _closest(name: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    return f" Did you mean {close[0]!r}?" if close else ""
