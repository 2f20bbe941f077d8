"""A user embedding made apart from `learn.runs.recommender.Recommender`: what its answers are held against."""

from __future__ import annotations

import numpy as np
import torch

from learn.data.sequences import Sequences
from learn.item_towers import ITEM_TOWERS
from learn.pal.infer import user_vectors
from learn.pal.inputs import UNKNOWN
from learn.pal.preprocessing import ContentPreprocessing
from learn.runs.run import Run
from learn.runs.towers import load_towers


def history_vector(run: Run, content: np.ndarray, items: np.ndarray | None = None) -> np.ndarray:
    """The user embedding after a history, whoever's it is.

    Args:
        run: a trained Run, or ``without-align``.
        content: [H, D_llm] raw content embeddings of the history's items, oldest first; H at least 1.
        items: [H] their indices in the catalogue, for a Run that reads IDs; None: read by their text alone.

    Returns:
        [d] float32, in the space of the Run's item vectors.
    """
    if not ITEM_TOWERS[run.info.variant].trained:
        prepared = ContentPreprocessing.from_tensors(run.tensors("preprocessing")).apply(content).mean(axis=0)
        return prepared / max(float(np.linalg.norm(prepared)), 1e-12)
    towers, preprocessing = load_towers(run)
    # An item that comes again is one row, met twice: that is how training counts distinct items.
    _, first, row_of = np.unique(content, axis=0, return_index=True, return_inverse=True)
    rows = torch.as_tensor(preprocessing.apply(content[first]))
    whole = Sequences(row_of.astype(np.int32).ravel(), np.array([0, len(content)]))
    indices = torch.full((len(first),), UNKNOWN) if items is None else torch.as_tensor(items[first], dtype=torch.int64)
    return user_vectors(towers, rows, whole, run.config.sampling, indices)[0]
