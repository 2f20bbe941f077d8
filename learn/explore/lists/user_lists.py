"""One user's history and target, and what each Run recommends to them, under filters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from learn.data.sequences import Sequences
from learn.data.splits import Phase, Split
from learn.explore.catalogue import OTHER_CATEGORIES, Catalogue, told_title
from learn.explore.colours import CATEGORY_COLOURS
from learn.runs.suggestions import Suggestions

OWN_COLOURS = len(CATEGORY_COLOURS)
"""Categories that have a colour of their own: all others are told of together."""


@dataclass(frozen=True)
class UserView:
    """What one user did, as item indices.

    Attributes:
        history: [H] events before the test target begins, oldest first.
        history_times: [H] datetime64[ns], or None where the source has an order only.
        target: [T] events of the test target, oldest first.
        target_times: [T] like ``history_times``.
    """

    history: np.ndarray
    history_times: np.ndarray | None
    target: np.ndarray
    target_times: np.ndarray | None = None

    def later(self, allowed: np.ndarray) -> np.ndarray:
        """Distinct items of the target that ``allowed`` ([N] bool) lets through: what a list can hit."""
        items = np.unique(self.target)
        return items[allowed[items]]


def user_view(history: Sequences, target: Sequences, user: int) -> UserView:
    """The `UserView` of user index ``user``, from the test phase's ``history`` and ``target`` of every user."""
    return UserView(history[user], _times(history, user), target[user], _times(target, user))


def _times(sequences: Sequences, user: int) -> np.ndarray | None:
    if sequences.times is None:
        return None
    return sequences.times[sequences.offsets[user] : sequences.offsets[user + 1]].astype("datetime64[ns]")


def history_and_target(split: Split) -> tuple[Sequences, Sequences]:
    """Every user's history and target of the test phase, as answers see them (`Split.now`)."""
    return split.now.history(Phase.TEST), split.now.target(Phase.TEST)


def rankable(allowed: np.ndarray, view: UserView, unseen: bool) -> np.ndarray:
    """[N] bool: ``allowed``, without the items of the user's own history when ``unseen``."""
    if not unseen:
        return allowed
    keep = allowed.copy()
    keep[view.history] = False
    return keep


def also_in(lists: dict[str, Suggestions]) -> dict[int, list[str]]:
    """Item index -> names of the Runs whose list holds it, in the order of ``lists``."""
    found: dict[int, list[str]] = {}
    for name, suggestions in lists.items():
        for item in suggestions.items.tolist():
            found.setdefault(item, []).append(name)
    return found


def history_timeline(view: UserView, catalogue: Catalogue, shown: int = OWN_COLOURS) -> pd.DataFrame:
    """Events per period and category: columns period, category, events, titles.

    The period is a week up to 26 weeks of history and a month beyond; where there are no times it is the event's
    place, in tenths of the history. Categories past the ``shown`` first become `OTHER_CATEGORIES`.
    """
    if view.history_times is None:
        period = np.arange(len(view.history)) * 10 // max(len(view.history), 1) + 1
    else:
        times = pd.Series(view.history_times)
        weeks = (times.max() - times.min()) <= pd.Timedelta(weeks=26) if len(times) else True
        period = times.dt.to_period("W-SUN" if weeks else "M").dt.start_time
    frame = pd.DataFrame(
        {
            "period": np.asarray(period),
            "category": fold_categories(catalogue, catalogue.categories[view.history], shown),
            "title": catalogue.titles[view.history],
        }
    )
    grouped = frame.groupby(["period", "category"], sort=True)["title"]
    table = grouped.size().rename("events").reset_index()
    table["titles"] = grouped.agg(_first_titles).to_numpy(dtype=object)
    return table


def person_in_words(view: UserView, catalogue: Catalogue) -> str:
    """How much a person bought before the cut and after it, since when, and of what most."""
    n = len(view.history)
    if not n:
        return f"bought nothing before the cut, {len(view.target):,} later"
    first = mostly(catalogue.categories[view.history], 1)
    since = ""
    if view.history_times is not None:
        begin, end = (pd.Timestamp(time) for time in (view.history_times.min(), view.history_times.max()))
        first_month = f"{begin:%b}" if begin.year == end.year else _month(begin)
        since = f" from {first_month} to {_month(end)}" if _month(begin) != _month(end) else f" in {_month(end)}"
    purchases = f"{n:,} purchases of {len(np.unique(view.history)):,} items" if n > 1 else "1 purchase"
    return f"{purchases}{since}, mostly {first}; {_later_in_words(view)}"


def person_in_short(view: UserView, catalogue: Catalogue) -> str:
    """The same in a line that ends with the product they bought most often."""
    n, past = len(view.history), most_bought(view.history)
    if not n or past[0][1] < 2:
        return person_in_words(view, catalogue)
    new, later = len(np.setdiff1d(np.unique(view.target), view.history)), "none later"
    if len(view.target):
        later = f"later {new:,} new {'items' if new > 1 else 'item'}" if new else "nothing new later"
    bought = f"{n:,} purchases of {len(np.unique(view.history)):,} items"
    first = mostly(catalogue.categories[view.history], 1)
    return f"{bought}, mostly {first}; {later}; most often {_so_often(past[0], catalogue)}"


def most_in_words(history: np.ndarray, catalogue: Catalogue) -> str:
    """ "Bought most: Tea, 1 l ×27 · Bread ×22.": the items of a ``history`` that they bought most often; "" of none."""
    past = most_bought(history)
    return f"Bought most: {' · '.join(_so_often(one, catalogue) for one in past)}." if past else ""


