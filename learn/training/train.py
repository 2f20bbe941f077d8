"""Training from content embeddings to a whole Run; after a kill the same command goes on to the same result."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator

from learn.cex.devices import compute_dtype
from learn.config import Config, ItemTower
from learn.data.dataset import Dataset
from learn.data.schema import Recommendations
from learn.data.sequences import take_users
from learn.data.splits import Phase, Split
from learn.errors import LearnError
from learn.evaluation.protocol import evaluated_users, rank_vectors, validation_score
from learn.evaluation.targets import candidate_sets
from learn.files import sweep_partial
from learn.pal.infer import item_vectors, user_vectors
from learn.pal.popularity_bias import fit_popularity_bias
from learn.pal.preprocessing import ContentPreprocessing, fit_preprocessing
from learn.pal.repeat_bias import fit_repeat_bias
from learn.pal.towers import Towers
from learn.progress import make_progress
from learn.runs.run import Run, RunInfo, provenance
from learn.runs.write import finish_run
from learn.training.batch import make_batch, plan_epoch
from learn.training.checkpoint import Checkpoints, identity, optimizer_tensors, restore_optimizer
from learn.training.step import StepLoss
from learn.workspace import Workspace

LABELS = {
    ItemTower.SEQUENCE: "(a) sequence to sequence",
    ItemTower.ITEM: "(b) sequence to item",
    ItemTower.CONTENT: "(c) no item PAL",
    ItemTower.NO_ALIGN: "w/o Align",
}
NAMES = {
    ItemTower.SEQUENCE: "learn-a",
    ItemTower.ITEM: "learn-b",
    ItemTower.CONTENT: "learn-c",
    ItemTower.NO_ALIGN: "without-align",
}


@dataclass
class TrainingState:
    """How far a training is: what a checkpoint's state.json holds beside its identity."""

    epoch: int = 0
    step: int = 0
    best_score: float = -math.inf
    best_epoch: int = -1
    stale: int = 0  # validations since the best
    seconds: float = 0.0
    loss_sum: float = 0.0
    curves: list[dict[str, Any]] | None = None


def prepare_content(content: np.ndarray, split: Split, config: Config) -> tuple[np.ndarray, ContentPreprocessing]:
    """[N, D_llm] content embeddings -> the same, prepared with statistics of training-time items only."""
    preprocessing = fit_preprocessing(content[split.training_counts() > 0], config.pal.preprocessing)
    return preprocessing.apply(content), preprocessing


def learning_rate_factor(step: int, steps: int, warmup_fraction: float) -> float:
    """Linear rise over the warm-up, then half a cosine down to 0; ``step`` counts from 0."""
    warmup = max(1, round(steps * warmup_fraction))
    if step < warmup:
        return (step + 1) / warmup
    return 0.5 * (1.0 + math.cos(math.pi * min(1.0, (step - warmup) / max(1, steps - warmup))))


def validation_metric(split: Split) -> dict[str, Any]:
    """What decides the best epoch: R@100 of items new to the user (of all, where none is new); NDCG@10 over everything
    for leave-one-out.

    Raises:
        LearnError: nobody can be validated.
    """
    candidates = candidate_sets(split, Phase.VALIDATION)[-1]
    if split.info.kind == "leave_one_out":
        return {"candidates": Recommendations.ALL_CANDIDATES, "metric": "ndcg", "k": min(10, split.n_items)}
    return {"candidates": candidates, "metric": "recall", "k": min(100, split.n_items)}


