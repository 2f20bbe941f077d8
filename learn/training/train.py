"""Training from content embeddings to a whole Run; after a kill the same command goes on to the same result."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from learn.cex.extractor import ContentEmbeddings, wording_differences
from learn.config import Config
from learn.data.dataset import Dataset
from learn.data.splits import Phase, Split
from learn.errors import LearnError
from learn.evaluation.protocol import rank_vectors
from learn.evaluation.targets import candidate_sets
from learn.item_towers import ITEM_TOWERS
from learn.locks import writing
from learn.pal.infer import item_vectors, user_vectors
from learn.pal.preprocessing import ContentPreprocessing, fit_preprocessing
from learn.pal.repeat_bias import fit_repeat_bias
from learn.pal.towers import Towers
from learn.progress import Progress, make_progress
from learn.runs.info import RunInfo, provenance
from learn.runs.run import Run
from learn.runs.write import finish_run
from learn.training.trainer import Trainer, TrainingState, remove_checkpoints
from learn.training.validation import validation_metric
from learn.workspace import Workspace


def prepare_content(
    content: np.ndarray, split: Split, config: Config, differences: np.ndarray | None = None
) -> tuple[np.ndarray, ContentPreprocessing]:
    """[N, D_llm] content embeddings -> the same, prepared with statistics of training-time items only.

    ``differences``: see `learn.pal.preprocessing.fit_preprocessing`.
    """
    pal = config.pal
    known = content[split.training_counts() > 0]
    preprocessing = fit_preprocessing(known, pal.preprocessing, pal.shrinkage, pal.wording, differences)
    return preprocessing.apply(content), preprocessing


def train_here(
    workspace: Workspace,
    dataset: Dataset,
    content: ContentEmbeddings,
    config: Config,
    folder: Path,
    progress: Progress | None = None,
) -> Run:
    """As `train`, of content embeddings that a workspace holds; where ``config.pal.wording`` asks for it the LLM reads
    some items in other words first."""
    differences = None
    if config.pal.wording:
        differences = wording_differences(dataset, config.cex, workspace, content.vectors, progress)
    return train(
        dataset,
        dataset.split,
        content.vectors,
        config,
        folder=folder,
        content_key=content.key,
        differences=differences,
        progress=progress,
    )


def train(
    dataset: Dataset,
    split: Split,
    content: np.ndarray,
    config: Config,
    *,
    folder: Path | str,
    content_key: str | None = None,
    differences: np.ndarray | None = None,
    progress: Progress | None = None,
) -> Run:
    """Trains the item tower that ``config`` names and writes its Run; ``without-align`` trains nothing.

    Args:
        dataset, split: only events of the training phase are read before the final evaluation.
        content: [N, D_llm] float32 content embeddings, one row per item of the dataset.
        config: all settings.
        folder: the Run's; the folder's name becomes the Run's.
        content_key: of the content store that ``content`` came from.
        differences: [m, D_llm] what rewording makes of items' vectors, where ``config.pal.wording`` asks for it.
        progress: where to show progress; None: the terminal.

    Raises:
        LearnError: content of another catalogue, or nothing to train on.
    """
    folder = Path(folder)
    if len(content) != dataset.n_items:
        raise LearnError(
            f"Content embeddings came for {len(content)} items, {dataset.name} has {dataset.n_items}.",
            f"Extract them again: learn extract {dataset.name}",
        )
    candidate_sets(split, Phase.TEST)  # before hours of training: is there anybody to evaluate?
    validation_metric(split)
    with writing(folder):  # its checkpoints too: who comes second waits, and finds none
        prepared, preprocessing = prepare_content(content, split, config, differences)
        tower = ITEM_TOWERS[config.pal.item_tower]
        info = RunInfo(
            name=folder.name,
            label=tower.label,
            kind="learn",
            variant=tower.code,
            dataset=dataset.name,
            dataset_fingerprint=dataset.fingerprint,
            split=split.describe(),
            content_key=content_key,
            item_vectors="own" if tower.own_vectors else "content",
            made=provenance(),
        )
        common: dict[str, Any] = {"dataset": dataset, "split": split, "config": config}
        common["preprocessing"] = preprocessing.tensors()
        if not tower.trained:
            users, items = without_align(prepared, split)
            return finish_run(folder, info, ranked=rank_vectors(users, items, split), user_vectors=users, **common)
        trainer = Trainer(dataset, split, prepared, config, folder)
        towers = trainer.train(progress or make_progress())
        run = _finish(folder, info, towers, trainer.state, torch.as_tensor(prepared, device=trainer.device), common)
        remove_checkpoints(folder)
        return run


def _finish(
    folder: Path,
    info: RunInfo,
    towers: Towers,
    state: TrainingState,
    content: torch.Tensor,
    common: dict[str, Any],
) -> Run:
    """Embeds everybody and everything with the trained towers, fits the repeat-consumption bias, and writes the Run.

    Args:
        content: [N, D_llm] float32 prepared content embeddings, on the device.
        common: what every Run is written with: dataset, split, config, preprocessing.
    """
    split, config = common["split"], common["config"]
    users = user_vectors(towers, content, split.history(Phase.TEST), config.sampling)
    items = item_vectors(towers, content)
    repeat = 0.0
    if config.pal.repeat_bias:
        earlier = user_vectors(towers, content, split.history(Phase.VALIDATION), config.sampling)
        repeat = fit_repeat_bias(earlier, items, split)
    is_own = info.item_vectors == "own"
    if not is_own and towers.prior_head is not None:
        # Vectors that are the content embeddings themselves are not copied, only the popularity bias beside them.
        bias = {"prior": np.ascontiguousarray(items[:, -1])}
        common = common | {"preprocessing": common["preprocessing"] | bias}
    trained = {
        "repeat": repeat,
        "seed": config.training.seed,
        "trainable_parameters": sum(p.numel() for p in towers.parameters() if p.requires_grad),
        "train_seconds": round(state.seconds, 1),
    }
    return finish_run(
        folder,
        info.model_copy(update=trained),
        ranked=rank_vectors(users, items, split, repeat=repeat),
        user_vectors=users,
        item_vectors=items if is_own else None,
        weights={name: value.detach().cpu().numpy() for name, value in towers.state_dict().items()},
        curves=state.curves,
        **common,
    )


def without_align(prepared: np.ndarray, split: Split) -> tuple[np.ndarray, np.ndarray]:
    """The ablation with nothing trained: user = mean of the history's content embeddings, item = its own.

    Returns:
        [U, D_llm] and [N, D_llm] float32, both at length 1; zeros for users without history.
    """
    items = prepared / np.maximum(np.linalg.norm(prepared, axis=1, keepdims=True), 1e-12)
    history = split.history(Phase.TEST)
    sums = np.zeros((len(history), prepared.shape[1]), dtype=np.float32)
    filled = np.flatnonzero(history.lengths)
    if len(filled):
        sums[filled] = np.add.reduceat(prepared[history.items], history.offsets[filled], axis=0)
    return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12), items
