"""Which columns of a table of events order them: by name first, then by what the cells hold."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from learn.data.cells import as_text
from learn.data.columns import INTERACTIONS, squeezed
from learn.data.notes import ORDER, Note
from learn.data.schema import Interactions
from learn.data.time_text import clock_of
from learn.data.timestamps import reads_as_time

_SHARED = 0.05  # from this share of a user's events on that share their number, the numbers are no positions


def settle_order(
    frame: pd.DataFrame, chosen: Mapping[str, str], mapping: Mapping[str, str], path: str
) -> tuple[pd.DataFrame, dict[str, str], list[Note]]:
    """The time and the position of a table of events, judged by content where the user did not map them.

    A column that was found by its name but holds clocks alone (18:30) is joined with a column of dates; without one it
    is no time. Where no name tells the time, the one other column that holds moments is taken; of several none is, and
    the note names them. A column ``order`` or ``sequence`` is a position only if it numbers each user's events.

    Args:
        frame: as read.
        chosen: field -> column, as `learn.data.columns.find_columns` gave it.
        mapping: what the user mapped: taken as it is.
        path: names the table in notes.

    Returns:
        The frame (with a column more where a date and a clock were joined), field -> column, and notes.
    """
    found = dict(chosen)
    mapped = {name.rpartition(".")[2] for name in mapping}
    notes: list[Note] = []
    if Interactions.TIME in mapped:
        frame, notes = _with_clock(frame, found, path)
    else:
        for step in (_leave_lone_clock, _find_time):
            notes += step(frame, found, path)
        frame, joined = _with_clock(frame, found, path)
        notes += joined
    if Interactions.POSITION in found and Interactions.POSITION not in mapped:
        notes += _judge_position(frame, found, path)
    return frame, found, notes


def _free(frame: pd.DataFrame, found: Mapping[str, str]) -> list[str]:
    """Columns that are nothing yet."""
    return [str(one) for one in frame.columns if one not in found.values() and one not in INTERACTIONS.fields]


def _leave_lone_clock(frame: pd.DataFrame, found: dict[str, str], path: str) -> list[Note]:
    """Takes the dates beside a column that has a time's name and holds clocks; without dates it is no time."""
    column = found.get(Interactions.TIME)
    if column is None or not _may_be_clock(frame, column) or clock_of(frame[column]) is None:
        return []
    dates = [one for one in _free(frame, found) if _is_day(frame[one])]
    if not dates and not as_text(frame[column].head(100)).str.contains(":").any():
        return []  # numbers, which the reader of times tells from clocks
    if len(dates) == 1:
        found[Interactions.TIME] = dates[0]
        return []
    del found[Interactions.TIME]
    which = f"; dates are in {', '.join(dates)}" if dates else ""
    return [
        Note(
            f"Column {column} of {path} holds times of day without dates and was not used{which}: each user's events "
            "keep the order of the file.",
            ORDER,
            f"Name the column of dates: --map timestamp={dates[0] if dates else 'COLUMN'}",
        )
    ]


def _find_time(frame: pd.DataFrame, found: dict[str, str], path: str) -> list[Note]:
    """Looks for the time among columns that no name tells."""
    if Interactions.TIME in found:
        return []
    moments = [one for one in _free(frame, found) if reads_as_time(frame[one])]
    of_events = [one for one in moments if _differs_within(frame, one, found)]
    if len(moments) == 1 and _is_day(frame[moments[0]]) and _clocks(frame, found):
        of_events = moments  # the clock beside it tells the events apart
    if len(of_events) == 1:
        found[Interactions.TIME] = of_events[0]
        return [Note(f"Column {of_events[0]} of {path} is read as timestamp: no other holds the times of events.")]
    if not moments:
        return []
    named = of_events or moments
    why = "several columns hold times" if len(named) > 1 else "it says the same of all events of a user or an item"
    order = "the column of positions" if Interactions.POSITION in found else "the order of the file"
    return [
        Note(
            f"{path}: {', '.join(named)} could be the time of the events, but {why}; each user's events keep {order}.",
            ORDER,
            f"Name the one that is meant: --map timestamp={named[0]}",
        )
    ]


def _differs_within(frame: pd.DataFrame, column: str, found: Mapping[str, str]) -> bool:
    """Whether a column tells events apart: a birthday is a user's, a release date an item's, an export's the file's."""
    if as_text(frame[column]).nunique() < 2:
        return False
    for field in (Interactions.USER, Interactions.ITEM):
        try:
            of_each = frame.groupby(found[field], sort=False)[column]
            sizes, distinct = of_each.size(), of_each.nunique()
        except TypeError:  # lists or objects, which the reader of ids refuses
            return True
        if (sizes > 1).any() and (distinct == 1).all():
            return False
    return True


