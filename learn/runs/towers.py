"""A user embedding for anybody with a history, in training or not."""

from __future__ import annotations

import numpy as np
import torch

from learn.data.sequences import Sequences
from learn.errors import LearnError
from learn.item_towers import ITEM_TOWERS
from learn.pal.infer import user_vectors
from learn.pal.inputs import UNKNOWN
from learn.pal.preprocessing import ContentPreprocessing
from learn.pal.towers import Towers
from learn.runs.run import Run
from learn.workspace import Workspace


def load_towers(run: Run) -> tuple[Towers, ContentPreprocessing]:
    """The trained towers of ``run``, on the CPU, ready for inference.

    Raises:
        LearnError: ``run`` has no weights, or those of another version's PAL, or of adapters to another LLM.
    """
    preprocessing = ContentPreprocessing.from_tensors(run.tensors("preprocessing"))
    weights = {name: torch.as_tensor(value) for name, value in run.tensors("weights").items()}
    models = Workspace.holding(run.path).models
    towers = Towers(len(preprocessing.mean), run.config, weights.get("inputs.known"), models)
    try:
        towers.load_state_dict(weights)
    except RuntimeError as error:
        raise LearnError(
            f"Run {run.name} has weights that this version's PAL does not: {str(error).splitlines()[-1].strip()}",
            f"Train it again: learn train {run.info.dataset}",
        ) from None
    return towers.eval(), preprocessing


def history_vector(run: Run, content: np.ndarray, items: np.ndarray | None = None) -> np.ndarray:
    """The user embedding after a history, whoever's it is.

    Args:
        run: of an item tower.
        content: [H, D_llm] raw content embeddings of the history's items, oldest first; H at least 1.
        items: [H] their indices in the catalogue, for a Run that reads IDs; None: read by their text alone.

    Returns:
        [d] float32, in the space of the Run's item vectors.

    Raises:
        LearnError: the history is empty.
    """
    if not len(content):
        raise LearnError("The history is empty.", "Give at least one item that the catalogue has.")
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
