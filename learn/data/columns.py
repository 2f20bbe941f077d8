"""Which column of a foreign table is which of ours: what the user maps, our own names, and well-known other names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from learn.data.schema import Interactions, Items
from learn.errors import LearnError


@dataclass(frozen=True)
class TableKind:
    """A table that people bring, and what its columns may be called.

    Attributes:
        name: what messages call it, and what stands before the dot in ``--map items.item_id=asin``.
        fields: our names of its columns; every other column is an extra one.
        needed: those of ``fields`` that must be there.
        aliases: field -> well-known other names in lower case; the first that is there wins.
    """

    name: str
    fields: tuple[str, ...]
    needed: tuple[str, ...]
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


USER_ALIASES = ("user", "userid", "customer_id", "customerid", "customer", "reviewerid", "household_id", "uid")
ITEM_ALIASES = (
    "itemid", "asin", "parent_asin", "product_id", "productid", "sku", "article_id", "movie_id", "movieid", "iid",
)  # fmt: skip

ITEMS = TableKind(
    "items",
    Items.ALL,
    (Items.ID,),
    {
        Items.ID: (*ITEM_ALIASES, "id"),
        Items.TITLE: ("name", "product_name", "item_name", "product_title", "prod_name"),
        Items.CATEGORY: ("categories", "product_category", "genres", "genre", "main_category"),
        Items.BRAND: ("manufacturer", "store", "vendor"),
        Items.PRICE: ("unit_price", "list_price"),
        Items.KEYWORDS: ("key_words", "tags"),
        Items.ATTRIBUTES: ("features",),
    },
)
INTERACTIONS = TableKind(
    "interactions",
    Interactions.ALL,
    (Interactions.USER, Interactions.ITEM),
    {
        Interactions.USER: USER_ALIASES,
        Interactions.ITEM: (*ITEM_ALIASES, "item"),
        Interactions.TIME: (
            "time",
            "date",
            "datetime",
            "unixreviewtime",
            "ts",
            "t_dat",
            "created_at",
            "event_time",
            "when",
        ),
        Interactions.POSITION: ("order", "sequence"),
    },
)


def parse_mapping(
    mapping: Mapping[str, str] | Iterable[str], tables: Sequence[TableKind] = (ITEMS, INTERACTIONS)
) -> dict[str, str]:
    """``["title=product_name"]`` as {"title": "product_name"}: our field, then the table's column.

    Where two tables have the field (item_id), ``items.item_id=asin`` names the one that is meant.

    Args:
        mapping: pairs as they are typed after ``--map``, or field -> column.
        tables: whose fields there are.

    Raises:
        LearnError: not of that form, or an unknown field, or a field given twice.
    """
    pairs = [f"{name}={column}" for name, column in mapping.items()] if isinstance(mapping, Mapping) else mapping
    parsed: dict[str, str] = {}
    every = list(dict.fromkeys(name for table in tables for name in table.fields))
    for pair in pairs:
        given, equals, column = (part.strip() for part in pair.partition("="))
        if not (given and equals and column):
            raise LearnError(f"--map {pair!r} is not of the form FIELD=COLUMN.", "Type, for example: --map title=name")
        prefix, dot, name = given.rpartition(".")
        known = {one for table in tables if not dot or table.name == prefix for one in table.fields}
        if name not in known:
            raise LearnError(
                f"--map {pair!r}: there is no field {given!r}; the fields are {', '.join(every)}.",
                "Write the field first, then your column: --map FIELD=COLUMN." + _closest(name, every),
            )
        if given in parsed:
            which = " ".join(f"--map {table.name}.{given}=COLUMN" for table in tables if given in table.fields)
            shared = len(tables) > 1 and not dot
            raise LearnError(
                f"--map gives {given} twice: {parsed[given]!r} and {column!r}.",
                "Keep one of the two" + (f", or say which table each is of: {which}." if shared else "."),
            )
        parsed[given] = column
    return parsed


def check_mapping(mapping: Mapping[str, str], tables: Sequence[tuple[TableKind, pd.DataFrame]]) -> None:
    """Refuses a mapping to a column that none of its tables has.

    Raises:
        LearnError: with the columns there are.
    """
    for given, column in mapping.items():
        prefix, dot, name = given.rpartition(".")
        asked = [(kind, frame) for kind, frame in tables if (kind.name == prefix if dot else name in kind.fields)]
        if not any(column in frame for _, frame in asked):
            columns = [str(one) for _, frame in asked for one in frame.columns]
            raise LearnError(
                f"--map {given}={column}: there is no column {column!r} in the "
                f"{' or the '.join(kind.name for kind, _ in asked)} table; "
                f"the columns are {', '.join(dict.fromkeys(columns))}.",
                "Name a column that exists." + _closest(column, columns),
            )


def find_columns(
    frame: pd.DataFrame, table: TableKind, mapping: Mapping[str, str], path: str
) -> tuple[dict[str, str], list[str]]:
    """Field -> the column of ``frame`` that holds it, and a note for each that was recognised by another name.

    A mapped column comes first, then our own name, then the first alias that the table has (any case).

    Raises:
        LearnError: a needed column is not there.
    """
    lower = {str(column).strip().lower(): column for column in reversed(frame.columns)}
    chosen: dict[str, str] = {}
    notes = []
    for name in table.fields:
        asked = mapping.get(f"{table.name}.{name}", mapping.get(name))
        if asked is not None and asked in frame:
            chosen[name] = asked
        elif name in frame:
            chosen[name] = name
        else:
            alias = next((lower[one] for one in (name, *table.aliases.get(name, ())) if one in lower), None)
            if alias is not None and alias not in chosen.values() and alias not in mapping.values():
                chosen[name] = alias
                notes.append(f"Column {alias} of the {table.name} is read as {name}.")
    for name in table.needed:
        if name not in chosen:
            columns = [str(column) for column in frame.columns]
            shared = all(name in kind.needed for kind in (ITEMS, INTERACTIONS)) and table in (ITEMS, INTERACTIONS)
            raise LearnError(
                f"{path} has no column {name}; its columns are {', '.join(columns)}.",
                f"Say which one it is: --map {f'{table.name}.{name}' if shared else name}=COLUMN."
                + _closest(name, columns),
            )
    return chosen, notes


def rename_columns(
    frame: pd.DataFrame, table: TableKind, mapping: Mapping[str, str], path: str
) -> tuple[pd.DataFrame, list[str]]:
    """``frame`` with our column names, and the notes of `find_columns`.

    A column that would have had the name of a mapped field is left out.

    Raises:
        LearnError: a needed column is not there.
    """
    chosen, notes = find_columns(frame, table, mapping, path)
    renamed = pd.DataFrame({name: frame[column] for name, column in chosen.items()})
    others = [column for column in frame if column not in chosen.values() and column not in table.fields]
    return pd.concat([renamed, frame[others].rename(columns=str)], axis=1), notes


def _closest(name: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    return f" Did you mean {close[0]!r}?" if close else ""
