"""Interactions of many rows: each distinct id once, as a category, and a number of 32 bits for each row.

In memory a row takes 20 bytes in place of some 100. On disk there is one form, with ids as text, whatever is in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from learn.data.schema import Interactions

COMPACT_FROM = 5_000_000
"""Rows of a stored table from which on it is read so."""
BLOCK = 1 << 20
"""Rows that are text at a time, and of a row group on disk."""
_IDS = (Interactions.USER, Interactions.ITEM)


def is_compact(frame: pd.DataFrame) -> bool:
    """Whether the ids of ``frame`` are categories."""
    return all(isinstance(frame[column].dtype, pd.CategoricalDtype) for column in _IDS)


def compact_frame(
    users: np.ndarray,
    user_names: np.ndarray,
    items: np.ndarray,
    item_names: pd.Series,
    moments: np.ndarray | None,
    positions: np.ndarray,
) -> pd.DataFrame:
    """Columns `Interactions.ALL` of [n] codes.

    Args:
        users, items: [n] int32 places in ``user_names`` and ``item_names``.
        moments: [n] int64 nanoseconds since 1970; None: there are no times.
        positions: [n] int32.
    """
    times = np.full(len(users), np.datetime64("NaT", "ns")) if moments is None else moments.view("datetime64[ns]")
    coded = ((users, user_names), (items, item_names))
    ids = [pd.Categorical.from_codes(codes, pd.Index(names, dtype="str")) for codes, names in coded]
    columns = (*ids, times, positions)
    return pd.DataFrame(dict(zip(Interactions.ALL, columns, strict=True)), copy=False)


def read_interactions(path: Path) -> pd.DataFrame:
    """A stored table of interactions; from `COMPACT_FROM` rows on it is compact.

    Raises:
        OSError, ValueError: it is no Parquet, or damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, read_dictionary=list(_IDS)) as file:
        if file.metadata.num_rows < COMPACT_FROM or not set(_IDS) <= set(file.schema_arrow.names):
            return pd.read_parquet(path)
        table = file.read(use_threads=False).unify_dictionaries()
    places = table.schema.names.index(Interactions.POSITION) if Interactions.POSITION in table.schema.names else None
    if places is not None:
        table = table.set_column(places, Interactions.POSITION, table.column(places).cast(pa.int32()))
    frame = table.to_pandas(self_destruct=True, split_blocks=True)
    del table
    pa.default_memory_pool().release_unused()  # what reading took: more than the table itself
    return frame


def write_interactions(frame: pd.DataFrame, path: Path) -> None:
    """Writes ``frame``, compact or not, with ids as text."""
    if not is_compact(frame):
        frame.to_parquet(path, index=False)
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer = None
    try:
        for block in plain_blocks(frame):
            table = pa.Table.from_pandas(block, preserve_index=False)
            writer = writer or pq.ParquetWriter(path, table.schema)
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


def plain_blocks(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The rows in their order with ids as text, `BLOCK` at a time; what is not compact as it is, in one."""
    if not is_compact(frame):
        yield frame
        return
    names = {column: pd.Series(frame[column].cat.categories, dtype="str") for column in _IDS}
    for start in range(0, len(frame), BLOCK):
        block = frame.iloc[start : start + BLOCK].reset_index(drop=True)
        texts = {name: names[name].take(block[name].cat.codes).reset_index(drop=True) for name in _IDS}
        if Interactions.POSITION in block:
            texts[Interactions.POSITION] = block[Interactions.POSITION].astype(np.int64)
        yield block.assign(**texts)


def user_starts(users: pd.Series) -> np.ndarray:
    """[U] int64: the first row of each user; ``users`` ([n]) has each user's rows side by side."""
    if isinstance(users.dtype, pd.CategoricalDtype):
        codes = users.cat.codes.to_numpy()
        return np.flatnonzero(np.append(np.ones(min(1, len(codes)), bool), codes[1:] != codes[:-1]))
    return np.flatnonzero((users != users.shift()).to_numpy())


def user_blocks(frame: pd.DataFrame, rows: int = 2 * BLOCK) -> Iterator[pd.DataFrame]:
    """The rows in their order in blocks of whole users, each of about ``rows``."""
    if len(frame) <= rows:
        yield frame
        return
    starts = user_starts(frame[Interactions.USER])
    cuts = np.unique(starts[np.searchsorted(starts, np.arange(0, len(frame), rows), side="right") - 1])
    for start, stop in zip(cuts, [*cuts[1:], len(frame)], strict=True):
        yield frame.iloc[start:stop]


def places_among(ids: pd.Series, known: pd.Index) -> np.ndarray:
    """[n] int32: the place among ``known`` of each id; -1 where it is not there."""
    if isinstance(ids.dtype, pd.CategoricalDtype):
        return known.get_indexer(ids.cat.categories.astype(object)).astype(np.int32)[ids.cat.codes.to_numpy()]
    return known.get_indexer(ids).astype(np.int32)