def train(
    dataset: Dataset,
    split: Split,
    content: np.ndarray,
    config: Config,
    *,
    folder: Path | str,
    content_key: str | None = None,
    progress: Any = None,
) -> Run:
    """Trains one variant and writes its Run; ``ItemTower.NO_ALIGN`` trains nothing.

    Args:
        dataset, split: what to learn from; only events of the training phase are read before the final evaluation.
        content: [N, D_llm] float32 content embeddings, one row per item of the dataset.
        config: all settings.
        folder: the Run's; the folder's name becomes the Run's.
        content_key: of the content store that ``content`` came from.
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
    sweep_partial(folder.parent)
    progress = progress or make_progress()
    prepared, preprocessing = prepare_content(content, split, config)
    tower = config.pal.item_tower
    about: dict[str, Any] = {
        "name": folder.name,
        "label": LABELS[tower],
        "kind": "learn",
        "variant": tower.value,
        "dataset": dataset.name,
        "dataset_fingerprint": dataset.fingerprint,
        "split": split.describe(),
        "content_key": content_key,
        "made": provenance(),
    }
    common = {"dataset": dataset, "split": split, "config": config, "preprocessing": preprocessing.tensors()}
    if tower is ItemTower.NO_ALIGN:
        users, items = without_align(prepared, split)
        info = RunInfo(**about, item_vectors="content")
        return finish_run(folder, info, ranked=rank_vectors(users, items, split), user_vectors=users, **common)

    towers, state = fit(dataset, split, prepared, config, folder, progress)
    device = next(towers.parameters()).device
    rows = torch.as_tensor(prepared, device=device)
    users = user_vectors(towers, rows, split.history(Phase.TEST), config.sampling)
    items = item_vectors(towers, rows)
    repeat = 0.0
    if config.pal.repeat_term:
        earlier = user_vectors(towers, rows, split.history(Phase.VALIDATION), config.sampling)
        repeat = fit_repeat_bias(earlier, items, split)
    own = tower is not ItemTower.CONTENT  # (c)'s are E^c itself: not copied, only the prior beside it
    if not own and towers.prior_head is not None:
        common["preprocessing"]["prior"] = np.ascontiguousarray(items[:, -1])
    info = RunInfo(
        **about,
        item_vectors="own" if own else "content",
        repeat=repeat,
        seed=config.training.seed,
        trainable_parameters=sum(p.numel() for p in towers.parameters() if p.requires_grad),
        train_seconds=round(state.seconds, 1),
    )
    run = finish_run(
        folder,
        info,
        ranked=rank_vectors(users, items, split, repeat=info.repeat),
        user_vectors=users,
        item_vectors=items if own else None,
        weights={name: value.detach().cpu().numpy() for name, value in towers.state_dict().items()},
        curves=state.curves,
        **common,
    )
    remove_checkpoints(folder)
    return run


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


def checkpoint_folder(folder: Path, which: str) -> Path:
    """Where a Run in the making keeps its newest ("last") or best checkpoint: beside the Run, under a dotted name."""
    return folder.parent / f".training-{folder.name}" / which


def remove_checkpoints(folder: Path) -> None:
    Checkpoints(checkpoint_folder(folder, "last").parent, "").remove()


def fit(
    dataset: Dataset, split: Split, prepared: np.ndarray, config: Config, folder: Path, progress: Any
) -> tuple[Towers, TrainingState]:
    """The loop: warm-up, clipping, checkpoints, early stop; returns the best epoch's towers."""
    training = config.training
    accelerator = Accelerator()
    device = accelerator.device
    autocast = compute_dtype(training.precision, device) is torch.bfloat16
    sequences = split.train()
    if not (sequences.lengths >= 2).any():
        raise LearnError(
            f"No user of {dataset.name} has 2 interactions in the training period, so there is nothing to train on.",
            "Give more interactions, or cut later (--test-start, --validation-days).",
        )
    torch.manual_seed(training.seed)
    counts = split.training_counts()
    models = Workspace.holding(folder).models
    towers = Towers(prepared.shape[1], config, torch.as_tensor(counts > 0), models)
    optimizer = torch.optim.AdamW(towers.parameters(), lr=training.learning_rate, weight_decay=training.weight_decay)
    towers, optimizer = accelerator.prepare(towers, optimizer)
    content = torch.as_tensor(prepared, device=device)
    rows = content.bfloat16() if autocast else content  # the first layer rounds them anyway
    step_loss = StepLoss(rows, counts, config)
    per_epoch = len(plan_epoch(sequences, config, 0))
    steps = per_epoch * training.epochs
    whole = identity(
        config=config.model_dump(mode="json"),
        dataset=dataset.fingerprint,
        split=split.describe(),
        content=float(np.abs(prepared[:: max(1, len(prepared) // 64)]).sum()),
    )
    last = Checkpoints(checkpoint_folder(folder, "last"), whole)
    best = Checkpoints(checkpoint_folder(folder, "best"), whole)
    state = TrainingState(curves=[])
    found = last.load()
    if found is None:
        best.remove()
        if towers.prior_head is not None:
            pairs = np.unique(np.stack([sequences.users, sequences.items]), axis=1)
            with torch.no_grad():
                every = towers.inputs(content, torch.arange(len(content), device=device))
            fit_popularity_bias(towers.prior_head, every, np.bincount(pairs[1], minlength=split.n_items))
    else:
        tensors, saved = found
        towers.load_state_dict(tensors["weights"])
        restore_optimizer(optimizer.optimizer if hasattr(optimizer, "optimizer") else optimizer, tensors["optimizer"])
        state = TrainingState(**{key: saved[key] for key in saved if key != "identity"})

    def save() -> None:
        last.save({"weights": towers.state_dict(), "optimizer": optimizer_tensors(optimizer)}, vars(state))

    began = saved_at = time.monotonic()
    earlier = state.seconds
    done_steps = state.epoch * per_epoch + state.step
    with progress.task(f"Training {folder.name}", total=steps, unit="steps") as bar:
        if done_steps:
            bar.update(done_steps)
        while state.epoch < training.epochs and state.stale < training.patience:
            plan = plan_epoch(sequences, config, state.epoch)
            towers.train()
            while state.step < len(plan):
                # Dropout and batch depend on where training is, not on how it got there: that makes it resumable.
                torch.manual_seed(hash_seed(training.seed, state.epoch, state.step))
                factor = learning_rate_factor(state.epoch * per_epoch + state.step, steps, training.warmup_fraction)
                for group in optimizer.param_groups:
                    group["lr"] = training.learning_rate * factor
                batch = make_batch(sequences, plan[state.step], config, state.epoch, state.step)
                with torch.autocast(device.type, torch.bfloat16, enabled=autocast):
                    loss = step_loss(towers, batch, state.epoch, state.step)
                if not torch.isfinite(loss):
                    raise LearnError(
                        f"The loss became {loss.item()} in epoch {state.epoch + 1}, step {state.step + 1}.",
                        "Lower the learning rate: --set training.learning_rate=0.0003",
                    )
                optimizer.zero_grad()
                accelerator.backward(loss)
                accelerator.clip_grad_norm_(towers.parameters(), training.gradient_clip)
                optimizer.step()
                state.loss_sum += loss.item()
                state.step += 1
                bar.update(1, epoch=f"{state.epoch + 1}/{training.epochs}", loss=f"{loss.item():.3f}")
                if time.monotonic() - saved_at > training.checkpoint_seconds and state.step < len(plan):
                    state.seconds = earlier + time.monotonic() - began
                    save()
                    saved_at = time.monotonic()
            is_last = state.epoch + 1 == training.epochs
            validates = is_last or (state.epoch + 1) % training.validate_every == 0
            score = validate(towers, content, split, config) if validates else None
            state.curves.append(
                {
                    "epoch": state.epoch + 1,
                    "step": (state.epoch + 1) * per_epoch,
                    "loss": state.loss_sum / len(plan),
                    "validation": score,
                    "seconds": round(earlier + time.monotonic() - began, 1),
                }
            )
            if score is not None:
                state.stale = 0 if score > state.best_score else state.stale + 1
            if score is not None and score > state.best_score:
                state.best_score, state.best_epoch = score, state.epoch
                best.save({"weights": towers.state_dict()}, {"score": score})
            state.epoch, state.step, state.loss_sum = state.epoch + 1, 0, 0.0
            state.seconds = earlier + time.monotonic() - began
            save()
            saved_at = time.monotonic()
    chosen = best.load()
    if chosen is not None:
        towers.load_state_dict(chosen[0]["weights"])
    return towers, state


def hash_seed(*parts: int) -> int:
    """One 63-bit seed from several numbers."""
    return int(np.random.SeedSequence(parts).generate_state(1, np.uint64)[0] >> 1)


def validate(towers: Towers, content: torch.Tensor, split: Split, config: Config) -> float:
    """The validation metric of the towers as they are."""
    metric = validation_metric(split)
    people = evaluated_users(split, Phase.VALIDATION, metric["candidates"], config.training.validation_users)
    histories = take_users(split.history(Phase.VALIDATION), people)
    device = content.device.type
    autocast = compute_dtype(config.training.precision, content.device) is torch.bfloat16
    with torch.autocast(device, torch.bfloat16, enabled=autocast):
        some = user_vectors(towers, content, histories, config.sampling)
        items = item_vectors(towers, content)
    users = np.zeros((len(split.sequences), some.shape[1]), np.float32)
    users[people] = some
    repeat = 0.0
    if config.pal.repeat_term and metric["candidates"] == Recommendations.ALL_CANDIDATES:
        repeat = fit_repeat_bias(users, items, split, people)
    return validation_score(users, items, split, people=people, repeat=repeat, **metric)
