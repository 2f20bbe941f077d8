"""A Run's user and item vectors in one space, wherever the item vectors are kept."""

from __future__ import annotations

import numpy as np

from learn.data.dataset import Dataset
from learn.errors import LearnError
from learn.pal.preprocessing import ContentPreprocessing
from learn.runs.run import Run
from learn.workspace import Workspace


def has_vectors(run: Run) -> bool:
    """Whether ``run`` can rank live; an imported or counting Run has its stored lists only."""
    return run.info.item_vectors != "none" and (run.path / "user_vectors.safetensors").exists()


def is_live(run: Run) -> bool:
    """Whether `learn.runs.recommender.open_recommender` can open ``run``: trained or w/o Align, not stored lists."""
    return run.info.kind == "learn" and run.info.content_key is not None and run.info.item_vectors != "none"


def normalise(vectors: np.ndarray) -> np.ndarray:
    """[n, d] ``vectors`` with length 1; zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)


def run_vectors(run: Run, workspace: Workspace, dataset: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """(user [U, d], item [N, d]) float32 vectors of ``run`` whose dot product is its score.

    Raises:
        LearnError: the Run has no vectors, its content store is missing, or the vectors are not of this dataset.
    """
    remedy = f"Build the Run again with `learn train`, or delete the folder {run.path}."
    if run.info.item_vectors == "own":
        items = run.own_item_vectors
    elif run.info.item_vectors == "content":
        from learn.cex.store import stored_content

        content = stored_content(workspace, dataset, run.info.content_key)
        tensors = run.tensors("preprocessing")
        items = normalise(ContentPreprocessing.from_tensors(tensors).apply(content))
        if "prior" in tensors:  # tower (c) with a popularity prior: one more dimension, as in `learn.pal.infer`
            items = np.concatenate([items, tensors["prior"][:, None]], axis=1)
    else:
        raise LearnError(f"Run {run.name} ({run.info.label}) has no vectors.", remedy)
    users = run.user_vectors
    expected = {"user": (len(users), len(dataset.user_ids)), "item": (len(items), dataset.n_items)}
    for what, (found, wanted) in expected.items():
        if found != wanted:
            raise LearnError(
                f"Run {run.name} has {found} {what} vectors, but dataset {dataset.name} has {wanted} {what}s.", remedy
            )
    if users.shape[1] != items.shape[1]:
        raise LearnError(
            f"Run {run.name}: user vectors have width {users.shape[1]}, item vectors {items.shape[1]}.", remedy
        )
    return users, items
