"""Ordinary features: what any ranker knows without LEARN, counted from what was before an impression's period."""

from __future__ import annotations

import numpy as np
import pandas as pd

from learn.data.dataset import Dataset
from learn.data.schema import Items
from learn.ranking.feature_windows import DAY, window_of, window_start
from learn.ranking.impressions import Impressions

WINDOWS = {"28d": 28, "90d": 90, "ever": None}
"""Name -> days before the period that are counted."""
NEVER = 400.0
"""Days since something that never happened."""


def baseline_features(dataset: Dataset, shown: Impressions, cut: int, refresh_days: float) -> pd.DataFrame:
    """[n rows] one column per feature, float32 or text (a category).

    Counted as ln(1 + events) over each of `WINDOWS`: of the user, of the item, of the user with the item, its category
    and its department (the category's first level). Days since the user's last event, last event with the item, with
    its category; the item's age and distinct buyers; the share of the user's events in the category, department and
    brand; price, the user's mean price, their ratio. And the impressions' own extra features.

    Args:
        cut, refresh_days: as in `learn.ranking.feature_windows`.
    """
    world = _World(dataset)
    counted: dict[str, np.ndarray] = {}
    periods = window_of(shown.times, cut, refresh_days)
    for period in np.unique(periods):
        rows = np.flatnonzero(periods == period)
        features = world.known(window_start(period, cut, refresh_days), shown.users[rows], shown.items[rows])
        for name, values in features.items():
            counted.setdefault(name, np.zeros(len(shown), np.float32))[rows] = values
    text = {name: codes.names[codes.of_item[shown.items]] for name, codes in world.codes.items()}
    return pd.concat([pd.DataFrame(counted), pd.DataFrame(text), shown.extras.reset_index(drop=True)], axis=1)


class _Codes:
    """A text attribute of the items as numbers."""

    def __init__(self, values: pd.Series) -> None:
        codes, names = pd.factorize(values.fillna("").astype(str), sort=True)
        self.of_item = codes.astype(np.int64)
        self.names = np.asarray(names, dtype=object)


class _World:
    """A dataset's interactions, ready to be counted up to any moment."""

    def __init__(self, dataset: Dataset) -> None:
        sequences = dataset.sequences
        self.users, self.items = sequences.users.astype(np.int64), sequences.items.astype(np.int64)
        self.times = sequences.timestamps
        self.n_users, self.n_items = len(dataset.user_ids), dataset.n_items
        category = dataset.items[Items.CATEGORY].fillna("").astype(str)
        self.codes = {
            "category": _Codes(category),
            "department": _Codes(category.str.split(Items.CATEGORY_SEPARATOR, regex=False).str[0]),
            "brand": _Codes(dataset.items[Items.BRAND]),
        }
        self.prices = dataset.items[Items.PRICE].to_numpy(np.float64)

    def known(self, now: int, users: np.ndarray, items: np.ndarray) -> dict[str, np.ndarray]:
        """Features of each pair of ``users`` and ``items`` ([n] indices) from the events before ``now`` (ns)."""
        past = self.times < now
        pu, pi, pt = self.users[past], self.items[past], self.times[past]
        category, department, brand = (codes.of_item for codes in self.codes.values())
        found: dict[str, np.ndarray] = {}
        for name, days in WINDOWS.items():
            inside = np.ones(len(pt), dtype=bool) if days is None else pt >= now - days * DAY
            wu, wi = pu[inside], pi[inside]
            found[f"user events, {name}"] = np.bincount(wu, minlength=self.n_users)[users]
            found[f"item events, {name}"] = np.bincount(wi, minlength=self.n_items)[items]
            found[f"user with item, {name}"] = _pairs(wu, wi, users, items)
            found[f"user with category, {name}"] = _pairs(wu, category[wi], users, category[items])
            found[f"user with department, {name}"] = _pairs(wu, department[wi], users, department[items])
        total = np.maximum(found["user events, ever"], 1)
        shares = {
            "share of category": found["user with category, ever"] / total,
            "share of department": found["user with department, ever"] / total,
            "share of brand": _pairs(pu, brand[pi], users, brand[items]) / total,
        }
        found = {name: np.log1p(values) for name, values in found.items()}
        found["days since user"] = _days_since(pu, pt, users, now)
        width = self.n_items + 1
        found["days since item"] = _days_since(pu * width + pi, pt, users * width + items, now)
        found["days since category"] = _days_since(pu * width + category[pi], pt, users * width + category[items], now)
        first = np.full(self.n_items, now)
        np.minimum.at(first, pi, pt)
        found["item age, days"] = (now - first[items]) / DAY
        buyers = np.unique(pu * width + pi) % width
        found["item buyers"] = np.log1p(np.bincount(buyers, minlength=self.n_items)[items])
        spent = np.bincount(pu, weights=np.nan_to_num(self.prices[pi]), minlength=self.n_users)[users] / total
        price = np.nan_to_num(self.prices[items])
        found |= {"price": price, "user's mean price": spent, "price ratio": price / np.maximum(spent, 0.1)}
        return found | shares


def _pairs(a: np.ndarray, b: np.ndarray, of_a: np.ndarray, of_b: np.ndarray) -> np.ndarray:
    """[n] how many events (a, b) there are of each pair (of_a, of_b)."""
    width = int(max(b.max(initial=0), of_b.max(initial=0))) + 1
    keys, counts = np.unique(a * width + b, return_counts=True)
    place, there = _find(keys, of_a * width + of_b)
    return np.where(there, counts[place] if len(counts) else 0, 0)


def _days_since(keys: np.ndarray, times: np.ndarray, wanted: np.ndarray, now: int) -> np.ndarray:
    """[n] days between the last event of each wanted key and ``now``; `NEVER` without one, or longer ago."""
    order = np.lexsort((times, keys))
    keys, times = keys[order], times[order]
    last = np.flatnonzero(np.append(keys[1:] != keys[:-1], True)) if len(keys) else np.zeros(0, np.int64)
    place, there = _find(keys[last], wanted)
    since = np.where(there, now - times[last][place] if len(last) else 0, int(NEVER) * DAY)
    return np.minimum(since / DAY, NEVER)


def _find(keys: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places of ``wanted`` in sorted ``keys``, and whether each is there."""
    place = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    return place, (keys[place] == wanted if len(keys) else np.zeros(len(wanted), dtype=bool))
