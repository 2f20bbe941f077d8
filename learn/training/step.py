"""One step: from a Batch to the loss."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch

from learn.config import Config
from learn.objective import accidental_hits, dense_all_action_loss, negatives_logsumexp
from learn.pal.towers import Towers
from learn.training.batch import Batch


class StepLoss:
    """Joins sampling, towers and objective; holds the catalogue's prepared content and the negatives' statistics.

    Args:
        content: [N, D_llm] prepared content embeddings, on the device.
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
        device = self.content.device
        row_of = torch.arange(len(batch.history), device=device)[:, None]
        history, target = (torch.as_tensor(part, device=device) for part in (batch.history, batch.target))
        history_positions = torch.as_tensor(batch.history_positions, device=device)
        target_places = row_of * target.shape[1] + torch.as_tensor(batch.target_positions, device=device)

        # A short history gives the same position several times: its negatives are summed once.
        places, place_of = torch.unique(row_of * history.shape[1] + history_positions, return_inverse=True)
        place_emb = towers.users(self._rows(towers, history)).flatten(0, 1)[places]  # [P, d]
        catalogue = self.negatives(epoch, step)
        targets, negatives = self._embed_items(towers, target, target_places, catalogue)
        candidates = self._candidates(towers, targets, negatives, target_places)
        excluded = torch.as_tensor(batch.excluded_negatives, device=device)
        excluded = excluded.expand(-1, place_of.shape[1], -1).flatten(0, 1)[_first_of_each(place_of)]  # [P, T']
        denominator = negatives_logsumexp(
            place_emb,
            candidates.embeddings,
            accidental_hits(candidates.ids, excluded),
            towers.scale,
            candidates.log_expected,
            candidates.bias,
        )[place_of]
        positives = None if batch.positives is None else torch.as_tensor(batch.positives, device=device)
        return dense_all_action_loss(
            place_emb[place_of], targets.embeddings, denominator, towers.scale, targets.bias, positives
        )

    def _rows(self, towers: Towers, items: torch.Tensor) -> torch.Tensor:
        """[...] item indices -> [..., D_in] what the towers read of them."""
        return towers.inputs(self.content[items], items)

    def _embed_items(
        self, towers: Towers, target: torch.Tensor, target_places: torch.Tensor, catalogue: np.ndarray
    ) -> tuple[_Items, _Items]:
        """The targets that enter the loss [B, N_t], and the catalogue negatives [M].

        Args:
            target: [B, T] item indices; target_places: [B, N_t] places in it, flattened.
            catalogue: [M] item indices.
        """
        item_ids = target.flatten()[target_places]
        ids = torch.as_tensor(catalogue, device=target.device)
        bias = towers.popularity_bias(self._rows(towers, item_ids))
        if towers.item_tower.reads_context:
            item_emb = towers.targets(self._rows(towers, target)).flatten(0, 1)[target_places]  # [B, N_t, d]
            catalogue_emb = (
                towers.items(self._rows(towers, ids)) if len(ids) else item_emb.new_zeros(0, item_emb.shape[-1])
            )
        else:  # every item is embedded alone, so each needs embedding only once
            met, place = torch.unique(torch.cat([ids, item_ids.flatten()]), return_inverse=True)
            embedded = towers.items(self._rows(towers, met))
            catalogue_emb = embedded[place[: len(ids)]]
            item_emb = embedded[place[len(ids) :]].unflatten(0, item_ids.shape)
        catalogue_bias = towers.popularity_bias(self._rows(towers, ids)) if len(ids) else None
        return _Items(item_ids, item_emb, bias), _Items(ids, catalogue_emb, catalogue_bias)

    def _candidates(
        self, towers: Towers, targets: _Items, negatives: _Items, target_places: torch.Tensor
    ) -> _Candidates:
        """The catalogue negatives, and the batch's targets where they are negatives for its other users."""
        objective = self.config.objective
        parts, expected = [], np.zeros(len(self.share))
        if len(negatives.ids):
            parts.append(negatives)
            expected += len(negatives.ids) / len(self.known)
        # With the whole catalogue in the sum, the batch's targets would only count twice.
        twice = len(negatives.ids) == len(self.known) and not towers.item_tower.reads_context
        if objective.in_batch_negatives and not twice:
            # A short target gives the same position several times: as a negative it counts once.
            once = _first_of_each(target_places)
            bias = None if targets.bias is None else targets.bias.flatten()[once]
            parts.append(_Items(targets.ids.flatten()[once], targets.embeddings.flatten(0, 1)[once], bias))
            expected += len(once) * self.share
        ids = torch.cat([part.ids for part in parts])
        log_expected = None
        if objective.log_q:
            counts = torch.as_tensor(expected, device=ids.device, dtype=torch.float32)[ids]
            log_expected = counts.clamp_min(1e-9).log()
        biases = [part.bias for part in parts if part.bias is not None]
        return _Candidates(
            ids, torch.cat([part.embeddings for part in parts]), torch.cat(biases) if biases else None, log_expected
        )


class _Items(NamedTuple):
    """Items of a step: ids [...] int64, embeddings [..., d], and the popularity bias [...] where there is one."""

    ids: torch.Tensor
    embeddings: torch.Tensor
    bias: torch.Tensor | None


class _Candidates(NamedTuple):
    """All K negatives of a step: ids [K], embeddings [K, d], and for each a bias and log of its expected draws."""

    ids: torch.Tensor
    embeddings: torch.Tensor
    bias: torch.Tensor | None
    log_expected: torch.Tensor | None


def _first_of_each(values: torch.Tensor) -> torch.Tensor:
    """Where in ``values``, flattened, each distinct value stands first, in the order of the values."""
    found, place_of = torch.unique(values, return_inverse=True)
    where = torch.arange(values.numel(), device=values.device)
    return where.new_full((len(found),), values.numel()).scatter_reduce_(0, place_of.flatten(), where, "amin")