def _with_clock(frame: pd.DataFrame, found: dict[str, str], path: str) -> tuple[pd.DataFrame, list[Note]]:
    """Joins a column of dates with the one column of clocks beside it."""
    column = found.get(Interactions.TIME)
    if column is None:
        return frame, []
    clocks = _clocks(frame, found)
    if not clocks or not _is_day(frame[column]):
        return frame, []
    if len(clocks) > 1:
        text = f"{path}: {', '.join(clocks)} hold times of day; none was joined with {column}."
        return frame, [Note(text, ORDER, "Leave one of them in the file.")]
    name, clock = next(iter(clocks.items()))
    days = frame[column]
    day = days.dt.strftime("%Y-%m-%d") if pd.api.types.is_datetime64_any_dtype(days) else as_text(days)
    compact = day.str.fullmatch(r"\d{8}")
    day = day.where(~compact, day.str.slice(0, 4) + "-" + day.str.slice(4, 6) + "-" + day.str.slice(6, 8))
    seconds = clock.dt.total_seconds()
    texts = pd.to_datetime(seconds, unit="s").dt.strftime("%H:%M:%S.%f")
    joined = f"{column} and {name}"
    found[Interactions.TIME] = joined
    return frame.assign(**{joined: day + " " + texts}), [
        Note(f"Columns {joined} of {path} are read together as timestamp.")
    ]


def _clocks(frame: pd.DataFrame, found: Mapping[str, str]) -> dict[str, pd.Series]:
    """Column -> [n] its times of day, of the columns that are nothing yet."""
    clocks = {one: clock_of(frame[one]) for one in _free(frame, found) if _may_be_clock(frame, one)}
    return {one: clock for one, clock in clocks.items() if clock is not None}


def _is_day(raw: pd.Series) -> bool:
    """Whether a column holds dates without a time of day."""
    if not reads_as_time(raw, likely=False):
        return False
    if pd.api.types.is_datetime64_any_dtype(raw):
        return bool((raw.dt.normalize() == raw).all())
    text = as_text(raw)
    return bool(
        (~text.str.contains(":")).all() and text.str.len().max() <= 18 and not text.str.contains(r"\d{9}").any()
    )


def _may_be_clock(frame: pd.DataFrame, column: str) -> bool:
    """Clocks with a colon are clocks; bare numbers (1830) only under a name that says so."""
    if as_text(frame[column].head(100)).str.contains(":").all():
        return True
    return squeezed(column).endswith(("time", "clock", "hour", "hhmm", "hhmmss"))


def _judge_position(frame: pd.DataFrame, found: dict[str, str], path: str) -> list[Note]:
    """Drops a position that numbers something else than each user's events."""
    column = found[Interactions.POSITION]
    numbers = pd.to_numeric(as_text(frame[column]), errors="coerce")
    why = ""
    if numbers.notna().mean() < 0.5:
        why = "it holds no numbers"
    elif numbers.notna().all():
        pairs = pd.DataFrame({"user": as_text(frame[found[Interactions.USER]]), "number": numbers})
        shared = pairs.duplicated(keep=False).mean()
        many = pairs["user"].duplicated().any()
        if many and shared > _SHARED:
            why = f"{shared:.0%} of its events share their number with another of the same user"
        elif Interactions.TIME in found and _contradicts(frame, found, pairs):
            why = "it runs against the times"
    if not why:
        return []
    del found[Interactions.POSITION]
    timed = Interactions.TIME in found
    kept = "the times order the events" if timed else "each user's events keep the order of the file"
    text = f"Column {column} of {path} is not read as position: {why}; {kept}."
    return [Note(text) if timed else Note(text, ORDER, f"If it does order them, type --map position={column}")]


def _contradicts(frame: pd.DataFrame, found: Mapping[str, str], pairs: pd.DataFrame) -> bool:
    """Whether most steps from one number to the next go back in time, as far as numbers and ISO texts show it."""
    times = frame[found[Interactions.TIME]]
    values = pd.to_numeric(as_text(times), errors="coerce")
    values = values if values.notna().all() else pd.Series(pd.factorize(as_text(times), sort=True)[0], times.index)
    by = np.lexsort((pairs["number"], pd.factorize(pairs["user"])[0]))
    same = pairs["user"].to_numpy()[by][1:] == pairs["user"].to_numpy()[by][:-1]
    steps = np.diff(values.to_numpy(np.float64)[by])[same]
    return bool(len(steps) and (steps < 0).mean() > _SHARED)
