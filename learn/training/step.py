"""One step: from a Batch to the loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch.nn import functional

from learn.config import Config
from learn.fused_logsumexp import fused_logsumexp, hit_places
from learn.objective import dense_all_action_loss, pairs_loss
from learn.pal.towers import Towers
from learn.training.batch import Batch

SPARSE = 4
"""Where fewer than a fourth of all pairs are positives, they are taken one by one."""
SHORTEST_GROUP = 4
"""Sequences up to this length are one group; each further group's are up to twice as long."""


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
        users, history_places = _by_length(
            lambda rows: towers.users(self._rows(towers, rows)), batch.history, batch.history_positions, device
        )
        # A short history gives the same position several times: its negatives are summed once.
        places, place_of = torch.unique(history_places, return_inverse=True)
        place_emb = take_rows(users, places).float()  # [P, d]
        catalogue = self.negatives(epoch, step)
        targets, negatives = self._embed_items(towers, batch, catalogue)
        candidates = self._candidates(towers, targets, negatives)
        excluded = torch.as_tensor(batch.excluded_negatives, device=device)
        excluded = excluded.expand(-1, place_of.shape[1], -1).flatten(0, 1)[_first_of_each(place_of)]  # [P, T']
        denominator = fused_logsumexp(
            towers.scale * place_emb, candidates.embeddings, candidates.offset, hit_places(candidates.ids, excluded)
        )
        if batch.positives is None or SPARSE * batch.positives.sum() > batch.positives.size:
            positives = None if batch.positives is None else torch.as_tensor(batch.positives, device=device)
            wanted = take_rows(targets.embeddings, targets.places)
            bias = None if targets.bias is None else targets.bias[targets.places]
            own = take_rows(place_emb, place_of)
            return dense_all_action_loss(own, wanted, denominator[place_of], towers.scale, bias, positives)
        row, position, target = (torch.as_tensor(part, device=device) for part in np.nonzero(batch.positives))
        own, wanted = place_of[row, position], targets.places[row, target]
        return pairs_loss(
            take_rows(place_emb, own),
            take_rows(targets.embeddings, wanted),
            denominator[own],
            towers.scale,
            None if targets.bias is None else targets.bias[wanted],
        )

    def _rows(self, towers: Towers, items: torch.Tensor) -> torch.Tensor:
        """[...] item indices -> [..., D_in] what the towers read of them."""
        return towers.inputs(take_rows(self.content, items), items)

    def _embed_items(self, towers: Towers, batch: Batch, catalogue: np.ndarray) -> tuple[_Targets, _Items]:
        """The targets that enter the loss, and the catalogue negatives, [M] item indices."""
        device = self.content.device
        rows = np.arange(len(batch.target))[:, None]
        item_ids = torch.as_tensor(batch.target[rows, batch.target_positions], device=device)
        ids = torch.as_tensor(catalogue, device=device)
        # A short target gives the same position several times: as a negative it counts once.
        once = _first_of_each(torch.as_tensor(rows * batch.target.shape[1] + batch.target_positions, device=device))
        if towers.item_tower.reads_context:
            embeddings, places = _by_length(
                lambda some: towers.targets(self._rows(towers, some)), batch.target, batch.target_positions, device
            )
            met_places, place_of = torch.unique(places, return_inverse=True)
            met = item_ids.flatten()[_first_of_each(places)]
            targets = _Targets(met, take_rows(embeddings, met_places), place_of, once, self._bias(towers, met))
            size = (0, embeddings.shape[-1])
            embedded = towers.items(self._rows(towers, ids)) if len(ids) else embeddings.new_zeros(size)
            return targets, _Items(ids, embedded, self._bias(towers, ids))
        # Every item is embedded alone, so each needs embedding only once.
        met, place_of = torch.unique(torch.cat([ids, item_ids.flatten()]), return_inverse=True)
        embedded, bias = towers.items(self._rows(towers, met)), self._bias(towers, met)
        targets = _Targets(met, embedded, place_of[len(ids) :].view(item_ids.shape), once, bias)
        if len(ids) == len(met):  # of the whole catalogue, in its order
            return targets, _Items(met, embedded, bias)
        own = place_of[: len(ids)]
        return targets, _Items(ids, take_rows(embedded, own), None if bias is None else bias[own])

    def _bias(self, towers: Towers, ids: torch.Tensor) -> torch.Tensor | None:
        """[n] the popularity bias of items; None without one."""
        return towers.popularity_bias(self._rows(towers, ids)) if len(ids) else None

    def _candidates(self, towers: Towers, targets: _Targets, negatives: _Items) -> _Candidates:
        """The catalogue negatives, and the batch's targets where they are negatives for its other users."""
        objective = self.config.objective
        parts, expected = [], np.zeros(len(self.share))
        if len(negatives.ids):
            parts.append(negatives)
            expected += len(negatives.ids) / len(self.known)
        # With the whole catalogue in the sum, the batch's targets would only count twice.
        twice = len(negatives.ids) == len(self.known) and not towers.item_tower.reads_context
        if objective.in_batch_negatives and not twice:
            once = targets.places.flatten()[targets.once]
            bias = None if targets.bias is None else targets.bias[once]
            parts.append(_Items(targets.ids[once], take_rows(targets.embeddings, once), bias))
            expected += len(once) * self.share
        ids = torch.cat([part.ids for part in parts])
        biases = [part.bias for part in parts if part.bias is not None]
        offset = torch.cat(biases).float() if biases else None
        if objective.log_q:
            counts = torch.as_tensor(expected, device=ids.device, dtype=torch.float32)[ids]
            corrected = -counts.clamp_min(1e-9).log()
            offset = corrected if offset is None else offset + corrected
        if offset is not None and not offset.requires_grad and not offset.any():
            offset = None  # every item is there once: nothing to correct
        return _Candidates(ids, torch.cat([part.embeddings for part in parts]), offset)


