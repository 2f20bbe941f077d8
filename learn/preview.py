"""How a source would be read, before anything is written: rows, times, prompts, columns left unread, what is unsure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from learn.cex.prompt import item_prompts
from learn.data.columns import TableKind, find_columns
from learn.data.dataset import Dataset
from learn.data.known_tables import as_table
from learn.data.readers import read
from learn.data.reading.form import PLAIN, Asked
from learn.data.report import WARNING, Finding, findings, headline
from learn.data.schema import Interactions, Items
from learn.pipeline import Preparation, read_dataset

ROWS, PROMPTS, USERS = 5, 3, 3
_CELL = 60  # characters of a text that are shown
_PROMPT = 800  # characters of a prompt that are told
_LONG_TEXT = 25  # characters on average from which on a column is a text
_ADDED = (Items.KEYWORDS, Items.ATTRIBUTES)


@dataclass(frozen=True)
class UnreadColumn:
    """A column of the items that the LLM would not read, although it could.

    Attributes:
        column: its name.
        first: its first text, shortened.
        distinct: different texts.
        field: the field that is free for it; ``--map FIELD=COLUMN`` has it read.
    """

    column: str
    first: str
    distinct: int
    field: str

    @property
    def words(self) -> str:
        """As a sentence with what to type."""
        return (
            f"Column {self.column} of the items ({self.distinct:,} different, first: {self.first}) is not read; "
            f"--map {self.field}={self.column} has the LLM read it."
        )


@dataclass(frozen=True)
class Preview:
    """A source as it would be read.

    Attributes:
        dataset: checked and split; nothing of it is stored.
        items: the first `ROWS` rows of the items, the columns that have something.
        interactions: the first `ROWS` rows of the interactions.
        users: the first `USERS` users: id, events, first and last time (where there are times), the first items.
        times: first and last moment; None: only the order is known.
        prompts: [`PROMPTS`] item id -> its text as the LLM will read it: of the first, a middle and the last item.
        unread: columns that could be read.
        unsure: what may be wrong, the worst first.
        to_know: how the source was understood, and what was mended.
    """

    dataset: Dataset
    items: pd.DataFrame
    interactions: pd.DataFrame
    users: pd.DataFrame
    times: tuple[pd.Timestamp, pd.Timestamp] | None
    prompts: dict[str, str]
    unread: list[UnreadColumn]
    unsure: list[Finding]
    to_know: list[Finding]

    def show(self, say: Callable[[str], None], show_table: Callable[[pd.DataFrame], None]) -> None:
        """Tells all of it, line by line and table by table."""
        facts = self.dataset.report
        say(f"{facts['items']:,} items, {facts['users']:,} users, {facts['interactions']:,} interactions.")
        say("Items, as they are understood:")
        show_table(self.items)
        say("Interactions, each user's oldest first:")
        show_table(self.interactions)
        say("Users:")
        show_table(self.users)
        say(f"Times: {self.times[0]} to {self.times[1]}." if self.times else "Times: none, only the order is known.")
        for item_id, prompt in self.prompts.items():
            say(f"The LLM will read of item {item_id}:")
            say(f"    {_short(prompt, _PROMPT)}")
        if self.unread or self.to_know:
            say("")
            say("To know:")
        for column in self.unread:
            say(f"  - {column.words}")
        for one in [*self.to_know, *self.unsure]:
            if one in self.unsure[:1]:
                say("")
                say(headline(self.unsure))
            say(one.line)


def preview(what: Preparation) -> Preview:
    """Reads a source as `learn.pipeline.prepare_dataset` would, and writes nothing.

    Raises:
        LearnError: as `learn.pipeline.read_dataset`.
    """
    dataset = read_dataset(what, pictures=False)
    found = findings(dataset.report)
    times = dataset.interactions[Interactions.TIME]
    return Preview(
        dataset,
        _first_rows(dataset.items, (*Items.ALL, Items.PICTURE)),
        _first_rows(dataset.interactions, Interactions.ALL),
        _first_users(dataset),
        (times.min(), times.max()) if dataset.has_time else None,
        _prompts(dataset),
        unread_columns(dataset.items),
        [one for one in found if one.severity == WARNING],
        [one for one in found if one.severity != WARNING],
    )


def unread_columns(items: pd.DataFrame) -> list[UnreadColumn]:
    """Columns of texts that are kept beside `Items.ALL` and differ from item to item, the longest texts first.

    Args:
        items: of a Dataset.
    """
    free = [name for name in Items.TEXT if items[name].isna().all()]
    found = []
    for column in items.columns.difference([*Items.ALL, Items.TELLING, Items.PICTURE], sort=False):
        texts = items[column].dropna()
        if not pd.api.types.is_string_dtype(texts) or texts.nunique() < 2:
            continue
        words = texts.astype(str)
        if not words.str.contains(r"[^\W\d_]", regex=True).mean() > 0.5 or words.str.match(r"(?i)https?://").any():
            continue
        found.append((float(words.str.len().mean()), str(column), words))
    found.sort(key=lambda one: -one[0])
    return [
        UnreadColumn(column, _short(words.iloc[0]), int(words.nunique()), _field_for(length, free))
        for length, column, words in found
    ]


def _field_for(length: float, free: list[str]) -> str:
    """The field in which a text of ``length`` characters may be read: a title if there is none, else one to add to."""
    if Items.TITLE in free:
        return Items.TITLE
    wanted = _ADDED[::-1] if length >= _LONG_TEXT else _ADDED
    return next((name for name in wanted if name in free), wanted[0])


def _short(text: Any, most: int = _CELL) -> str:
    words = str(text)
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def _first_rows(table: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    there = [column for column in columns if column in table and table[column].notna().any()]
    first = table[there].head(ROWS)
    if Items.PRICE in there:
        first = first.assign(**{Items.PRICE: first[Items.PRICE].map("{:.2f}".format, na_action="ignore")})
    return first.assign(
        **{name: first[name].map(_short) for name in there if pd.api.types.is_string_dtype(first[name])}
    )


def _first_users(dataset: Dataset) -> pd.DataFrame:
    titles = dataset.items[Items.TITLE].fillna(dataset.items[Items.ID]).to_numpy()
    rows = []
    for place, user in enumerate(dataset.user_ids[:USERS]):
        first, end = dataset.sequences.offsets[place], dataset.sequences.offsets[place + 1]
        row = {"user": str(user), "events": int(end - first)}
        if dataset.has_time:
            moments = dataset.interactions[Interactions.TIME].iloc[[first, end - 1]]
            row |= {"first": str(moments.iloc[0]), "last": str(moments.iloc[1])}
        row["begins with"] = "; ".join(_short(titles[item]) for item in dataset.sequences.items[first:end][:3])
        rows.append(row)
    return pd.DataFrame(rows)


def _prompts(dataset: Dataset) -> dict[str, str]:
    places = np.unique(np.linspace(0, dataset.n_items - 1, PROMPTS).round().astype(int))
    some = dataset.items.iloc[places]
    return dict(zip(some[Items.ID].astype(str), item_prompts(some), strict=True))


@dataclass(frozen=True)
class Columns:
    """The columns of one table.

    Attributes:
        names: all of them, in the file's order.
        found: our field -> the column that is taken for it when nobody says otherwise.
        needed: fields without which the table cannot be read.
    """

    names: list[str]
    found: dict[str, str]
    needed: tuple[str, ...]


def table_columns(path: Path | str, kind: TableKind, asked: Asked = PLAIN) -> Columns:
    """Which columns a table has, and which of them are recognised; what is missing is not refused yet.

    Args:
        path: of the table.
        kind: `learn.data.columns.ITEMS` or `INTERACTIONS`.
        asked: how the file is written, where its content does not tell.

    Raises:
        LearnError: the file cannot be read.
    """
    frame = as_table(read(path, replace(asked, table=kind.name)), kind.name, str(path)).frame
    found, _ = find_columns(frame, replace(kind, needed=()), {}, str(path))
    return Columns([str(one) for one in frame.columns], {name: str(one) for name, one in found.items()}, kind.needed)
