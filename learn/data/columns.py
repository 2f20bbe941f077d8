"""Which column of a foreign table is which of ours: what the user maps, our own names, and well-known other names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from learn.data.schema import Interactions, Items
from learn.errors import LearnError

NO_COLUMN = "-"
"""What ``--map brand=-`` gives a field for which no column is to be taken, though one is recognised."""


@dataclass(frozen=True)
class TableKind:
    """A table that people bring, and what its columns may be called.

    Attributes:
        name: what messages call it, and what stands before the dot in ``--map items.item_id=asin``.
        fields: our names of its columns; every other column is an extra one.
        needed: those of ``fields`` that must be there.
        aliases: field -> well-known other names; the first that is there wins, case, blanks and hyphens aside.
    """

    name: str
    fields: tuple[str, ...]
    needed: tuple[str, ...]
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


USER_ALIASES = (
    "user", "customer_id", "customer", "reviewer_id", "household_id", "uid", "visitor_id", "member_id", "account_id",
    "client_id", "buyer_id", "username", "reviewer", "author_id", "session_id",
)  # fmt: skip
ITEM_ALIASES = (
    "asin", "parent_asin", "product_id", "sku", "article_id", "movie_id", "book_id", "isbn", "business_id", "news_id",
    "track_id", "song_id", "artist_id", "app_id", "game_id", "recipe_id", "anime_id", "venue_id", "poi_id",
    "listing_id", "course_id", "video_id", "ad_id", "stock_code", "product_code", "product", "iid",
)  # fmt: skip
_TITLE_ALIASES = (
    "name", "product_name", "item_name", "product_title", "prod_name", "movie_title", "movie_name", "book_title",
    "app_name", "artist_name", "track_name", "song_name", "game_title", "game_name", "news_title", "course_name",
    "recipe_name", "business_name", "item_title", "original_title", "headline", "label",
)  # fmt: skip
_CATEGORY_ALIASES = (
    "categories", "category_path", "product_category", "category_name", "item_category", "genres", "genre", "class",
    "product_group_name", "product_type_name", "category_code", "main_category", "main_cat", "movie_genre", "type",
    "department", "category_id",
)  # fmt: skip

_PICTURE_ALIASES = (
    "image_path", "image_file", "image_filename", "image_name", "image_url", "image_url_high_res", "image_link",
    "image_href", "image_src", "images", "img", "img_url", "img_path", "img_src", "img_link", "im_url", "main_image",
    "main_image_url", "product_image", "product_image_url", "item_image", "picture", "pictures", "picture_path",
    "picture_file", "picture_url", "photo", "photos", "photo_path", "photo_file", "photo_url", "thumbnail",
    "thumbnail_url", "thumbnail_path", "thumb", "thumb_url", "cover", "cover_url", "cover_image", "cover_path",
    "poster", "poster_path", "poster_url", "artwork_url", "image_url_l", "image_url_m", "image_url_s",
)  # fmt: skip

ITEMS = TableKind(
    "items",
    (*Items.ALL, Items.PICTURE),
    (Items.ID,),
    {
        Items.ID: (*ITEM_ALIASES, "item", "id"),
        Items.TITLE: _TITLE_ALIASES,
        Items.CATEGORY: _CATEGORY_ALIASES,
        Items.BRAND: ("brand_name", "manufacturer", "store", "vendor", "publisher", "book_author", "author", "authors"),
        Items.PRICE: ("unit_price", "list_price", "price_usd", "original_price"),
        Items.KEYWORDS: ("key_words", "tags", "popular_shelves"),
        Items.ATTRIBUTES: ("features",),
        Items.PICTURE: _PICTURE_ALIASES,
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
            "time", "datetime", "date_time", "unix_review_time", "ts", "t_dat", "event_time", "event_timestamp", "date",
            "created_at", "when", "invoice_date", "purchase_date", "order_date", "date_added", "review_time",
            "rated_at",
        ),
        Interactions.POSITION: ("order", "sequence"),
    },
)  # fmt: skip


def squeezed(name: object) -> str:
    """A column's name as it is compared: "Book-Title", "bookTitle" and " book_title" are the same."""
    return "".join(letter for letter in str(name).lower() if letter.isalnum())


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