def _so_often(bought: tuple[int, int], catalogue: Catalogue) -> str:
    item, times = bought
    return told_title(catalogue, item) + (f" ×{times:,}" if times > 1 else "")


def _later_in_words(view: UserView) -> str:
    """Purchases after the cut, the different items among them, and how many of these were never had before."""
    later = np.unique(view.target)
    if not len(later):
        return "none later"
    new = len(np.setdiff1d(later, view.history))
    purchases = f"{len(view.target):,} purchases" if len(view.target) > 1 else "1 purchase"
    if len(later) == 1:
        return f"later: {purchases} of 1 item, {'new' if new else 'not new'} to this user"
    return f"later: {purchases} of {len(later):,} items, {f'{new:,}' if new else 'none'} of them new to this user"


def _month(time: pd.Timestamp) -> str:
    return f"{time:%b %Y}"


def mostly(categories: np.ndarray, most: int = 3) -> str:
    """The ``most`` frequent of [n] ``categories`` with their shares: "GROCERY 61%, MEAT 12%"."""
    shares = pd.Series(categories, dtype=object).value_counts(normalize=True)
    return ", ".join(f"{name} {share:.0%}" for name, share in shares.head(most).items())


def history_in_words(table: pd.DataFrame) -> str:
    """What the chart of `history_timeline` shows, in a sentence."""
    events = table.groupby("period")["events"].sum()
    total, top = (
        int(events.sum()),
        table.groupby("category")["events"].sum().sort_values(ascending=False, kind="stable"),
    )
    share = f"{top.index[0]} makes up {top.iloc[0] / total:.0%} of {total:,} purchases"
    if len(events) < 2:
        return share + ", all in one stretch of time."
    busiest = events.idxmax()
    when = f"the one that begins on {busiest:%d %b %Y}" if isinstance(busiest, pd.Timestamp) else f"tenth {busiest}"
    return f"{share}; the fullest bar is {when}, with {int(events.max())}."


def shares_in_words(table: pd.DataFrame, past: str) -> str:
    """Which group of `category_shares` gives the first category of group ``past`` the most and the least room."""
    mine = table[table["group"] == past].sort_values("share", ascending=False, kind="stable")
    others = [name for name in dict.fromkeys(table["group"]) if name != past]
    if mine.empty or not others:
        return ""
    first, share = mine.iloc[0]["category"], mine.iloc[0]["share"]
    found = table[table["category"] == first].set_index("group")["share"].reindex(others).fillna(0.0)
    ends = found.sort_values(kind="stable")
    low, high = ends.index[0], ends.index[-1]
    words = f"{first} is {share:.0%} of “{past}”"
    if ends.iloc[0] == ends.iloc[-1]:
        return f"{words} and {ends.iloc[0]:.0%} of every other row."
    return f"{words}, from {ends.iloc[0]:.0%} ({low}) to {ends.iloc[-1]:.0%} ({high}) of the others."


def lists_table(
    lists: dict[str, Suggestions], labels: dict[str, str], user_id: str, item_ids: np.ndarray, catalogue: Catalogue
) -> pd.DataFrame:
    """Lists under each other, as people take them away: columns user, variant, rank, item_id, title, score."""
    rows = [
        (user_id, labels[name], rank, item_ids[item], catalogue.titles[item], float(score))
        for name, found in lists.items()
        for rank, (item, score) in enumerate(zip(found.items, found.scores, strict=True), 1)
    ]
    return pd.DataFrame(rows, columns=["user", "variant", "rank", "item_id", "title", "score"])


def purchases(items: np.ndarray, times: np.ndarray | None, catalogue: Catalogue, most: int = 500) -> pd.DataFrame:
    """A user's events as a table, the latest first: columns when (or order), item, category, price.

    Args:
        items: [n] item indices, oldest first; of more than ``most`` the latest.
        times: [n] datetime64[ns], or None where only the order is known.
    """
    places = np.arange(len(items))[::-1][:most]
    chosen = items[places]
    first = {"order": places + 1} if times is None else {"when": times[places]}
    return pd.DataFrame(
        first
        | {
            "item": catalogue.titles[chosen],
            "category": catalogue.categories[chosen],
            "price": catalogue.prices[chosen],
        }
    )


def most_bought(items: np.ndarray, most: int = 10) -> list[tuple[int, int]]:
    """(item index, how often) of what a person bought most; of equally often the latest first.

    Args:
        items: [n] item indices, oldest first.
    """
    found = pd.Series(items[::-1]).value_counts(sort=False).sort_values(ascending=False, kind="stable").head(most)
    return [(int(item), int(times)) for item, times in found.items()]


def _first_titles(titles: pd.Series, most: int = 4) -> str:
    names = list(dict.fromkeys(titles))
    return "; ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def fold_categories(catalogue: Catalogue, categories: np.ndarray, shown: int = OWN_COLOURS) -> np.ndarray:
    """``categories`` with all but the ``shown`` most frequent of the catalogue as `OTHER_CATEGORIES`."""
    kept = set(catalogue.category_order[:shown])
    return np.array([name if name in kept else OTHER_CATEGORIES for name in categories], dtype=object)


def category_shares(groups: dict[str, np.ndarray], catalogue: Catalogue, shown: int = OWN_COLOURS) -> pd.DataFrame:
    """Share of each category within each named group of item indices: columns group, category, share, n."""
    rows = []
    for group, items in groups.items():
        counts = pd.Series(fold_categories(catalogue, catalogue.categories[items], shown), dtype=object).value_counts()
        rows += [(group, name, n / len(items), n) for name, n in counts.items()]
    return pd.DataFrame(rows, columns=["group", "category", "share", "n"])