class _Items(NamedTuple):
    """Items of a step: ids [K] int64, embeddings [K, d], and the popularity bias [K] where there is one."""

    ids: torch.Tensor
    embeddings: torch.Tensor
    bias: torch.Tensor | None


class _Targets(NamedTuple):
    """The batch's targets: ids [n], embeddings [n, d] and bias [n]; in places [B, N_t] which of them stands where, and
    in once which of these places, counted through, are all the different ones."""

    ids: torch.Tensor
    embeddings: torch.Tensor
    places: torch.Tensor
    once: torch.Tensor
    bias: torch.Tensor | None


class _Candidates(NamedTuple):
    """All K negatives of a step: ids [K], embeddings [K, d], and what is added to each one's logit, or None."""

    ids: torch.Tensor
    embeddings: torch.Tensor
    offset: torch.Tensor | None


def take_rows(table: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """[n, d] and [...] int64 -> [..., d]: ``table[places]``, whose gradient is several times faster."""
    return functional.embedding(places, table)


def _by_length(
    embed: Callable[[torch.Tensor], torch.Tensor], items: np.ndarray, positions: np.ndarray, device: torch.device
) -> tuple[torch.Tensor, torch.Tensor]:
    """Embeds sequences in groups of similar length, none longer than its positions ask for: what is padded costs too.

    Nothing that ``embed`` makes of a position may depend on what follows it.

    Args:
        embed: [b, L] item indices -> [b, L, d].
        items: [B, L] item indices; positions: [B, N] in each row of them.

    Returns:
        [S, d] embeddings, and [B, N] int64 in which of its rows each position stands.
    """
    lengths = positions.max(axis=1) + 1
    groups = np.ceil(np.log2(np.maximum(lengths, SHORTEST_GROUP))).astype(int)
    parts, starts, end = [], np.empty(len(items), dtype=np.int64), 0
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        longest = int(lengths[members].max())
        parts.append(embed(torch.as_tensor(items[members, :longest], device=device)).flatten(0, 1))
        starts[members] = end + np.arange(len(members)) * longest
        end += len(members) * longest
    return torch.cat(parts), torch.as_tensor(starts[:, None] + positions, device=device)


def _first_of_each(values: torch.Tensor) -> torch.Tensor:
    """Where in ``values``, flattened, each distinct value stands first, in the order of the values."""
    found, place_of = torch.unique(values, return_inverse=True)
    where = torch.arange(values.numel(), device=values.device)
    return where.new_full((len(found),), values.numel()).scatter_reduce_(0, place_of.flatten(), where, "amin")