def parse_columns(given: Mapping[str, Iterable[str] | str] | Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Table -> the names of its columns, of files without a header.

    Args:
        given: ``["interactions=user_id,item_id,timestamp", "items=item_id,title"]`` as typed after ``--columns``, where
            the table may be left out: names with a user are of the interactions, others of the items; or a mapping.

    Raises:
        LearnError: no such table, a table given twice, a name that is blank or comes twice.
    """
    if isinstance(given, str):
        given = [given]
    if isinstance(given, Mapping):
        given = [f"{table}={names if isinstance(names, str) else ','.join(names)}" for table, names in given.items()]
    parsed: dict[str, tuple[str, ...]] = {}
    users = {squeezed(name) for name in (Interactions.USER, *USER_ALIASES)}
    for one in given:
        table, equals, listed = one.rpartition("=")
        names = tuple(name.strip() for name in listed.split(","))
        if not equals:
            table = INTERACTIONS.name if any(squeezed(name) in users for name in names) else ITEMS.name
        table = table.strip()
        example = "Type, for example: --columns interactions=user_id,item_id,rating,timestamp"
        if table not in (ITEMS.name, INTERACTIONS.name):
            raise LearnError(f"--columns {one!r}: there is no table {table!r}, only items and interactions.", example)
        if not all(names) or len(set(names)) < len(names):
            what = "a column without a name" if not all(names) else "a name twice"
            raise LearnError(f"--columns {one!r} has {what}.", example)
        if table in parsed:
            raise LearnError(
                f"--columns names the columns of the {table} twice: {','.join(parsed[table])} and {','.join(names)}.",
                "Keep one, or begin the other with the table that it is of: items= or interactions=",
            )
        parsed[table] = names
    return parsed


def check_mapping(mapping: Mapping[str, str], tables: Sequence[tuple[TableKind, pd.DataFrame]]) -> None:
    """Refuses a mapping to a column that none of its tables has.

    Raises:
        LearnError: with the columns there are.
    """
    for given, column in mapping.items():
        if column == NO_COLUMN:
            continue
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

    A mapped column comes first, then our own name, then the first alias that the table has (any case, with or without
    hyphens). A column that is mapped to one field is not taken for another. A field that is mapped to `NO_COLUMN` has
    none.

    Raises:
        LearnError: a needed column is not there.
    """
    known = {squeezed(column): str(column) for column in reversed(frame.columns)}
    given = {column for field_name, column in mapping.items() if _is_of(field_name, table)}
    chosen: dict[str, str] = {}
    notes = []
    for name in table.fields:
        asked = mapping.get(f"{table.name}.{name}", mapping.get(name))
        if asked == NO_COLUMN:
            continue
        if asked is not None and asked in frame:
            chosen[name] = asked
        elif name in frame and name not in given:
            chosen[name] = name
        else:
            names = (known.get(squeezed(one)) for one in (name, *table.aliases.get(name, ())))
            taken = {*chosen.values(), *given, *table.fields}
            others = list(dict.fromkeys(one for one in names if one is not None and one not in taken))
            alias = next(iter(others), None)
            if name in table.needed and len(others) > 1:  # an id that some rows lack is not theirs
                alias = next((one for one in others if not (frame[one].isna() | frame[one].eq("")).any()), alias)
            if alias is not None:
                chosen[name] = alias
                notes.append(f"Column {alias} of the {table.name} is read as {name}.")
    for name in table.needed:
        if name not in chosen:
            columns = [str(column) for column in frame.columns]
            shared = all(name in kind.needed for kind in (ITEMS, INTERACTIONS)) and table in (ITEMS, INTERACTIONS)
            raise LearnError(
                f"{path} has no column {name}; its columns are {', '.join(columns)}.",
                f"Say which one it is: --map {f'{table.name}.{name}' if shared else name}=COLUMN."
                + _closest(name, columns)
                + f" If its first line is data, name all columns: --columns {table.name}=..." * (shared and not chosen),
            )
    return chosen, notes


def fields_of(mapping: Mapping[str, str], table: TableKind) -> dict[str, str]:
    """What ``mapping`` says of ``table``: field -> column."""
    return {given.rpartition(".")[2]: column for given, column in mapping.items() if _is_of(given, table)}


def _is_of(given: str, table: TableKind) -> bool:
    """Whether a key of a mapping means a field of ``table``."""
    prefix, dot, name = given.rpartition(".")
    return name in table.fields and (not dot or prefix == table.name)


def rename_columns(
    frame: pd.DataFrame, table: TableKind, mapping: Mapping[str, str], path: str
) -> tuple[pd.DataFrame, list[str]]:
    """``frame`` with our column names, and the notes of `find_columns`.

    A column that would have had the name of a mapped field is left out.

    Raises:
        LearnError: a needed column is not there.
    """
    chosen, notes = find_columns(frame, table, mapping, path)
    return take_columns(frame, table, chosen), notes


def take_columns(frame: pd.DataFrame, table: TableKind, chosen: Mapping[str, str]) -> pd.DataFrame:
    """The columns that `find_columns` chose under our names, then the others that bear none of our names."""
    renamed = pd.DataFrame({name: frame[column] for name, column in chosen.items()})
    others = [column for column in frame if column not in chosen.values() and column not in table.fields]
    return pd.concat([renamed, frame[others].rename(columns=str)], axis=1)


def _closest(name: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    return f" Did you mean {close[0]!r}?" if close else ""
