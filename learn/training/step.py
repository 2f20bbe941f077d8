"""One step: from a Batch to the loss."""

from __future__ import annotations

import numpy as np
import torch

from learn.config import Config, ItemTower
from learn.objective import accidental_hits, dense_all_action_loss, negatives_logsumexp
from learn.pal.towers import Towers
from learn.training.batch import Batch


class StepLoss:
    """Joins sampling, towers and objective; holds the catalogue's prepared content and the negatives' statistics.

    Args:
        content: [N, D_llm] float32 prepared content embeddings, on the device.
        training_counts: [N] training interactions; items without any are never drawn as catalogue negatives.
    """

    def __init__(self, content: torch.Tensor, training_counts: np.ndarray, config: Config) -> None:
        self.content = content
        self.config = config
        self.known = np.flatnonzero(training_counts > 0)
        self.share = training_counts / max(training_counts.sum(), 1)

    def negatives(self, epoch: int, step: int) -> np.ndarray:
        """[M] catalogue items drawn uniformly without replacement among those of the training period."""
        size = self.config.objective.catalogue_negatives
        if size >= len(self.known):
            return self.known
        rng = np.random.default_rng([self.config.training.seed, epoch, step, 1])
        return rng.choice(self.known, size, replace=False)

    def __call__(self, towers: Towers, batch: Batch, epoch: int, step: int) -> torch.Tensor:
        """The mean loss of ``batch``, a scalar."""
        objective, device = self.config.objective, self.content.device
        rows = torch.arange(len(batch.history), device=device)[:, None]
        history, target = (torch.as_tensor(part, device=device) for part in (batch.history, batch.target))
        history_positions = torch.as_tensor(batch.history_positions, device=device)
        target_positions = torch.as_tensor(batch.target_positions, device=device)

        def rows_of(items: torch.Tensor) -> torch.Tensor:
            return towers.inputs(self.content[items], items)

        # A short history gives the same position several times: its negatives are summed once.
        places, place_of = torch.unique(rows * history.shape[1] + history_positions, return_inverse=True)
        place_emb = towers.users(rows_of(history)).flatten(0, 1)[places]  # [P, d]
        user_emb = place_emb[place_of]  # [B, N_h, d]
        item_ids = target[rows, target_positions]  # [B, N_t]
        prior = towers.prior(rows_of(item_ids))
        catalogue = self.negatives(epoch, step)
        whole = len(catalogue) == len(self.known)
        ids = torch.as_tensor(catalogue, device=device)
        if towers.variant is ItemTower.SEQUENCE:
            item_emb = towers.targets(rows_of(target))[rows, target_positions]  # [B, N_t, d]
            catalogue_emb = towers.items(rows_of(ids)) if len(ids) else item_emb.new_zeros(0, item_emb.shape[-1])
        else:  # every item is embedded alone, so each needs embedding only once
            met, place = torch.unique(torch.cat([ids, item_ids.flatten()]), return_inverse=True)
            embedded = towers.items(rows_of(met))
            catalogue_emb, item_emb = (
                embedded[place[: len(ids)]],
                embedded[place[len(ids) :]].unflatten(0, item_ids.shape),
            )

        candidates, embeddings, priors, expected = [], [], [], np.zeros(len(self.share))
        if len(catalogue):
            candidates.append(ids)
            embeddings.append(catalogue_emb)
            priors.append(towers.prior(rows_of(ids)))
            expected += len(catalogue) / len(self.known)
        # With the whole catalogue in the sum, the batch's targets would only count twice.
        if objective.in_batch_negatives and not (whole and towers.variant is not ItemTower.SEQUENCE):
            # A short target gives the same position several times: as a negative it counts once.
            once = _first_of_each(rows * target.shape[1] + target_positions)
            candidates.append(item_ids.flatten()[once])
            embeddings.append(item_emb.flatten(0, 1)[once])
            priors.append(None if prior is None else prior.flatten()[once])
            expected += len(once) * self.share
        drawn = torch.cat(candidates)
        log_expected = None
        if objective.log_q:
            counts = torch.as_tensor(expected, device=device, dtype=torch.float32)[drawn]
            log_expected = counts.clamp_min(1e-9).log()
        excluded_negatives = (
            torch.as_tensor(batch.excluded_negatives, device=device).expand(-1, place_of.shape[1], -1).flatten(0, 1)
        )
        denominator = negatives_logsumexp(
            place_emb,
            torch.cat(embeddings),
            accidental_hits(drawn, excluded_negatives[_first_of_each(place_of)]),
            towers.scale,
            log_expected,
            None if prior is None else torch.cat(priors),
        )[place_of]
        positives = None if batch.positives is None else torch.as_tensor(batch.positives, device=device)
        return dense_all_action_loss(user_emb, item_emb, denominator, towers.scale, prior, positives)


def _first_of_each(values: torch.Tensor) -> torch.Tensor:
    """Where in ``values``, flattened, each distinct value stands first, in the order of the values."""
    found, place_of = torch.unique(values, return_inverse=True)
    where = torch.arange(values.numel(), device=values.device)
    return where.new_full((len(found),), values.numel()).scatter_reduce_(0, place_of.flatten(), where, "amin")
