"""Recommendations for one person, from a Run's vectors."""

from __future__ import annotations

import numpy as np
import pandas as pd

from learn.data.dataset import Dataset
from learn.data.schema import Items, Recommendations
from learn.data.sequences import Sequences
from learn.data.splits import Phase, Split
from learn.errors import LearnError
from learn.runs.run import Run
from learn.workspace import Workspace


def _check_k(k: int, dataset: Dataset) -> None:
    if not 1 <= k <= dataset.n_items:
        raise LearnError(
            f"k = {k}, but the catalogue of {dataset.name} has {dataset.n_items} items.",
            f"Choose k between 1 and {dataset.n_items}.",
        )


def _table(dataset: Dataset, items: np.ndarray, scores: np.ndarray) -> pd.DataFrame:
    kept = items >= 0
    columns = [Items.ID, Items.TITLE, Items.CATEGORY, Items.BRAND, Items.PRICE]
    table = dataset.items.iloc[items[kept]][columns].reset_index(drop=True)
    table.insert(0, Recommendations.RANK, np.arange(1, len(table) + 1))
    table[Recommendations.SCORE] = scores[kept].round(4)
    return table


def recommend_for_user(
    run: Run, workspace: Workspace, dataset: Dataset, split: Split, user: str, k: int, repeat: bool = False
) -> pd.DataFrame:
    """The best ``k`` items for a user of the dataset, after the history of the test phase.

    Args:
        repeat: also items that the history holds.

    Returns:
        rank, item_id, title, category, brand, price, score.

    Raises:
        LearnError: unknown user, k larger than the catalogue, or a user without history.
    """
    _check_k(k, dataset)
    place = int(dataset.user_index.get_indexer([user])[0])
    if place < 0:
        raise LearnError(
            f"There is no user {user!r} in {dataset.name} (for example {dataset.user_ids[0]!r} is one).",
            "Give one of its user ids, or paste a history: --history ITEM,ITEM,...",
        )
    candidates = Recommendations.ALL_CANDIDATES if repeat else Recommendations.UNSEEN
    if run.info.item_vectors == "none":
        stored = run.recommendations
        mine = stored[(stored[Recommendations.USER] == user) & (stored[Recommendations.CANDIDATES] == candidates)].head(
            k
        )
        items = dataset.item_index.get_indexer(mine[Recommendations.ITEM])
        return _table(dataset, items, mine[Recommendations.SCORE].to_numpy(np.float32))
    from learn.data.sequences import take_users
    from learn.runs.vectors import run_vectors

    history = split.history(Phase.TEST)
    if not history.lengths[place]:
        raise LearnError(f"User {user!r} has no history before the test target.", "Paste one: --history ITEM,ITEM,...")
    users, items = run_vectors(run, workspace, dataset)
    found, scores = _search(run, items, users[place], k, take_users(history, np.array([place])), repeat)
    return _table(dataset, found[0], scores[0])


def recommend_for_history(
    run: Run, workspace: Workspace, dataset: Dataset, item_ids: list[str], k: int, repeat: bool = False
) -> pd.DataFrame:
    """The best ``k`` items for anybody, known to the training or not, who had ``item_ids`` (oldest first).

    Raises:
        LearnError: an unknown item, an empty history, k larger than the catalogue, or a Run without vectors.
    """
    from learn.cex.store import stored_content
    from learn.runs.towers import history_vector
    from learn.runs.vectors import run_vectors

    _check_k(k, dataset)
    if run.info.item_vectors == "none":
        raise LearnError(
            f"Run {run.name} ({run.info.label}) has stored lists only.", "Use a trained Run, for example learn-a."
        )
    rows = dataset.item_index.get_indexer(item_ids).astype(np.int32)
    if (rows < 0).any():
        unknown = [item for item, row in zip(item_ids, rows, strict=True) if row < 0]
        raise LearnError(
            f"{dataset.name} has no item {', '.join(map(repr, unknown[:3]))}.", "Give item ids of the catalogue."
        )
    content = stored_content(workspace, dataset, run.info.content_key)[rows]
    vector = history_vector(run, content, rows)
    _, items = run_vectors(run, workspace, dataset)
    found, scores = _search(run, items, vector, k, Sequences(rows, np.array([0, len(rows)])), repeat)
    return _table(dataset, found[0], scores[0])


def _search(
    run: Run, item_vectors: np.ndarray, user_vector: np.ndarray, k: int, history: Sequences, repeat: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Items and scores, both [1, k]: with the history's items, as the Run scores them, or without."""
    from learn.retrieval.exact import ExactIndex
    from learn.retrieval.repeats import search_with_repeats

    index, query = ExactIndex(item_vectors), user_vector[None]
    if not repeat:
        return index.search(query, k, history)
    return search_with_repeats(index, item_vectors, query, k, history, run.info.repeat)
