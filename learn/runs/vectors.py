"""A Run's user and item vectors in one space, wherever the item vectors are kept."""

from __future__ import annotations

import numpy as np

from learn.config import Inputs
from learn.data.dataset import Dataset
from learn.data.sequences import Sequences
from learn.errors import LearnError
from learn.pal.preprocessing import ContentPreprocessing
from learn.runs.folder import RunFolder, check_fits, rebuild


def has_vectors(run: RunFolder) -> bool:
    """Whether ``run`` can rank live; an imported or counting Run has its stored lists only."""
    return run.info.item_vectors != "none" and (run.path / "user_vectors.safetensors").exists()


def embeds(run: RunFolder) -> bool:
    """Whether ``run`` answers for new histories and new items: trained or w/o Align, not stored lists."""
    return run.info.kind == "learn" and run.info.content_key is not None and run.info.item_vectors != "none"


def has_popularity_bias(run: RunFolder) -> bool:
    """Whether the last dimension of the vectors of ``run`` is the popularity bias, which is no direction."""
    if run.info.item_vectors == "content":
        return "prior" in run.tensors("preprocessing")
    if run.info.item_vectors == "none" or not (run.path / "config.json").exists():
        return False
    pal, texts = run.config.pal, residual_part(run)
    width = pal.output_size if texts is None else texts.stop
    return pal.popularity_bias and run.own_item_vectors.shape[1] == width + 1


def residual_part(run: RunFolder) -> slice | None:
    """Which dimensions of the vectors of ``run`` are the residual content path's (`learn.pal.residual`).

    None: it has none, or none of its own, as where items are their content embeddings.
    """
    if run.info.item_vectors != "own" or not (run.path / "config.json").exists():
        return None
    pal = run.config.pal
    if not pal.residual or pal.inputs is Inputs.ID:
        return None
    first = pal.output_size
    return slice(first, first + len(run.tensors("preprocessing")["mean"]))


def normalise(vectors: np.ndarray) -> np.ndarray:
    """[n, d] ``vectors`` with length 1; zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)


def stored_content_of(run: RunFolder, dataset: Dataset) -> np.ndarray:
    """[N, D_llm] raw content embeddings that ``run`` was trained on.

    Raises:
        LearnError: the content store is missing, damaged, or of other items.
    """
    check_fits(run, dataset)
    from learn.cex.store import stored_content

    return stored_content(run.workspace, dataset, str(run.info.content_key))


def run_vectors(run: RunFolder, dataset: Dataset, content: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """(user [U, d], item [N, d]) float32 vectors of ``run`` whose dot product is its score.

    Args:
        dataset: what it was made on.
        content: [N, D_llm] raw content embeddings, where the caller has them already.

    Raises:
        LearnError: the Run has no vectors, its content store is missing, or the vectors are not of this dataset.
    """
    check_fits(run, dataset)
    remedy = rebuild(run.path, run.info)
    if run.info.item_vectors == "own":
        items = run.own_item_vectors
    elif run.info.item_vectors == "content":
        content = stored_content_of(run, dataset) if content is None else content
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


def mean_content(histories: Sequences, places: np.ndarray, prepared: np.ndarray) -> np.ndarray:
    """[n, D_in] float32 at length 1: the mean of what each history holds, as w/o Align has it.

    Args:
        places: [events of ``histories``] rows of ``prepared`` ([m, D_in]).
    """
    shape = (len(histories), len(prepared))
    counts = np.bincount(histories.users * shape[1] + places, minlength=shape[0] * shape[1]).reshape(shape)
    return normalise(counts.astype(np.float32) @ prepared).astype(np.float32)
