"""A Run's answers as tables: what the command `learn recommend` prints and `Run.recommend` returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from learn.data.dataset import Dataset
from learn.data.ids import ids_as_text
from learn.data.schema import Items, Recommendations
from learn.data.where import Where
from learn.errors import LearnError
from learn.runs.recommender import Recommender
from learn.runs.suggestions import Suggestions

COLUMNS = [Items.ID, Items.TITLE, Items.CATEGORY, Items.BRAND, Items.PRICE]
DECIMALS = 4


def recommend_for_users(
    recommender: Recommender, users: Sequence[str], k: int = 10, unseen: bool = True, where: Where | None = None
) -> pd.DataFrame:
    """The best ``k`` items for users of the dataset: see `learn.runs.run.Run.recommend`."""
    dataset = recommender.dataset
    _check_k(k, dataset)
    allowed = where.allowed(dataset) if where else None
    parts = []
    for user in _ids(users):
        position, result = suggest_to_user(recommender, user, k, unseen, allowed)
        table = items_table(dataset, result.items, result.scores)
        table.insert(0, Recommendations.USER, dataset.user_ids[position])
        parts.append(table)
    if not parts:
        raise LearnError("No user was given.", "Give the ids of one or more users of the dataset.")
    return pd.concat(parts, ignore_index=True)


def suggest_to_user(
    recommender: Recommender, user: str, k: int, unseen: bool = True, allowed: np.ndarray | None = None
) -> tuple[int, Suggestions]:
    """A user of the dataset by id: the user's index, and the best ``k`` items (`Recommender.for_user`).

    Raises:
        LearnError: an unknown user, one of whom nothing is known, or a ``k`` out of range.
    """
    dataset = recommender.dataset
    _check_k(k, dataset)
    index = dataset.user_index
    # Mostly an id is written as the dataset writes it; only others are looked for in all ways to write them.
    position = int(index.get_loc(user)) if user in index else int(dataset.find_users(_ids(user))[0])
    if position < 0:
        raise LearnError(
            f"There is no user {user!r} in {dataset.name} (for example {dataset.user_ids[0]!r} is one).",
            "Give one of its user ids, or a history: --history ITEM,ITEM,... (recommend_for in Python)",
        )
    result = recommender.for_user(position, k, unseen=unseen, allowed=allowed)
    if not len(result.items) and not recommender.history.lengths[position]:
        raise LearnError(
            f"User {user!r} has no history before the test target.",
            "Give a history: --history ITEM,ITEM,... (recommend_for in Python)",
        )
    return position, result


def recommend_for_history(
    recommender: Recommender, history: Sequence[str], k: int = 10, unseen: bool = True, where: Where | None = None
) -> pd.DataFrame:
    """The best ``k`` items for anybody with a history: see `learn.runs.run.Run.recommend_for`."""
    allowed = where.allowed(recommender.dataset) if where else None
    result = suggest_to_history(recommender, history, k, unseen, allowed)
    return items_table(recommender.dataset, result.items, result.scores)


def suggest_to_history(
    recommender: Recommender, history: Sequence[str], k: int, unseen: bool = True, allowed: np.ndarray | None = None
) -> Suggestions:
    """The best ``k`` items for anybody with a history of item ids (`Recommender.for_history`).

    Raises:
        LearnError: an unknown item, no item, a ``k`` out of range, or a Run that has stored lists only.
    """
    _check_k(k, recommender.dataset)
    return recommender.for_history(item_positions(recommender.dataset, history), k, unseen=unseen, allowed=allowed)


def item_positions(dataset: Dataset, items: Sequence[str]) -> np.ndarray:
    """[n] item indices of ids of the catalogue, written in any way that a table could write them.

    Args:
        dataset: whose catalogue.
        items: the ids; one alone is taken for a list of one.

    Raises:
        LearnError: an id that is not of the catalogue.
    """
    ids = _ids(items)
    positions = dataset.find_items(ids)
    unknown = [item for item, position in zip(ids, positions, strict=True) if position < 0]
    if unknown:
        raise LearnError(
            f"{dataset.name} has no item {', '.join(map(repr, unknown[:3]))} "
            f"(for example {dataset.item_ids[0]!r} is one).",
            "Give item ids of the catalogue.",
        )
    return positions


def items_table(dataset: Dataset, items: np.ndarray, scores: np.ndarray) -> pd.DataFrame:
    """rank, item_id, title, category, brand, price, score: one row per item of ``items`` ([n] indices), in order."""
    table = dataset.items.iloc[items][COLUMNS].reset_index(drop=True)
    table.insert(0, Recommendations.RANK, np.arange(1, len(table) + 1))
    table[Recommendations.SCORE] = np.asarray(scores, dtype=np.float64).round(DECIMALS)
    return table


def items_rows(dataset: Dataset, items: np.ndarray, scores: np.ndarray) -> list[dict[str, Any]]:
    """The rows of `items_table`, without a table in between; None where a text or a price is missing."""
    if not len(items):
        return []
    columns = [np.asarray(dataset.items[name].array.take(items)).tolist() for name in COLUMNS]
    rounded = np.asarray(scores, dtype=np.float64).round(DECIMALS).tolist()
    names = [Recommendations.RANK, *COLUMNS, Recommendations.SCORE]
    return [
        {
            name: None if value != value else value for name, value in zip(names, row, strict=True)
        }  # NaN alone is not itself
        for row in zip(range(1, len(items) + 1), *columns, rounded, strict=True)
    ]


class RowsOf:
    """`items_rows` of one dataset, again and again: an item's texts are looked up once. Threads may share it."""

    def __init__(self, dataset: Dataset, most: int = 50_000) -> None:
        self._dataset, self._most = dataset, most
        self._kept: dict[int, dict[str, Any]] = {}

    def __call__(self, items: np.ndarray, scores: np.ndarray) -> list[dict[str, Any]]:
        """See `items_rows`."""
        if len(self._kept) > self._most:
            self._kept = {}
        kept, wanted = self._kept, items.tolist()
        missing = np.array([item for item in wanted if item not in kept], dtype=np.int64)
        for item, row in zip(missing.tolist(), items_rows(self._dataset, missing, np.zeros(len(missing))), strict=True):
            kept[item] = {name: row[name] for name in COLUMNS}
        rounded = np.asarray(scores, dtype=np.float64).round(DECIMALS).tolist()
        return [
            {Recommendations.RANK: rank, **kept[item], Recommendations.SCORE: score}
            for rank, item, score in zip(range(1, len(wanted) + 1), wanted, rounded, strict=True)
        ]


def _ids(given: Sequence[str]) -> pd.Series:
    """Ids as a Dataset writes them: 7 and "7" are the same."""
    return ids_as_text(pd.Series([given] if isinstance(given, str) else list(given), dtype=object))


def _check_k(k: int, dataset: Dataset) -> None:
    if not 1 <= k <= dataset.n_items:
        raise LearnError(
            f"k = {k}, but the catalogue of {dataset.name} has {dataset.n_items} items.",
            f"Choose k between 1 and {dataset.n_items}.",
        )
