"""A Run's answers as tables: what the command `learn recommend` prints and `Run.recommend` returns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from learn.data.dataset import Dataset
from learn.data.schema import Items, Recommendations
from learn.errors import LearnError
from learn.runs.recommender import Recommender
from learn.runs.suggestions import Suggestions

COLUMNS = [Items.ID, Items.TITLE, Items.CATEGORY, Items.BRAND, Items.PRICE]
DECIMALS = 4


def recommend_for_users(
    recommender: Recommender, users: Sequence[str], k: int = 10, unseen: bool = True
) -> pd.DataFrame:
    """The best ``k`` items for users of the dataset: see `learn.runs.run.Run.recommend`."""
    dataset = recommender.dataset
    _check_k(k, dataset)
    users = [users] if isinstance(users, str) else list(users)
    positions = dataset.user_index.get_indexer(pd.Index(users, dtype=object))
    parts = []
    for user, position in zip(users, positions, strict=True):
        if position < 0:
            raise LearnError(
                f"There is no user {user!r} in {dataset.name} (for example {dataset.user_ids[0]!r} is one).",
                "Give one of its user ids, or a history: --history ITEM,ITEM,... (recommend_for in Python)",
            )
        result = recommender.for_user(int(position), k, unseen=unseen)
        if not len(result.items) and not recommender.history.lengths[position]:
            raise LearnError(
                f"User {user!r} has no history before the test target.",
                "Give a history: --history ITEM,ITEM,... (recommend_for in Python)",
            )
        table = _table(dataset, result)
        table.insert(0, Recommendations.USER, user)
        parts.append(table)
    if not parts:
        raise LearnError("No user was given.", "Give the ids of one or more users of the dataset.")
    return pd.concat(parts, ignore_index=True)


def recommend_for_history(
    recommender: Recommender, history: Sequence[str], k: int = 10, unseen: bool = True
) -> pd.DataFrame:
    """The best ``k`` items for anybody with a history: see `learn.runs.run.Run.recommend_for`."""
    dataset = recommender.dataset
    _check_k(k, dataset)
    history = [history] if isinstance(history, str) else list(history)
    items = dataset.item_index.get_indexer(pd.Index(history, dtype=object))
    unknown = [item for item, position in zip(history, items, strict=True) if position < 0]
    if unknown:
        raise LearnError(
            f"{dataset.name} has no item {', '.join(map(repr, unknown[:3]))}.", "Give item ids of the catalogue."
        )
    return _table(dataset, recommender.for_history(items, k, unseen=unseen))


def _check_k(k: int, dataset: Dataset) -> None:
    if not 1 <= k <= dataset.n_items:
        raise LearnError(
            f"k = {k}, but the catalogue of {dataset.name} has {dataset.n_items} items.",
            f"Choose k between 1 and {dataset.n_items}.",
        )


def _table(dataset: Dataset, result: Suggestions) -> pd.DataFrame:
    """rank, item_id, title, category, brand, price, score."""
    table = dataset.items.iloc[result.items][COLUMNS].reset_index(drop=True)
    table.insert(0, Recommendations.RANK, np.arange(1, len(table) + 1))
    table[Recommendations.SCORE] = np.asarray(result.scores, dtype=np.float64).round(DECIMALS)
    return table
