"""recommendations.parquet: everybody's ranked lists, written a block of users at a time where they are many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from learn.data.dataset import Dataset
from learn.data.schema import Recommendations
from learn.evaluation.protocol import LIST_LENGTH
from learn.files import atomic_path
from learn.runs.info import write_table

_HALF_PRECISION_LOSS = 1e-3  # of the range of scores: more than this and they stay float32
ROWS = 1_000_000
"""Places of lists that are a table at a time; a file of more has a row group for each block of users."""
Lists = Mapping[str, tuple[np.ndarray, np.ndarray]]
"""Candidates -> (items [U, K] int64, -1 padded; scores [U, K] float), best first."""


def recommendations_table(ranked: Lists, dataset: Dataset) -> pd.DataFrame:
    """Ranked lists as a table with the dataset's own ids.

    Args:
        ranked: as in `learn.runs.write.finish_run`.

    Returns:
        Columns `Recommendations.ALL`, best first within user and regime; ids and regime are categorical, scores
        float16 where that changes none by more than a thousandth of their range.
    """
    dtype = _score_dtype(ranked)
    parts = [_part(ranked, candidates, 0, len(items), dataset) for candidates, (items, _) in ranked.items()]
    table = pd.concat(parts, ignore_index=True)
    table[Recommendations.SCORE] = table[Recommendations.SCORE].to_numpy().astype(dtype)
    return table[list(Recommendations.ALL)]


def write_lists(path: Path, ranked: Lists, dataset: Dataset) -> None:
    """Writes `recommendations_table`, of which no more than a block of about `ROWS` is held.

    Raises:
        LearnError: the folder cannot be written to.
    """
    places = sum(len(items) * min(items.shape[1], LIST_LENGTH) for items, _ in ranked.values())
    if places <= ROWS:
        write_table(path, recommendations_table(ranked, dataset))
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer = None
    with atomic_path(path) as temporary:
        try:
            for block in _blocks(ranked, dataset):
                table = pa.Table.from_pandas(block, preserve_index=False)
                writer = writer or pq.ParquetWriter(temporary, table.schema, compression="zstd")
                writer.write_table(table)
        finally:
            if writer is not None:
                writer.close()


def _blocks(ranked: Lists, dataset: Dataset) -> Iterator[pd.DataFrame]:
    """`recommendations_table` in parts, in its order."""
    dtype = _score_dtype(ranked)
    for candidates, (items, _) in ranked.items():
        users = max(1, ROWS // max(1, min(items.shape[1], LIST_LENGTH)))
        for start in range(0, len(items), users):
            block = _part(ranked, candidates, start, start + users, dataset)
            block[Recommendations.SCORE] = block[Recommendations.SCORE].to_numpy().astype(dtype)
            yield block[list(Recommendations.ALL)]


def _part(ranked: Lists, candidates: str, start: int, stop: int, dataset: Dataset) -> pd.DataFrame:
    """The rows of users ``start`` to ``stop`` under some candidates; scores are float32."""
    items, scores = (values[start:stop, :LIST_LENGTH] for values in ranked[candidates])
    users, places = np.nonzero(items >= 0)
    return pd.DataFrame(
        {
            Recommendations.USER: pd.Categorical.from_codes(users + start, dataset.user_ids),
            Recommendations.CANDIDATES: pd.Categorical([candidates] * len(users), list(ranked)),
            Recommendations.RANK: (np.arange(items.shape[1]) + 1).astype(np.int16)[places],
            Recommendations.ITEM: pd.Categorical.from_codes(items[users, places], dataset.item_ids),
            Recommendations.SCORE: scores[users, places].astype(np.float32),
        }
    )


def _score_dtype(ranked: Lists) -> type[np.floating]:
    """float16 where that loses nearly nothing of any score, else float32."""
    low, high, lost = np.inf, -np.inf, 0.0
    for items, values in ranked.values():
        users = max(1, ROWS // max(1, items.shape[1]))
        for start in range(0, len(items), users):
            shown = items[start : start + users, :LIST_LENGTH] >= 0
            some = values[start : start + users, :LIST_LENGTH][shown].astype(np.float32)
            if not len(some):
                continue
            low, high = min(low, float(some.min())), max(high, float(some.max()))
            if max(abs(low), abs(high)) > float(np.finfo(np.float16).max):
                return np.float32
            lost = max(lost, float(np.abs(some.astype(np.float16).astype(np.float32) - some).max()))
    if high < low:
        return np.float32
    return np.float16 if lost <= _HALF_PRECISION_LOSS * (np.float32(high) - np.float32(low)) else np.float32
