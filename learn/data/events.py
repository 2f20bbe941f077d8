"""The interactions' part of the check: ids that the items know, nothing twice, in order of user, time and row."""

from __future__ import annotations

import numpy as np
import pandas as pd

from learn.data.cleaning import clean_extra
from learn.data.ids import clean_ids, match_ids
from learn.data.joins import note_spellings, note_strangers
from learn.data.notes import Note
from learn.data.required import require
from learn.data.sanity import EXAMPLES
from learn.data.schema import Interactions
from learn.errors import LearnError


def clean_events(
    raw: pd.DataFrame,
    item_ids: pd.Series,
    where: str,
    found: dict[str, int],
    examples: dict[str, list[str]],
    notes: list[Note | str],
) -> pd.DataFrame:
    """Columns `Interactions.ALL` and what else ``raw`` has, of known items only, sorted by user, time and order.

    Args:
        raw: at least a user and an item; its times are clean.
        item_ids: of the clean items.
        where: names the interactions in messages.
        found, examples, notes: take what was mended, ids for it, and what else there is to know.

    Raises:
        LearnError: what cannot be mended, as in `learn.data.validation.validate`.
    """
    require(raw, (Interactions.USER, Interactions.ITEM), where, "interactions")
    raw = raw.reset_index(drop=True)
    users, user_names = clean_ids(raw[Interactions.USER], f"{Interactions.USER} of {where}")
    item_codes, item_names = clean_ids(raw[Interactions.ITEM], f"{Interactions.ITEM} of {where}")
    times = pd.Series(pd.NaT, index=raw.index, dtype="datetime64[ns]")
    if Interactions.TIME in raw:
        times = raw[Interactions.TIME]
    moments = times.to_numpy("datetime64[ns]").astype(np.int64)
    timed = not times.isna().all()
    order = _positions(raw, where)

    item_names, places = join_items(
        item_names, np.bincount(item_codes, minlength=len(item_names)), item_ids, where, found, examples, notes
    )
    known = (places >= 0)[item_codes]
    by = np.lexsort((np.arange(len(raw)), order, moments, natural_rank(user_names)[users]))
    by = by[known[by]]
    found["unsorted_users"] = count_unsorted(users[known], moments[known] if timed else order[known])
    found["duplicate_events"] = 0
    if timed and not only_months(times):
        twice = given_twice(users[by], item_codes[by], moments[by])
        found["duplicate_events"] = int(twice.sum())
        by = by[~twice]

    result = pd.DataFrame(
        {
            Interactions.USER: pd.Series(user_names, dtype="str").take(users[by]).reset_index(drop=True),
            Interactions.ITEM: pd.Series(item_names, dtype="str").take(item_codes[by]).reset_index(drop=True),
            Interactions.TIME: times.take(by).reset_index(drop=True),
            Interactions.POSITION: places_within(users[by]),
        }
    )
    extra = raw.drop(columns=list(Interactions.ALL), errors="ignore").take(by).reset_index(drop=True)
    return pd.concat([result, clean_extra(extra)], axis=1)


def join_items(
    names: np.ndarray,
    counts: np.ndarray,
    item_ids: pd.Series,
    where: str,
    found: dict[str, int],
    examples: dict[str, list[str]],
    notes: list[Note | str],
) -> tuple[np.ndarray, np.ndarray]:
    """The distinct item ids of the events as the items spell them, and [m] int64: the item's index, -1: unknown.

    Args:
        names: [m] ids in order of appearance.
        counts: [m] int64, how many events each has.
        item_ids, where, found, examples, notes: as in `clean_events`.

    Raises:
        LearnError: no event is of a known item.
    """
    places, otherwise = match_ids(names, pd.Index(item_ids))
    theirs = item_ids.to_numpy(dtype=object)[places]
    notes += note_spellings(names, theirs, otherwise, where)
    names = np.where(otherwise, theirs, names)
    known = places >= 0
    found["unknown_item_events"] = int(counts[~known].sum())
    strangers = names[~known]
    found["unknown_items"] = len(strangers)
    if not known.any():
        raise LearnError(
            f"No interaction is left: none of the {len(names):,} item ids of {where} is among the items "
            f"(the first is {strangers[0]!r}; the items begin with {item_ids.iloc[0]!r}).",
            "Give items and interactions of the same catalogue, with ids written in the same way.",
        )
    notes += note_strangers(names, counts, known, item_ids, where)
    if len(strangers):
        examples["unknown_items"] = [str(one) for one in strangers[:EXAMPLES]]
    return names, places


def given_twice(users: np.ndarray, items: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """[n] bool: events after the first of the same user, item and moment."""
    return pd.DataFrame({"user": users, "item": items, "time": moments}).duplicated().to_numpy()


def places_within(users: np.ndarray) -> np.ndarray:
    """[n] int64: 0, 1, 2, ... within each user; ``users`` ([n]) has each user's events side by side."""
    starts = np.flatnonzero(np.diff(users, prepend=-1))
    lengths = np.diff(np.append(starts, len(users)))
    return np.arange(len(users)) - np.repeat(starts, lengths)


def only_months(times: pd.Series) -> bool:
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


def natural_rank(names: np.ndarray) -> np.ndarray:
    """[n] rank of every name: by number when all are digits, else by letter; independent of the rows' order."""
    if all(name.isdecimal() for name in names):
        key = sorted(range(len(names)), key=lambda i: (int(names[i]), names[i]))
    else:
        key = sorted(range(len(names)), key=lambda i: names[i])
    rank = np.empty(len(names), dtype=np.int64)
    rank[key] = np.arange(len(names))
    return rank


def count_unsorted(users: np.ndarray, values: np.ndarray) -> int:
    """Users ([n] codes) whose events do not come in order of ``values`` ([n] times or positions)."""
    by = np.argsort(users, kind="stable")
    user, value = users[by], values[by]
    backwards = (np.diff(user) == 0) & (np.diff(value) < 0)
    return len(np.unique(user[1:][backwards]))
