"""Training from content embeddings to a whole Run; after a kill the same command goes on to the same result."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from learn.cex.extractor import ContentEmbeddings, wording_differences
from learn.config import Config
from learn.data.dataset import Dataset
from learn.data.splits import Phase, Split
from learn.errors import LearnError
from learn.evaluation.protocol import rank_vectors, validation_score
from learn.evaluation.repeat_bias import Scores, fit_repeat_bias, fit_scaled_bias
from learn.evaluation.repeat_frequency import fit_repeat
from learn.evaluation.targets import candidate_sets
from learn.evaluation.validation import comparing_metric, validation_metric
from learn.item_towers import ITEM_TOWERS
from learn.locks import writing
from learn.pal.infer import item_vectors, user_vectors
from learn.pal.preprocessing import ContentPreprocessing, fit_preprocessing
from learn.pal.towers import Towers
from learn.partial import sweep_partial
from learn.progress import Progress, make_progress
from learn.retrieval.repeats import Repeat
from learn.runs.info import RunInfo, provenance, repeat_fields
from learn.runs.run import Run
from learn.runs.write import finish_run
from learn.training.residual import choose_strength, strength_of
from learn.training.trainer import Trainer, TrainingState, remove_checkpoints
from learn.workspace import Workspace


def prepare_content(
    content: np.ndarray, split: Split, config: Config, differences: np.ndarray | None = None
) -> tuple[np.ndarray, ContentPreprocessing]:
    """[N, D_llm] content embeddings -> the same, prepared with statistics of training-time items only.

    ``differences``: see `learn.pal.preprocessing.fit_preprocessing`.
    """
    pal = config.pal
    known = np.flatnonzero(split.training_counts() > 0)
    preprocessing = fit_preprocessing(content, pal.preprocessing, pal.shrinkage, pal.wording, differences, known)
    return preprocessing.apply(content), preprocessing


def train_here(
    workspace: Workspace,
    dataset: Dataset,
    content: ContentEmbeddings,
    config: Config,
    folder: Path,
    progress: Progress | None = None,
    plain: Run | None = None,
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
        plain=plain,
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
    plain: Run | None = None,
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
        plain: the Run that the same settings gave: this one is refitted, that is trained on training and validation
            together for the number of epochs that did best there, with its repeat-consumption bias. None: not refitted.

    Raises:
        LearnError: content of another catalogue, or nothing to train on.
    """
    folder = Path(folder)
    _check(dataset, split, content)
    with writing(folder):  # its checkpoints too: who comes second waits, and finds none
        sweep_partial(folder.parent)
        learned = split if plain is None else split.refitting()
        prepared, preprocessing = prepare_content(content, learned, config, differences)
        tower = ITEM_TOWERS[config.pal.item_tower]
        info = RunInfo(
            name=folder.name,
            label=tower.label + ("" if plain is None else ", refitted"),
            kind="learn",
            variant=tower.code,
            dataset=dataset.name,
            dataset_fingerprint=dataset.fingerprint,
            split=split.describe(),
            content_key=content_key,
            item_vectors="own" if tower.own_vectors else "content",
            refit=plain is not None,
            made=provenance(),
        )
        common = {"dataset": dataset, "split": split, "config": config, "preprocessing": preprocessing.tensors()}
        if not tower.trained:
            return _finish_untrained(folder, info, prepared, common, plain)
        trainer = Trainer(dataset, learned, prepared, config, folder, None if plain is None else best_epoch(plain))
        towers = trainer.train(progress or make_progress())
        content_rows = torch.as_tensor(prepared, device=trainer.device)
        run = _finish(folder, info, towers, trainer.state, content_rows, common, plain)
        remove_checkpoints(folder)
        return run


def _check(dataset: Dataset, split: Split, content: np.ndarray) -> None:
    """Refuses, before hours of training, content of another catalogue and a split with nobody to evaluate."""
    if len(content) != dataset.n_items:
        raise LearnError(
            f"Content embeddings came for {len(content)} items, {dataset.name} has {dataset.n_items}.",
            f"Extract them again: learn extract {dataset.name}",
        )
    candidate_sets(split, Phase.TEST)
    validation_metric(split)


