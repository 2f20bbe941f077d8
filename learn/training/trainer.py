"""The loop: warm-up, clipping, validation, early stop; after a kill it goes on to the same bits."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator

from learn.cex.devices import compute_dtype
from learn.config import Config
from learn.data.dataset import Dataset
from learn.data.splits import Split
from learn.errors import LearnError
from learn.pal.popularity_bias import fit_popularity_bias
from learn.pal.towers import Towers
from learn.progress import Handle, Progress
from learn.training.batch import make_batch, plan_epoch
from learn.training.checkpoint import Checkpoints, identity, optimizer_tensors, restore_optimizer
from learn.training.step import StepLoss
from learn.training.validation import validate
from learn.workspace import Workspace


@dataclass
class TrainingState:
    """How far a training is: what a checkpoint's state.json holds beside its identity.

    Attributes:
        epoch, step: the next ones.
        best_score, best_epoch: of the best validation so far.
        stale: validations since then.
        seconds: of training, over all starts.
        loss_sum: over the steps of the epoch so far.
        curves: one row per epoch, as in a Run's curves.json.
    """

    epoch: int = 0
    step: int = 0
    best_score: float = -math.inf
    best_epoch: int = -1
    stale: int = 0
    seconds: float = 0.0
    loss_sum: float = 0.0
    curves: list[dict[str, Any]] = field(default_factory=list)


class Trainer:
    """One training of one Run's towers, from the start or from where it was killed.

    Args:
        dataset, split: only events of the training phase are learned from; those of validation decide when to stop.
        prepared: [N, D_llm] float32 prepared content embeddings.
        config: all settings.
        folder: the Run's; checkpoints are kept beside it.
        until: train this many epochs, on the course of all, and do not validate; None: validation decides.

    Attributes:
        watch: told the epoch and the score of each validation, once a checkpoint holds them; it may raise.

    Raises:
        LearnError: nothing to train on, or an item tower that does not do what its entry says.
    """

    def __init__(
        self,
        dataset: Dataset,
        split: Split,
        prepared: np.ndarray,
        config: Config,
        folder: Path,
        until: int | None = None,
    ) -> None:
        self.split, self.config, self.name, self.until = split, config, folder.name, until
        self.sequences = split.train()
        if not (self.sequences.lengths >= 2).any():
            raise LearnError(
                f"No user of {dataset.name} has 2 interactions in the training period: there is nothing to train on.",
                "Give more interactions, or cut later (--test-start, --validation-days).",
            )
        self.counts = split.training_counts()
        self.accelerator = Accelerator()
        self.device = self.accelerator.device
        self.autocast = compute_dtype(config.training.precision, self.device) is torch.bfloat16
        self.content = torch.as_tensor(prepared, device=self.device)
        self._make_towers(Workspace.holding(folder).models)
        # The first layer rounds the content anyway.
        rows = self.content.bfloat16() if self.autocast else self.content
        self.step_loss = StepLoss(rows, self.counts, config)
        self.steps_per_epoch = len(plan_epoch(self.sequences, config, 0))
        self.steps = self.steps_per_epoch * config.training.epochs
        whole = identity(
            config=config.for_hashing(),
            dataset=dataset.fingerprint,
            split=split.describe(),
            content=float(np.abs(prepared[:: max(1, len(prepared) // 64)]).sum()),
            **({} if until is None else {"until": until}),
        )
        self.last = Checkpoints(checkpoint_folder(folder, "last"), whole)
        self.best = Checkpoints(checkpoint_folder(folder, "best"), whole)
        self.state = TrainingState()
        self.watch: Callable[[int, float], None] = lambda epoch, score: None
        self._began = self._saved_at = time.monotonic()
        self._earlier_seconds = 0.0

    def train(self, progress: Progress) -> Towers:
        """Trains to the end, and returns the towers of the best epoch; of the last, where nothing is validated."""
        if not self._resume():
            self._begin()
        training, state = self.config.training, self.state
        self._began = self._saved_at = time.monotonic()
        self._earlier_seconds = state.seconds
        done = state.epoch * self.steps_per_epoch + state.step
        steps = self.steps_per_epoch * (self.until or training.epochs)
        with progress.task(f"Training {self.name}", total=steps, unit="steps") as bar:
            if done:
                bar.update(done)
            while state.epoch < (self.until or training.epochs) and state.stale < training.patience:
                self.train_epoch(bar)
                self._end_epoch()
        best = self.best.load()
        if best is not None:
            self.towers.load_state_dict(best[0]["weights"])
        return self.towers

    def _make_towers(self, models: Path) -> None:
        """Towers and optimizer, drawn from the seed."""
        training = self.config.training
        torch.manual_seed(training.seed)
        known = torch.as_tensor(self.counts > 0)
        towers = Towers(self.content.shape[1], self.config, known, models)
        optimizer = torch.optim.AdamW(
            towers.parameters(), lr=training.learning_rate, weight_decay=training.weight_decay, fused=True
        )
        self.towers, self.optimizer = self.accelerator.prepare(towers, optimizer)
        some = known.nonzero().flatten()[:4].to(self.device)
        self.towers.check_item_tower(self.content[some], some)

    def _resume(self) -> bool:
        """Goes back to the newest checkpoint; False where there is none of this configuration and data."""
        checkpoint = self.last.load()
        if checkpoint is None:
            return False
        tensors, saved = checkpoint
        if saved["best_epoch"] >= 0 and self.best.load() is None:
            return False  # the best weights are gone: only from the beginning does it end as it would have
        self.towers.load_state_dict(tensors["weights"])
        restore_optimizer(getattr(self.optimizer, "optimizer", self.optimizer), tensors["optimizer"])
        self.state = TrainingState(**{key: saved[key] for key in saved if key != "identity"})
        return True

    def _begin(self) -> None:
        """Fits the popularity bias, which takes seconds, before the towers."""
        self.best.remove()
        if self.towers.prior_head is None:
            return
        pairs = np.unique(np.stack([self.sequences.users, self.sequences.items]), axis=1)
        with torch.no_grad():
            rows = self.towers.inputs(self.content, torch.arange(len(self.content), device=self.device))
        fit_popularity_bias(self.towers.prior_head, rows, np.bincount(pairs[1], minlength=self.split.n_items))

    def train_epoch(self, bar: Handle) -> None:
        """What is left of the epoch."""
        state, training = self.state, self.config.training
        plan = plan_epoch(self.sequences, self.config, state.epoch)
        self.towers.train()
        while state.step < len(plan):
            loss = self._take_step(plan[state.step])
            state.loss_sum += loss
            state.step += 1
            bar.update(1, epoch=f"{state.epoch + 1}/{training.epochs}", loss=f"{loss:.3f}")
            if time.monotonic() - self._saved_at > training.checkpoint_seconds and state.step < len(plan):
                self._save()

    def _take_step(self, users: np.ndarray) -> float:
        """One update on the examples of ``users``; returns the loss."""
        state, training = self.state, self.config.training
        # Dropout and batch depend on where training is, not on how it got there: that makes it resumable.
        torch.manual_seed(hash_seed(training.seed, state.epoch, state.step))
        place = state.epoch * self.steps_per_epoch + state.step
        for group in self.optimizer.param_groups:
            group["lr"] = training.learning_rate * learning_rate_factor(place, self.steps, training.warmup_fraction)
        batch = make_batch(self.sequences, users, self.config, state.epoch, state.step)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.autocast):
            loss = self.step_loss(self.towers, batch, state.epoch, state.step)
        if not torch.isfinite(loss):
            raise LearnError(
                f"The loss became {loss.item()} in epoch {state.epoch + 1}, step {state.step + 1}.",
                "Lower the learning rate: --set training.learning_rate=0.0003",
            )
        self.optimizer.zero_grad()
        self.accelerator.backward(loss)
        self.accelerator.clip_grad_norm_(self.towers.parameters(), training.gradient_clip)
        self.optimizer.step()
        return loss.item()

    def _end_epoch(self) -> None:
        """Validates where it is time to, keeps the towers if they are the best, and goes to the next epoch."""
        state, training = self.state, self.config.training
        number = state.epoch + 1
        is_due = self.until is None and (number == training.epochs or number % training.validate_every == 0)
        score = validate(self.towers, self.content, self.split, self.config) if is_due else None
        state.curves.append(
            {
                "epoch": number,
                "step": number * self.steps_per_epoch,
                "loss": state.loss_sum / self.steps_per_epoch,
                "validation": score,
                "seconds": round(self._seconds(), 1),
            }
        )
        if score is not None:
            self._keep_best(score)
        state.epoch, state.step, state.loss_sum = number, 0, 0.0
        self._save()
        if score is not None:
            self.watch(number, score)

    def _keep_best(self, score: float) -> None:
        state = self.state
        if score <= state.best_score:
            state.stale += 1
            return
        state.stale, state.best_score, state.best_epoch = 0, score, state.epoch
        self.best.save({"weights": self.towers.state_dict()}, {"score": score})

    def _save(self) -> None:
        """Replaces the newest checkpoint."""
        self.state.seconds = self._seconds()
        groups = {"weights": self.towers.state_dict(), "optimizer": optimizer_tensors(self.optimizer)}
        self.last.save(groups, vars(self.state))
        self._saved_at = time.monotonic()

    def _seconds(self) -> float:
        return self._earlier_seconds + time.monotonic() - self._began


def checkpoint_folder(folder: Path, which: str) -> Path:
    """Where a Run in the making keeps its newest ("last") or best checkpoint: beside the Run, under a dotted name."""
    return folder.parent / f".training-{folder.name}" / which


def remove_checkpoints(folder: Path) -> None:
    """Called when the Run in ``folder`` is whole."""
    Checkpoints(checkpoint_folder(folder, "last").parent, "").remove()


def learning_rate_factor(step: int, steps: int, warmup_fraction: float) -> float:
    """Linear rise over the warm-up, then half a cosine down to 0; ``step`` counts from 0."""
    warmup = max(1, round(steps * warmup_fraction))
    if step < warmup:
        return (step + 1) / warmup
    return 0.5 * (1.0 + math.cos(math.pi * min(1.0, (step - warmup) / max(1, steps - warmup))))


def hash_seed(*parts: int) -> int:
    """One 63-bit seed from several numbers."""
    return int(np.random.SeedSequence(parts).generate_state(1, np.uint64)[0] >> 1)
