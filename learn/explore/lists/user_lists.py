"""One user's history and target, and what each Run recommends to them, under filters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from learn.data.sequences import Sequences
from learn.data.splits import Phase, Split
from learn.explore.catalogue import OTHER_CATEGORIES, Catalogue
from learn.runs.suggestions import Suggestions


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
    """Every user's history and target of the test phase."""
    return split.history(Phase.TEST), split.target(Phase.TEST)


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


def history_timeline(view: UserView, catalogue: Catalogue, shown: int = 8) -> pd.DataFrame:
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


def _first_titles(titles: pd.Series, most: int = 4) -> str:
    names = list(dict.fromkeys(titles))
    return "; ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def fold_categories(catalogue: Catalogue, categories: np.ndarray, shown: int = 8) -> np.ndarray:
    """``categories`` with all but the ``shown`` most frequent of the catalogue as `OTHER_CATEGORIES`."""
    kept = set(catalogue.category_order[:shown])
    return np.array([name if name in kept else OTHER_CATEGORIES for name in categories], dtype=object)


def category_shares(groups: dict[str, np.ndarray], catalogue: Catalogue, shown: int = 8) -> pd.DataFrame:
    """Share of each category within each named group of item indices: columns group, category, share, n."""
    rows = []
    for group, items in groups.items():
        counts = pd.Series(fold_categories(catalogue, catalogue.categories[items], shown), dtype=object).value_counts()
        rows += [(group, name, n / len(items), n) for name, n in counts.items()]
    return pd.DataFrame(rows, columns=["group", "category", "share", "n"])
