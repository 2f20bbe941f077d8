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

from learn.config import Config
from learn.data.dataset import Dataset
from learn.data.splits import Split
from learn.errors import LearnError
from learn.evaluation.targets import pair_keys
from learn.pal.popularity_bias import fit_popularity_bias
from learn.pal.towers import Towers
from learn.progress import Handle, Progress
from learn.training.checkpoint import Checkpoints, identity, optimizer_tensors, restore_optimizer
from learn.training.learner import END, LEVEL, STEP, Learner
from learn.training.processes import current_group
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


class Trainer(Learner):
    """One training of one Run's towers, from the start or from where it was killed.

    Inside `learn.training.processes.training_processes` the others learn with it: it tells them each step. They read no
    file, except a bundled LLM's where PAL is made of its layers.

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
        self.split, self.name, self.until = split, folder.name, until
        sequences, counts = split.train(), split.training_counts()
        if not (sequences.lengths >= 2).any():
            raise LearnError(
                f"No user of {dataset.name} has 2 interactions in the training period: there is nothing to train on.",
                "Give more interactions, or cut later (--test-start, --validation-days).",
            )
        models, group = Workspace.holding(folder).models, current_group()
        if group.size > 1:
            group.tell({"config": config.model_dump(mode="json"), "models": str(models)})
            arrays = {"items": sequences.items, "offsets": sequences.offsets, "counts": counts, "prepared": prepared}
            group.share({name: torch.as_tensor(values) for name, values in arrays.items()})
        super().__init__(sequences, counts, prepared, config, models, group)
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
        self._level()
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
                self._level()
        self._tell(END)
        best = self.best.load()
        if best is not None:
            self.towers.load_state_dict(best[0]["weights"])
        return self.towers

    def _tell(self, *order: Any) -> None:
        """Has the other processes, if there are some, do the same."""
        if self.group.size > 1:
            self.group.tell(order)

    def _level(self) -> None:
        """The other processes begin with this one's weights, and every epoch too: no two machines round alike."""
        if self.group.size > 1:
            self._tell(LEVEL)
            self.level()

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
        n_items = self.split.n_items
        buyers = np.bincount(pair_keys(self.sequences, n_items) % n_items, minlength=n_items)
        with torch.no_grad():
            rows = self.towers.inputs(self.content, torch.arange(len(self.content), device=self.device))
        fit_popularity_bias(self.towers.prior_head, rows, buyers)

    def train_epoch(self, bar: Handle) -> None:
        """What is left of the epoch."""
        state, training = self.state, self.config.training
        plan = self.plan(state.epoch)
        while state.step < len(plan):
            loss = self._take_step()
            state.loss_sum += loss
            state.step += 1
            bar.update(1, epoch=f"{state.epoch + 1}/{training.epochs}", loss=f"{loss:.3f}")
            if time.monotonic() - self._saved_at > training.checkpoint_seconds and state.step < len(plan):
                self._save()

    def _take_step(self) -> float:
        """One update; returns the loss."""
        self._tell(STEP, self.state.epoch, self.state.step)
        return self.update(self.state.epoch, self.state.step)

    def _end_epoch(self) -> None:
        """Validates where it is time to, keeps the towers if they are the best, and goes to the next epoch."""
        state, training = self.state, self.config.training
        number = state.epoch + 1
        is_due = self.until is None and (number == training.epochs or number % training.validate_every == 0)
        score = None
        if is_due:
            with self.group.all_threads():
                score = validate(self.towers, self.content, self.split, self.config)
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
