"""An item's nearest neighbours in a space, exactly: every other item is looked at."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from learn.retrieval import IndexKind, build_index

BLOCK = 2048


def nearest(
    vectors: np.ndarray,
    k: int,
    rows: np.ndarray | None = None,
    note: Callable[[float], None] = lambda share: None,
) -> tuple[np.ndarray, np.ndarray]:
    """The ``k`` nearest other items of each item by cosine; equal cosines by smaller index.

    Args:
        vectors: [N, d] float of length 1 (`learn.explore.maps.spaces.space_vectors`).
        k: how many; at most N - 1 come back.
        rows: [Q] whose neighbours are wanted; None: everybody's.
        note: is told the share that was done, block by block.

    Returns:
        neighbours [Q, k] int64 and cosines [Q, k] float32, the nearest first.
    """
    rows = np.arange(len(vectors)) if rows is None else np.asarray(rows)
    k = min(k, len(vectors) - 1)
    items = np.empty((len(rows), k), dtype=np.int64)
    cosines = np.empty((len(rows), k), dtype=np.float32)
    if not k:
        return items, cosines
    # FAISS's flat index looks at everything too, and is far quicker where there are many queries.
    index = build_index(IndexKind.FLAT if len(rows) > BLOCK else IndexKind.EXACT, vectors)
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        found, scores = index.search(vectors[block], k + 1)
        # Of k + 1 found the item itself goes; where twins pushed it out, the last one does.
        kept = found != block[:, None]
        kept[kept.all(axis=1), -1] = False
        items[start : start + BLOCK] = found[kept].reshape(len(block), k)
        cosines[start : start + BLOCK] = scores[kept].reshape(len(block), k)
        note(len(block) / len(rows))
    return items, cosines
