"""What is odd about a Dataset although nothing in it is wrong: times without order, texts that tell nothing apart."""

from __future__ import annotations

import numpy as np
import pandas as pd

from learn.data.schema import Interactions, Items

EARLIEST_LIKELY = 1995
"""Before this year nobody kept such data: an earlier time is most likely a number that was read as one."""
EXAMPLES = 5  # ids named in the report for each finding
_FIRST_CHARACTERS = 60


def odd_items(items: pd.DataFrame) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Counts of items, and ids for each: ``same_prompt`` (another item has the very same text and price, so that the
    LLM cannot tell them apart) and ``titles_without_letter``.

    Args:
        items: clean, columns `Items.ALL`.
    """
    read = _read_of(items)
    has_text = items[list(Items.TEXT)].notna().any(axis=1)  # those without any are reported by themselves
    titles = items[Items.TITLE]
    has_letter = titles.str.contains(r"[^\W\d_]", regex=True, na=False)
    which = {
        "same_prompt": has_text & read.duplicated(keep=False),
        "titles_without_letter": titles.notna() & ~has_letter,
    }
    ids = {key: items[Items.ID][rows] for key, rows in which.items()}
    return {key: len(found) for key, found in ids.items()}, _examples(ids)


def one_text(items: pd.DataFrame) -> bool:
    """Whether the LLM would read one and the same text of all (two or more) items, so that text teaches nothing."""
    return len(items) > 1 and len(_read_of(items).drop_duplicates()) == 1


def _read_of(items: pd.DataFrame) -> pd.DataFrame:
    """What an item's prompt is made of."""
    return items[[*Items.TEXT, Items.PRICE]].assign(**{Items.PRICE: items[Items.PRICE].round(2)})


def odd_times(
    interactions: pd.DataFrame, today: pd.Timestamp | None = None
) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Counts, and examples for each: ``users_one_time`` (all of several events at one moment: their order is only the
    file's) and ``events_outside`` (before `EARLIEST_LIKELY` or after next year). Both 0 without times.

    Args:
        interactions: clean, columns `Interactions.ALL`, sorted by user and time.
        today: None: now.
    """
    times = interactions[Interactions.TIME]
    if times.isna().all():
        return {"users_one_time": 0, "events_outside": 0}, {}
    users = interactions[Interactions.USER]
    starts = np.flatnonzero((users != users.shift()).to_numpy())
    ends = np.append(starts[1:], len(users)) - 1
    moments = times.to_numpy("datetime64[ns]")
    at_once = users.iloc[starts[(ends > starts) & (moments[starts] == moments[ends])]]
    year = (today or pd.Timestamp.now()).year
    outside = times[(times.dt.year < EARLIEST_LIKELY) | (times.dt.year > year + 1)].dt.strftime("%Y-%m-%d")
    found = {"users_one_time": at_once, "events_outside": outside}
    return {key: len(one) for key, one in found.items()}, _examples(found)


def first_text(texts: pd.Series) -> str:
    """The first text that is not missing, shortened; "" where all are."""
    there = texts.dropna()
    first = str(there.iloc[0]) if len(there) else ""
    return first if len(first) <= _FIRST_CHARACTERS else first[: _FIRST_CHARACTERS - 3].rstrip() + "..."


def share_in_order(found: dict[str, int], n_users: int, timed: bool) -> float | None:
    """Share of the users whose events the file has in the order of their times; None without times."""
    return 1 - min(found.get("unsorted_users", 0), n_users) / n_users if timed else None


def _examples(found: dict[str, pd.Series]) -> dict[str, list[str]]:
    named = {key: [str(one) for one in pd.unique(ids.astype(object))[:EXAMPLES]] for key, ids in found.items()}
    return {key: ids for key, ids in named.items() if ids}
