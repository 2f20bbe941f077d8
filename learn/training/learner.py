"""Towers, their optimizer, and one update of both: what every process that trains holds, whoever decides."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator

from learn.cex.devices import compute_dtype
from learn.config import Config
from learn.data.sequences import Sequences
from learn.errors import LearnError
from learn.pal.towers import Towers
from learn.training.batch import make_batch, plan_epoch
from learn.training.checkpoint import optimizer_tensors, restore_optimizer
from learn.training.processes import Group
from learn.training.step import StepLoss

STEP, LEVEL, END = "step", "level", "end"
"""What process 0 has the others do: a step (with its epoch and number), taking over its state, nothing more."""


class Learner:
    """What learns in one process; among several, each learns from its share of every batch.

    Args:
        sequences: the training phase's.
        counts: [N] training interactions.
        prepared: [N, D_llm] float32 prepared content embeddings.
        config: all settings.
        models: where converted bundled LLMs are kept.
        group: the processes that train together.

    Raises:
        LearnError: an item tower that does not do what its entry says.
    """

    def __init__(
        self,
        sequences: Sequences,
        counts: np.ndarray,
        prepared: np.ndarray,
        config: Config,
        models: Path,
        group: Group,
    ) -> None:
        self.sequences, self.counts, self.config, self.group = sequences, counts, config, group
        self.accelerator = Accelerator()
        self.device = self.accelerator.device if group.size == 1 else group.device()
        self.autocast = compute_dtype(config.training.precision, self.device) is torch.bfloat16
        self.content = torch.as_tensor(prepared, device=self.device)
        self._make_towers(models)
        # The first layer rounds the content anyway.
        rows = self.content.bfloat16() if self.autocast else self.content
        self.step_loss = StepLoss(rows, counts, config, group)
        self._plan = 0, plan_epoch(sequences, config, 0)
        self.steps_per_epoch = len(self._plan[1])
        self.steps = self.steps_per_epoch * config.training.epochs

    def _make_towers(self, models: Path) -> None:
        """Towers and optimizer, drawn from the seed."""
        training = self.config.training
        torch.manual_seed(training.seed)
        known = torch.as_tensor(self.counts > 0)
        towers = Towers(self.content.shape[1], self.config, known, models)
        if self.group.size > 1:  # accelerate would add up gradients by its own rule
            towers = towers.to(self.device)
        optimizer = torch.optim.AdamW(
            towers.parameters(), lr=training.learning_rate, weight_decay=training.weight_decay, fused=True
        )
        if self.group.size == 1:
            towers, optimizer = self.accelerator.prepare(towers, optimizer)
        self.towers, self.optimizer = towers, optimizer
        some = known.nonzero().flatten()[:4].to(self.device)
        self.towers.check_item_tower(self.content[some], some)

    def plan(self, epoch: int) -> list[np.ndarray]:
        """Which users make up each step of ``epoch``."""
        if self._plan[0] != epoch:
            self._plan = epoch, plan_epoch(self.sequences, self.config, epoch)
        return self._plan[1]

    def update(self, epoch: int, step: int) -> float:
        """One update on the examples of a step's users; returns the loss, of all processes' shares."""
        self.towers.train()
        training = self.config.training
        # Dropout and batch depend on where training is, not on how it got there: that makes it resumable.
        own = (self.group.rank,) if self.group.rank else ()
        torch.manual_seed(hash_seed(training.seed, epoch, step, *own))
        place = epoch * self.steps_per_epoch + step
        for group in self.optimizer.param_groups:
            group["lr"] = training.learning_rate * learning_rate_factor(place, self.steps, training.warmup_fraction)
        batch = make_batch(self.sequences, self.plan(epoch)[step], self.config, epoch, step)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.autocast):
            loss = self.step_loss(self.towers, batch, epoch, step)
        if self.group.size == 1:
            check_loss(loss.item(), epoch, step)
        self.optimizer.zero_grad()
        self.accelerator.backward(loss)
        value = loss.item() if self.group.size == 1 else self._add_up(loss)
        check_loss(value, epoch, step)
        self.accelerator.clip_grad_norm_(self.towers.parameters(), training.gradient_clip)
        self.optimizer.step()
        return value

    def _add_up(self, loss: torch.Tensor) -> float:
        """Gives every process the sum of all gradients, and returns that of the losses: one message."""
        trained = [parameter for parameter in self.towers.parameters() if parameter.requires_grad]
        met = [torch.tensor([parameter.grad is not None for parameter in trained], device=self.device).float()]
        gradients = [torch.zeros_like(one) if one.grad is None else one.grad for one in trained]
        flat = torch.cat([loss.detach().float().view(1), *met, *(one.flatten().float() for one in gradients)])
        self.group.add_up(flat)
        by_any = flat[1 : 1 + len(trained)].tolist()
        pieces = flat[1 + len(trained) :].split([one.numel() for one in trained])
        for parameter, piece, some in zip(trained, pieces, by_any, strict=True):
            # What no process met has no gradient, as in one process: a zero would let it decay.
            parameter.grad = piece.view_as(parameter).to(parameter.dtype) if some else None
        return float(flat[0])

    def level(self) -> None:
        """Has every process take over weights and optimizer of process 0."""
        whole = getattr(self.optimizer, "optimizer", self.optimizer)
        weights = self.group.share(self.towers.state_dict())
        moments = self.group.share(optimizer_tensors(whole))
        if self.group.rank:
            self.towers.load_state_dict(weights)
            restore_optimizer(whole, moments)


def check_loss(loss: float, epoch: int, step: int) -> None:
    """Refuses a loss that is no number.

    Raises:
        LearnError: it is not.
    """
    if not math.isfinite(loss):
        raise LearnError(
            f"The loss became {loss} in epoch {epoch + 1}, step {step + 1}.",
            "Lower the learning rate: --set training.learning_rate=0.0003",
        )


def learning_rate_factor(step: int, steps: int, warmup_fraction: float) -> float:
    """Linear rise over the warm-up, then half a cosine down to 0; ``step`` counts from 0."""
    warmup = max(1, round(steps * warmup_fraction))
    if step < warmup:
        return (step + 1) / warmup
    return 0.5 * (1.0 + math.cos(math.pi * min(1.0, (step - warmup) / max(1, steps - warmup))))


def hash_seed(*parts: int) -> int:
    """One 63-bit seed from several numbers."""
    return int(np.random.SeedSequence(parts).generate_state(1, np.uint64)[0] >> 1)
