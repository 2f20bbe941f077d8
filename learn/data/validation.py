"""The one gate into a Dataset: raw tables in, checked and ordered tables out, every mending counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from learn.data.categories import read_categories
from learn.data.cells import flatten
from learn.data.cleaning import clean_extra, clean_text
from learn.data.dataset import Dataset
from learn.data.event_facts import count_events
from learn.data.events import clean_events
from learn.data.facts import make_facts
from learn.data.ids import clean_ids
from learn.data.notes import Note
from learn.data.prices import clean_prices
from learn.data.required import require
from learn.data.sanity import EXAMPLES
from learn.data.schema import Interactions, Items
from learn.data.timestamps import clean_times
from learn.errors import LearnError
from learn.workspace import checked_name


def validate(
    name: str,
    items: pd.DataFrame,
    interactions: pd.DataFrame,
    source: dict[str, Any],
    min_user_interactions: int = 3,
    date_order: str | None = None,
) -> Dataset:
    """Cleans and checks what a source gave.

    Mended and counted: invisible characters and blanks in texts, texts that are too long, prices that are none,
    identical rows of one item, events given twice (same user, item and time; without times a repeated pair is a
    repeated purchase and stays), events of unknown items, unsorted events. Counted only: items without text, items
    nobody interacted with (they are cold-start items), users with few events.

    Args:
        name: of the Dataset.
        items: at least `Items.ID` and one column of text; other columns are kept.
        interactions: at least `Interactions.USER` and `Interactions.ITEM`; `Interactions.TIME` orders a user's events,
            then `Interactions.POSITION` where given, then the order of the rows.
        source: how the tables were made, for the record. Its "items" and "interactions", when there, name the files in
            messages; its "notes" (list of Note or str) go into the report; its "columns" tell which column of the file
            is which field.
        min_user_interactions: users with fewer are counted as short; leave-one-out needs 3.
        date_order: "dmy" or "mdy", for dates that can be read in two ways (`learn.data.timestamps.clean_times`).

    Raises:
        LearnError: what cannot be mended: no items, no events (left), missing ids, one id for two different items,
            times partly missing or unreadable, no text in any item.
    """
    checked_name(name, "Dataset")
    found: dict[str, int] = {}
    examples: dict[str, list[str]] = {}
    notes: list[Note | str] = list(source.get("notes", ()))
    items = clean_items(items, str(source.get("items", "the items table")), found, examples, notes)
    where = str(source.get("interactions", "the interactions table"))
    column = source.get("columns", {}).get(Interactions.TIME, Interactions.TIME)
    if Interactions.TIME in interactions:
        times, said = clean_times(
            interactions[Interactions.TIME], f"{Interactions.TIME} of {where}", date_order, column
        )
        interactions = interactions.assign(**{Interactions.TIME: times})
        notes += said
    interactions = clean_events(interactions, items[Items.ID], where, found, examples, notes)
    return checked_dataset(name, items, interactions, source, found, examples, notes, min_user_interactions)


def checked_dataset(
    name: str,
    items: pd.DataFrame,
    interactions: pd.DataFrame,
    source: dict[str, Any],
    found: dict[str, int],
    examples: dict[str, list[str]],
    notes: list[Note | str],
    min_user_interactions: int = 3,
) -> Dataset:
    """The Dataset of two clean tables, with its report; the end of `validate`, whoever cleaned the interactions.

    Args:
        name, source, min_user_interactions: as in `validate`.
        items, interactions: clean, columns `Items.ALL` and `Interactions.ALL`.
        found, examples, notes: of cleaning them.
    """
    events = count_events(interactions)
    found["short_users"] = int((events.lengths < min_user_interactions).sum())
    without = ~items[Items.ID].isin(interactions[Interactions.ITEM].unique())
    _note(found, examples, "items_never_seen", items[Items.ID][without])
    facts = make_facts(items, events, found, examples, notes, min_user_interactions)
    record = {key: value for key, value in source.items() if key != "notes"}
    return Dataset(name, items, interactions, record, facts)


def validate_items(items: pd.DataFrame, where: str) -> tuple[pd.DataFrame, dict[str, int]]:
    """Cleans and checks items alone, as `validate` does: for items that are not in a Dataset.

    Args:
        items: at least `Items.ID` and one column of text.
        where: names the table in messages.

    Returns:
        One row per id, columns `Items.ALL` and others; and what was mended, key -> how often (`texts_cut`,
        `prices_dropped`, `duplicate_items`, `items_without_text`).

    Raises:
        LearnError: what cannot be mended, as in `validate`.
    """
    found: dict[str, int] = {}
    return clean_items(items, where, found, {}, []), found


def _note(found: dict[str, int], examples: dict[str, list[str]], key: str, ids: pd.Series) -> None:
    found[key] = len(ids)
    if len(ids):
        examples[key] = [str(one) for one in ids.drop_duplicates().head(EXAMPLES)]


def clean_items(
    raw: pd.DataFrame, where: str, found: dict[str, int], examples: dict[str, list[str]], notes: list[Note | str]
) -> pd.DataFrame:
    """Columns `Items.ALL` and what else ``raw`` has; one row per id, in the order of ``raw``.

    Args:
        raw, where: as in `validate_items`.
        found, examples, notes: take what was mended, ids for it, and what else there is to know.

    Raises:
        LearnError: what cannot be mended, as in `validate`.
    """
    require(raw, (Items.ID,), where, "items")
    raw = raw.reset_index(drop=True)
    codes, ids = clean_ids(raw[Items.ID], f"{Items.ID} of {where}")
    items = pd.DataFrame({Items.ID: pd.Series(ids[codes], dtype="str")})
    found["texts_cut"] = 0
    for column in Items.ALL[1:]:
        if column == Items.PRICE:
            prices = raw[column] if column in raw else pd.Series(np.nan, index=raw.index)
            items[column], found["prices_dropped"] = clean_prices(prices)
        elif column in raw:
            separator = Items.CATEGORY_SEPARATOR if column == Items.CATEGORY else ", "
            items[column], cut = clean_text(raw[column], separator, rarely_lists=column != Items.TITLE)
            found["texts_cut"] += cut
        else:
            items[column] = pd.Series([None] * len(raw), dtype="str")
    kinds = read_categories(items[Items.CATEGORY])
    items[Items.CATEGORY] = kinds.text
    notes += kinds.notes
    extra = [column for column in raw if column not in (*Items.ALL, Items.TELLING)]
    items = pd.concat([items, clean_extra(raw[extra].copy())], axis=1)
    if kinds.telling is not None:
        items[Items.TELLING] = kinds.telling

    items = _drop_identical(items, where, found, examples)
    without_text = items[list(Items.TEXT)].isna().all(axis=1)
    if without_text.all():
        raise LearnError(
            f"{where}: none of its {len(items):,} items has a text in {', '.join(Items.TEXT)}, "
            "so there is nothing for the LLM to read.",
            "Name a column that describes the items, for example --map title=YOUR_COLUMN"
            + (f" (others here: {', '.join(map(str, extra))})." if extra else "."),
        )
    _note(found, examples, "items_without_text", items[Items.ID][without_text])
    return items


def _drop_identical(
    items: pd.DataFrame, where: str, found: dict[str, int], examples: dict[str, list[str]]
) -> pd.DataFrame:
    repeated = items[items.duplicated(Items.ID, keep=False)]
    differing = repeated[~repeated.duplicated(list(Items.ALL), keep=False)]
    different_rows = repeated.drop_duplicates(list(Items.ALL))
    clashing = different_rows[different_rows.duplicated(Items.ID, keep=False)]
    if len(differing) or len(clashing):
        first = clashing[clashing[Items.ID] == clashing[Items.ID].iloc[0]].head(2)
        one, other = first.iloc[0], first.iloc[1]
        column = next(c for c in Items.ALL[1:] if flatten(one[c], "") != flatten(other[c], ""))
        raise LearnError(
            f"{where}: item {one[Items.ID]!r} is given twice with different content: its {column} is "
            f"{_shown(one[column])} in row {first.index[0] + 1} and {_shown(other[column])} in row "
            f"{first.index[1] + 1} ({clashing[Items.ID].nunique():,} such items).",
            "Keep one row per item, or give the two things different ids.",
        )
    duplicate = items.duplicated(Items.ID)
    _note(found, examples, "duplicate_items", items[Items.ID][duplicate])
    return items[~duplicate].reset_index(drop=True)


def _shown(value: Any) -> str:
    return "missing" if pd.isna(value) else f"{value!r:.60}"
