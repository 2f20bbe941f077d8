"""The one gate into a Dataset: raw tables in, checked and ordered tables out, every mending counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from learn.data.categories import read_categories
from learn.data.cells import flatten
from learn.data.cleaning import clean_extra, clean_text
from learn.data.dataset import Dataset
from learn.data.facts import make_facts
from learn.data.ids import clean_ids, match_ids
from learn.data.joins import note_spellings, note_strangers
from learn.data.notes import Note
from learn.data.prices import clean_prices
from learn.data.schema import Interactions, Items
from learn.data.timestamps import clean_times
from learn.errors import LearnError
from learn.workspace import checked_name

EXAMPLES = 5  # ids named in the report for each finding


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
    items = _clean_items(items, str(source.get("items", "the items table")), found, examples, notes)
    where = str(source.get("interactions", "the interactions table"))
    column = source.get("columns", {}).get(Interactions.TIME, Interactions.TIME)
    if Interactions.TIME in interactions:
        times, said = clean_times(
            interactions[Interactions.TIME], f"{Interactions.TIME} of {where}", date_order, column
        )
        interactions = interactions.assign(**{Interactions.TIME: times})
        notes += said
    interactions = _clean_interactions(interactions, items, where, found, examples, notes)

    lengths = interactions[Interactions.USER].value_counts(sort=False)
    found["short_users"] = int((lengths < min_user_interactions).sum())
    without = ~items[Items.ID].isin(interactions[Interactions.ITEM].unique())
    _note(found, examples, "items_never_seen", items[Items.ID][without])
    facts = make_facts(items, interactions, found, examples, notes, min_user_interactions)
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
    return _clean_items(items, where, found, {}, []), found


def _note(found: dict[str, int], examples: dict[str, list[str]], key: str, ids: pd.Series) -> None:
    found[key] = len(ids)
    if len(ids):
        examples[key] = [str(one) for one in ids.drop_duplicates().head(EXAMPLES)]


def _require(frame: pd.DataFrame, columns: tuple[str, ...], where: str, what: str) -> None:
    if frame.empty:
        raise LearnError(f"{where} has no rows, so there are no {what}.", f"Give at least one row of {what}.")
    for column in columns:
        if column not in frame:
            raise LearnError(
                f"{where} has no column {column}; it has: {', '.join(map(str, frame.columns))}.",
                f"Rename a column, or name it with --map {column}=YOUR_COLUMN.",
            )


def _clean_items(
    raw: pd.DataFrame, where: str, found: dict[str, int], examples: dict[str, list[str]], notes: list[Note | str]
) -> pd.DataFrame:
    """Columns `Items.ALL` and what else ``raw`` has; one row per id, in the order of ``raw``."""
    _require(raw, (Items.ID,), where, "items")
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


def _clean_interactions(
    raw: pd.DataFrame,
    items: pd.DataFrame,
    where: str,
    found: dict[str, int],
    examples: dict[str, list[str]],
    notes: list[Note | str],
) -> pd.DataFrame:
    """Columns `Interactions.ALL` and what else ``raw`` has, of known items only, sorted by user, time and order.

    The times of ``raw`` are clean.
    """
    _require(raw, (Interactions.USER, Interactions.ITEM), where, "interactions")
    raw = raw.reset_index(drop=True)
    users, user_names = clean_ids(raw[Interactions.USER], f"{Interactions.USER} of {where}")
    item_codes, item_names = clean_ids(raw[Interactions.ITEM], f"{Interactions.ITEM} of {where}")
    times = pd.Series(pd.NaT, index=raw.index, dtype="datetime64[ns]")
    if Interactions.TIME in raw:
        times = raw[Interactions.TIME]
    moments = times.to_numpy("datetime64[ns]").astype(np.int64)
    timed = not times.isna().all()
    order = _positions(raw, where)

    item_names, known = _join(item_names, item_codes, items[Items.ID], where, found, examples, notes)
    by = np.lexsort((np.arange(len(raw)), order, moments, _natural_rank(user_names)[users]))
    by = by[known[by]]
    found["unsorted_users"] = _count_unsorted(users, moments if timed else order, known)
    found["duplicate_events"] = 0
    if timed and not _only_months(times):
        keys = pd.DataFrame({"user": users[by], "item": item_codes[by], "time": moments[by]})
        duplicate = keys.duplicated().to_numpy()
        found["duplicate_events"] = int(duplicate.sum())
        by = by[~duplicate]

    result = pd.DataFrame(
        {
            Interactions.USER: pd.Series(user_names, dtype="str").take(users[by]).reset_index(drop=True),
            Interactions.ITEM: pd.Series(item_names, dtype="str").take(item_codes[by]).reset_index(drop=True),
            Interactions.TIME: times.take(by).reset_index(drop=True),
        }
    )
    starts = np.flatnonzero(np.diff(users[by], prepend=-1))
    lengths = np.diff(np.append(starts, len(by)))
    result[Interactions.POSITION] = np.arange(len(by)) - np.repeat(starts, lengths)
    extra = raw.drop(columns=list(Interactions.ALL), errors="ignore").take(by).reset_index(drop=True)
    return pd.concat([result, clean_extra(extra)], axis=1)


def _join(
    item_names: np.ndarray,
    item_codes: np.ndarray,
    item_ids: pd.Series,
    where: str,
    found: dict[str, int],
    examples: dict[str, list[str]],
    notes: list[Note | str],
) -> tuple[np.ndarray, np.ndarray]:
    """The distinct item ids of the events as the items spell them, and [n] bool: whether an event's item is known."""
    places, otherwise = match_ids(item_names, pd.Index(item_ids))
    theirs = item_ids.to_numpy(dtype=object)[places]
    notes += note_spellings(item_names, theirs, otherwise, where)
    item_names = np.where(otherwise, theirs, item_names)
    known = (places >= 0)[item_codes]
    found["unknown_item_events"] = int((~known).sum())
    strangers = item_names[np.unique(item_codes[~known])]
    found["unknown_items"] = len(strangers)
    if not known.any():
        raise LearnError(
            f"No interaction is left: none of the {len(item_names):,} item ids of {where} is among the items "
            f"(the first is {strangers[0]!r}; the items begin with {item_ids.iloc[0]!r}).",
            "Give items and interactions of the same catalogue, with ids written in the same way.",
        )
    notes += note_strangers(item_names, item_codes, known, item_ids, where)
    if len(strangers):
        examples["unknown_items"] = [str(one) for one in strangers[:EXAMPLES]]
    return item_names, known