def _finish_untrained(
    folder: Path, info: RunInfo, prepared: np.ndarray, common: dict[str, Any], plain: Run | None
) -> Run:
    """As `_finish`, of w/o Align; its cosines are no logits, so the bias is fitted in their unit."""
    split = common["split"]
    users, items = without_align(prepared, split)
    earlier, _ = without_align(prepared, split, Phase.VALIDATION)
    repeat = Repeat() if plain is None else plain.info.repeat_bias
    if plain is None and common["config"].pal.repeat_bias:
        scores: Scores = lambda some: earlier[some] @ items.T  # noqa: E731
        repeat = fit_repeat(scores, split, *fit_scaled_bias(scores, split))
    found = repeat_fields(repeat) | {"validation": _validated(earlier, items, split, repeat, plain)}
    ranked = rank_vectors(users, items, split, repeat=repeat)
    return finish_run(folder, info.model_copy(update=found), ranked=ranked, user_vectors=users, **common)


def _finish(
    folder: Path,
    info: RunInfo,
    towers: Towers,
    state: TrainingState,
    content: torch.Tensor,
    common: dict[str, Any],
    plain: Run | None,
) -> Run:
    """Embeds everybody and everything with the trained towers, fits the repeat-consumption bias, and writes the Run.

    Args:
        content: [N, D_llm] float32 prepared content embeddings, on the device.
        common: what every Run is written with: dataset, split, config, preprocessing.
        plain: as of `train`.
    """
    split, config = common["split"], common["config"]
    if towers.residual is not None:
        towers.residual.strength.fill_(
            choose_strength(towers, content, split, config) if plain is None else strength_of(plain)
        )
    users = user_vectors(towers, content, split.history(Phase.TEST), config.sampling)
    items = item_vectors(towers, content)
    repeat = Repeat() if plain is None else plain.info.repeat_bias
    earlier = np.zeros((0, items.shape[1]), np.float32)
    if plain is None:
        earlier = user_vectors(towers, content, split.history(Phase.VALIDATION), config.sampling)
        if config.pal.repeat_bias:
            constant = fit_repeat_bias(earlier, items, split)
            repeat = fit_repeat(lambda some: earlier[some] @ items.T, split, constant, unit=1.0)
    is_own = info.item_vectors == "own"
    if not is_own and towers.prior_head is not None:
        # Vectors that are the content embeddings themselves are not copied, only the popularity bias beside them.
        bias = {"prior": np.ascontiguousarray(items[:, -1])}
        common = common | {"preprocessing": common["preprocessing"] | bias}
    trained = repeat_fields(repeat) | {
        "validation": _validated(earlier, items, split, repeat, plain),
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


def _validated(users: np.ndarray, items: np.ndarray, split: Split, repeat: Repeat, plain: Run | None) -> float | None:
    """What run.json says of validation; of a refitted Run that of ``plain``, as nothing is left to validate it on."""
    if plain is not None:
        return plain.info.validation
    candidates, metric, k = comparing_metric(split)
    return validation_score(users, items, split, candidates=candidates, metric=metric, k=k, repeat=repeat)


def best_epoch(run: Run) -> int:
    """How many epochs a trained Run had when it did best on validation.

    Raises:
        LearnError: it does not say.
    """
    scores = run.curves["validation"].astype(float) if "validation" in run.curves else pd.Series(dtype=float)
    if scores.isna().all():
        raise LearnError(
            f"Run {run.name} does not say how many epochs did best on validation.",
            f"Train it again without --refit first: learn train {run.info.dataset}",
        )
    return int(run.curves["epoch"][scores.idxmax()])


def without_align(prepared: np.ndarray, split: Split, phase: Phase = Phase.TEST) -> tuple[np.ndarray, np.ndarray]:
    """The ablation with nothing trained: user = mean of the content embeddings of the history before ``phase``, item =
    its own.

    Returns:
        [U, D_llm] and [N, D_llm] float32, both at length 1; zeros for users without history.
    """
    items = prepared / np.maximum(np.linalg.norm(prepared, axis=1, keepdims=True), 1e-12)
    history = split.history(phase)
    sums = np.zeros((len(history), prepared.shape[1]), dtype=np.float32)
    filled = np.flatnonzero(history.lengths)
    if len(filled):
        sums[filled] = np.add.reduceat(prepared[history.items], history.offsets[filled], axis=0)
    return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12), items
