"""A dataset that changes: items come and go, events are added. Nothing that a Run was trained on moves its place.

New items stand behind the others, new users too, and newer events behind a user's older ones: the indices that vectors
and metrics go by stay. The split stays as it was (`learn.data.split.NEWER`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from learn.data.availability import in_stock, with_stock
from learn.data.columns import INTERACTIONS, ITEMS, check_mapping, parse_mapping, rename_columns
from learn.data.dataset import Dataset
from learn.data.ids import ids_as_text
from learn.data.new_items import MENDED
from learn.data.pictures.take import with_more_pictures
from learn.data.readers import read_table
from learn.data.schema import Interactions, Items
from learn.data.splits import make_split
from learn.data.validation import validate, validate_items
from learn.errors import LearnError

Mapped = Mapping[str, str] | Iterable[str]


@dataclass(frozen=True)
class Change:
    """What became of a dataset.

    Attributes:
        dataset: as it is now; not stored yet.
        notes: what was done and what was passed over, in sentences.
    """

    dataset: Dataset
    notes: list[str]


def add_items(dataset: Dataset, path: Path, mapping: Mapped = ()) -> Change:
    """Adds the items of a table; those that are there are corrected, and are back in stock unless it says otherwise.

    Raises:
        LearnError: the file is wrong, with the place; or it has no ids, or an item without text.
    """
    fields = parse_mapping(mapping, (ITEMS,))
    table = read_table(path)
    check_mapping(fields, [(ITEMS, table)])
    raw, _ = rename_columns(table, ITEMS, fields, str(path))
    new, found = validate_items(raw, str(path))
    silent = ~new[list(Items.TEXT)].notna().any(axis=1)
    if silent.any():
        raise LearnError(
            f"{path}: item {new[Items.ID][silent].iloc[0]!r} has no text ({int(silent.sum())} such items).",
            "Give each a title at least.",
        )
    stock = in_stock(new)
    places = dataset.item_index.get_indexer(new[Items.ID])
    known = places >= 0
    items = with_stock(dataset.items, dataset.available)
    for column in Items.ALL[1:]:
        given = known & new[column].notna().to_numpy()
        items.loc[places[given], column] = new.loc[given, column].to_numpy()
    items.loc[places[known], Items.IN_STOCK] = stock[known]
    fresh = with_stock(new, stock)[~known]
    items = pd.concat([items, fresh[[name for name in fresh if name in items]]], ignore_index=True)
    items[Items.IN_STOCK] = items[Items.IN_STOCK].astype(bool)
    notes = [f"{len(fresh):,} items added, {int(known.sum()):,} that were there corrected."]
    notes += [f"{n:,} {MENDED[key]}." for key, n in found.items() if n and key in MENDED]
    changed = _changed(dataset, items, dataset.interactions)
    if Items.PICTURE in new:
        at = np.where(known, places, 0)
        at[~known] = dataset.n_items + np.arange(int((~known).sum()))
        named = dict(zip(at.tolist(), new[Items.PICTURE], strict=True))
        changed, said = with_more_pictures(changed, named, path.parent)
        notes += said
    return Change(changed, notes)


def remove_items(dataset: Dataset, ids: Sequence[str]) -> Change:
    """Takes items out of stock: they are never shown, and histories that hold them still read.

    Raises:
        LearnError: an id that the catalogue does not have, or nothing would be left to show.
    """
    texts = ids_as_text(pd.Series(list(ids), dtype=object))
    places = dataset.item_index.get_indexer(texts)
    unknown = texts[places < 0].tolist()
    if unknown or not len(texts):
        what = f"has no item {', '.join(map(repr, unknown[:3]))}" if unknown else "was given no item to remove"
        raise LearnError(
            f"{dataset.name} {what} (for example {dataset.item_ids[0]!r} is one); nothing was removed.",
            "Give item ids of the catalogue, or a file with one id a line.",
        )
    available = dataset.available.copy()
    gone = int(available[places].sum()) if len(set(places.tolist())) == len(places) else len(set(places.tolist()))
    available[places] = False
    if not available.any():
        raise LearnError(f"No item of {dataset.name} would be left to show.", "Leave one at least.")
    items = with_stock(dataset.items, available)
    return Change(_changed(dataset, items, dataset.interactions), [f"{gone:,} items are out of stock now."])


def read_ids(path: Path) -> list[str]:
    """The item ids of a file: a table's column of item ids, or of a .txt file one id a line.

    Raises:
        LearnError: it cannot be read, or has no such column.
    """
    if path.suffix == ".txt":
        try:
            return [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
        except (OSError, UnicodeDecodeError) as error:
            raise LearnError(f"{path} cannot be read: {error}", "Give a text file with one item id a line.") from None
    table, _ = rename_columns(read_table(path), ITEMS, {}, str(path))
    return ids_as_text(table[Items.ID]).tolist()


def add_events(dataset: Dataset, path: Path, mapping: Mapped = ()) -> Change:
    """Adds newer events; users that were unknown become users. Training, validation and test events stay as they were.

    Events that the dataset has already are passed over, so that the same file may be given twice; so are events that
    are older than the last one of their user, which would change what was trained and tested on.

    Raises:
        LearnError: the file is wrong, with the place; its times are missing where the dataset has times; or no event is
            new.
    """
    fields = parse_mapping(mapping, (INTERACTIONS,))
    table = read_table(path)
    check_mapping(fields, [(INTERACTIONS, table)])
    raw, _ = rename_columns(table, INTERACTIONS, fields, str(path))
    read = validate(dataset.name, dataset.items[list(Items.ALL)], raw, {"kind": "update"})
    if read.has_time != dataset.has_time:
        has, lacks = ("the dataset", str(path)) if dataset.has_time else (str(path), "the dataset")
        raise LearnError(
            f"The events of {has} have times, those of {lacks} have none.", "Map a column: --map timestamp=YOUR_COLUMN"
        )
    new, old = read.interactions, dataset.interactions
    notes = []
    if lost := len(raw) - len(new):
        notes.append(f"{lost:,} rows were passed over: given twice, or of items that {dataset.name} does not have.")
    if not dataset.has_time:
        notes.append("Without times nothing tells whether an event is there already: all were added.")
    else:
        keys = [Interactions.USER, Interactions.ITEM, Interactions.TIME]
        twice = pd.MultiIndex.from_frame(new[keys]).isin(pd.MultiIndex.from_frame(old[keys]))
        last = new[Interactions.USER].map(old.groupby(Interactions.USER)[Interactions.TIME].max())
        late = ~twice & (new[Interactions.TIME] < last).to_numpy()
        for passed, why in ((twice, "are there already"), (late, "are older than their user's last one")):
            if passed.any():
                notes.append(f"{int(passed.sum()):,} events {why} and were passed over.")
        new = new[~twice & ~late]
    if new.empty:
        raise LearnError(f"{path} has no event that {dataset.name} lacks. {' '.join(notes)}", "Give newer events.")
    joined = _appended(dataset, new)
    users = new[Interactions.USER].nunique()
    fresh = len(set(new[Interactions.USER]) - set(dataset.user_ids))
    notes.insert(0, f"{len(new):,} events of {users:,} users added, {fresh:,} of them new.")
    return Change(_changed(dataset, dataset.items, joined), notes)


def _appended(dataset: Dataset, new: pd.DataFrame) -> pd.DataFrame:
    """The interactions with ``new`` ones behind each user's own, new users last."""
    old = dataset.interactions.assign(**{Interactions.NEWER: dataset.newer})
    added = new[list(Interactions.ALL)].assign(**{Interactions.NEWER: True})
    users = pd.Index(pd.concat([old[Interactions.USER], added[Interactions.USER]]).drop_duplicates())
    joined = pd.concat([old, added], ignore_index=True)
    order = np.argsort(users.get_indexer(joined[Interactions.USER]), kind="stable")
    joined = joined.iloc[order].reset_index(drop=True)
    joined[Interactions.POSITION] = joined.groupby(Interactions.USER, sort=False).cumcount()
    joined[Interactions.NEWER] = joined[Interactions.NEWER].astype(bool)
    return joined


def _changed(dataset: Dataset, items: pd.DataFrame, interactions: pd.DataFrame) -> Dataset:
    lineage = (*dataset.trained_on, dataset.fingerprint)
    changed = replace(dataset, items=items, interactions=interactions, cut=None, trained_on=lineage, folder=None)
    return changed.with_split(make_split(changed, dataset.split.info))