def _only_months(times: pd.Series) -> bool:
    """Whether times say a month or a year and no more: equal ones then are no event given twice."""
    return times.nunique() > 1 and bool(((times.dt.day == 1) & (times == times.dt.normalize())).all())


def _positions(raw: pd.DataFrame, where: str) -> np.ndarray:
    """[n] float64 places given by the source within a user; zeros where it gives none."""
    if Interactions.POSITION not in raw:
        return np.zeros(len(raw))
    positions = pd.to_numeric(raw[Interactions.POSITION], errors="coerce")
    wrong = positions.isna().to_numpy()
    if wrong.any():
        row = int(wrong.argmax())
        raise LearnError(
            f"{Interactions.POSITION} of {where}, row {row + 1}: {raw[Interactions.POSITION].iloc[row]!r:.60} "
            "is not a number.",
            "Number each user's events 0, 1, 2, ... or leave the column out to use the rows' order.",
        )
    return positions.to_numpy(dtype=np.float64)


def _natural_rank(names: np.ndarray) -> np.ndarray:
    """[n] rank of every name: by number when all are digits, else by letter; independent of the rows' order."""
    if all(name.isdecimal() for name in names):
        key = sorted(range(len(names)), key=lambda i: (int(names[i]), names[i]))
    else:
        key = sorted(range(len(names)), key=lambda i: names[i])
    rank = np.empty(len(names), dtype=np.int64)
    rank[key] = np.arange(len(names))
    return rank


def _count_unsorted(users: np.ndarray, values: np.ndarray, known: np.ndarray) -> int:
    """Users whose events do not come in order in the source."""
    by = np.argsort(users[known], kind="stable")
    user, value = users[known][by], values[known][by]
    backwards = (np.diff(user) == 0) & (np.diff(value) < 0)
    return len(np.unique(user[1:][backwards]))
