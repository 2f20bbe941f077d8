"""Published tables whose rows are no items or interactions yet: MIND's impressions, RetailRocket's properties."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from learn.data.columns import INTERACTIONS, ITEMS, squeezed
from learn.data.notes import ORDER, TEXT, Note
from learn.data.reading.form import Table
from learn.data.reading.known_files import GENRES
from learn.data.schema import Interactions, Items
from learn.errors import LearnError

_SHOWN_OR_CLICKED = r"\S+-[01](?: \S+-[01])*"
_MOST_PROPERTIES = 12  # that become the text of an item
_LEAST_SHARE = 0.5  # of the items, that must have a property


def as_table(table: Table, kind: str, where: str) -> Table:
    """``table`` as one row for each item or interaction, where it is published otherwise; else as it is.

    Args:
        table: as it was read.
        kind: "items" or "interactions".
        where: the file, for notes.

    Raises:
        LearnError: it is of such a kind, and a cell is not as it is published.
    """
    names = {squeezed(name) for name in table.frame}
    if kind == ITEMS.name and table.known == "u.item":
        return _with_genres(table)
    if kind == ITEMS.name and names == {"timestamp", "itemid", "property", "value"}:
        return _with_properties(table, where)
    if kind == INTERACTIONS.name and {"userid", "time", "history", "impressions"} <= names and "itemid" not in names:
        return _clicks(table, where)
    return table


def _with_genres(table: Table) -> Table:
    """The flags of ``u.item`` as one column."""
    flags = table.frame[list(GENRES)].eq("1").to_numpy()
    genres = ["|".join(name for name, one in zip(GENRES, row, strict=True) if one) or None for row in flags]
    return replace(table, frame=table.frame.drop(columns=list(GENRES)).assign(genres=genres))


def _clicks(table: Table, where: str) -> Table:
    """Of every impression what was clicked, at its time; before that, once for each user, what the history holds."""
    named = {squeezed(name): name for name in table.frame}
    log = pd.DataFrame({short: table.frame[name] for short, name in named.items()})
    shown = log["impressions"].fillna("")
    wrong = ~shown.str.fullmatch(_SHOWN_OR_CLICKED)
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise LearnError(
            f"{where}, row {row + 1}: the impressions are {shown.iloc[row]!r:.60}, not news with -1 (clicked) or -0.",
            "Give the behaviors of the training or validation set; those of the test set do not say what was clicked.",
        )
    times = pd.to_datetime(log["time"], format="%m/%d/%Y %I:%M:%S %p", errors="coerce")
    if times.isna().any():
        row = int(times.isna().to_numpy().argmax())
        raise LearnError(
            f"{where}, row {row + 1}: the time is {log['time'].iloc[row]!r:.40}, not as in 11/14/2019 9:05:58 AM.",
            "Download the file again, or write its times in that form.",
        )
    clicked = shown.str.findall(r"(?<!\S)(\S+)-1(?!\S)")
    clicks = pd.DataFrame({"user": log["userid"], "item": clicked, "time": times}).explode("item").dropna(subset="item")
    first = log.assign(time=times).sort_values("time", kind="stable").drop_duplicates("userid")
    before = pd.DataFrame({"user": first["userid"], "item": first["history"].str.split(), "time": times.min()})
    before = before.explode("item").dropna(subset="item")
    events = pd.concat([before, clicks.sort_values("time", kind="stable")], ignore_index=True)
    said = (
        f"{where} holds impressions: {len(clicks):,} clicks of {len(log):,} impressions become interactions. "
        f"Before them come the {len(before):,} of the users' histories, whose times are not published: in their order, "
        f"all at the first moment of the log, {times.min()}."
    )
    columns = {"user": Interactions.USER, "item": Interactions.ITEM, "time": Interactions.TIME}
    notes = [*table.notes, Note(said, ORDER if len(before) else "nothing")]
    return replace(table, frame=events.rename(columns=columns), notes=notes)


def _with_properties(table: Table, where: str) -> Table:
    """One row for each item: the last value of every property that half of the items have."""
    named = {squeezed(name): name for name in table.frame}
    log = pd.DataFrame({short: table.frame[name] for short, name in named.items()})
    order = pd.to_numeric(log["timestamp"], errors="coerce").argsort(kind="stable")
    last = log.iloc[order].drop_duplicates(["itemid", "property"], keep="last")
    holders = last["property"].value_counts()
    items = last["itemid"].nunique()
    often = [name for name in holders.index if holders[name] >= _LEAST_SHARE * items or not str(name).isdigit()]
    wide = last[last["property"].isin(often)].pivot(index="itemid", columns="property", values="value")
    wide = wide.reindex(pd.unique(log["itemid"])).rename_axis("itemid", axis=0)
    numbered = [name for name in often if str(name).isdigit()][:_MOST_PROPERTIES]
    texts = [
        "; ".join(f"{name}: {value}" for name, value in zip(numbered, row, strict=True) if isinstance(value, str))
        for row in wide[numbered].itertuples(index=False, name=None)
    ]
    others = wide.drop(columns=[name for name in often if str(name).isdigit()])
    frame = others.assign(**{Items.ATTRIBUTES: [text or None for text in texts]}).reset_index()
    said = (
        f"{where} is a log of properties: {len(log):,} rows become {len(frame):,} items with the last value of each. "
        f"Read are {', '.join(map(str, others.columns)) or 'none'} and the {len(numbered)} numbered properties that "
        f"most items have, of {len(holders):,} in all; their words are hashed, so the LLM reads numbers."
    )
    return replace(table, frame=frame.rename_axis(None, axis=1), notes=[*table.notes, Note(said, TEXT)])
