"""One step: from a Batch to the loss.

Where several processes train, each takes some of the batch's users, and some of the items that are embedded alone;
embeddings of items are gathered with their gradients, so that every user meets all negatives of the whole batch. Who is
drawn, and how often, each works out for itself: it is the same for all.
"""

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
from learn.training.processes import Group

SPARSE = 4
"""Where fewer than a fourth of all pairs are positives, they are taken one by one."""
SHORTEST_GROUP = 4
"""Sequences up to this length are one group; each further group's are up to twice as long."""


class StepLoss:
    """Joins sampling, towers and objective; holds the catalogue's prepared content and the negatives' statistics.

    Args:
        content: [N, D_llm] prepared content embeddings, on the device.
        training_counts: [N] training interactions; items without any are never drawn as catalogue negatives.
        group: the processes that train together; None: this one alone.
    """

    def __init__(
        self, content: torch.Tensor, training_counts: np.ndarray, config: Config, group: Group | None = None
    ) -> None:
        self.content = content
        self.group = group or Group()
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
        """The mean loss of ``batch``, a scalar; of several processes, each one's share of it: they add up to the mean.

        A batch of fewer users than there are processes is everybody's, and counts once all the same.
        """
        if self.group.size == 1:
            return self._loss(towers, batch, batch, [], epoch, step)
        if len(batch.history) < self.group.size:
            return self._loss(towers, batch, batch, [], epoch, step) / self.group.size
        # Batches are ordered by length: each process gets as many long ones as the others.
        shares = [np.arange(rank, len(batch.history), self.group.size) for rank in range(self.group.size)]
        own = batch.take(shares[self.group.rank])
        part = own.n_pairs / max(1, batch.n_pairs)
        return self._loss(towers, batch, own, shares, epoch, step) * part

    def _loss(
        self, towers: Towers, batch: Batch, own: Batch, shares: list[np.ndarray], epoch: int, step: int
    ) -> torch.Tensor:
        """The mean loss of ``own``, this process's users, among all of ``batch``; ``shares``: rows of each process."""
        device = self.content.device
        users, history_places = _by_length(
            lambda rows: towers.users(self._rows(towers, rows)), own.history, own.history_positions, device
        )
        # A short history gives the same position several times: its negatives are summed once.
        places, place_of = torch.unique(history_places, return_inverse=True)
        place_emb = take_rows(users, places).float()  # [P, d]
        catalogue = self.negatives(epoch, step)
        embed = self._embed_in_context if towers.item_tower.reads_context else self._embed_alone
        targets, candidates = embed(towers, batch, own, shares, catalogue)
        excluded = torch.as_tensor(own.excluded_negatives, device=device)
        excluded = excluded.expand(-1, place_of.shape[1], -1).flatten(0, 1)[_first_of_each(place_of)]  # [P, T']
        denominator = fused_logsumexp(
            towers.scale * place_emb, candidates.embeddings, candidates.offset, hit_places(candidates.ids, excluded)
        )
        if own.positives is None or batch.positives is None or SPARSE * batch.n_pairs > batch.positives.size:
            positives = None if own.positives is None else torch.as_tensor(own.positives, device=device)
            wanted = take_rows(targets.embeddings, targets.places)
            bias = None if targets.bias is None else targets.bias[targets.places]
            users = take_rows(place_emb, place_of)
            return dense_all_action_loss(users, wanted, denominator[place_of], towers.scale, bias, positives)
        row, position, target = (torch.as_tensor(part, device=device) for part in np.nonzero(own.positives))
        mine, wanted = place_of[row, position], targets.places[row, target]
        return pairs_loss(
            take_rows(place_emb, mine),
            take_rows(targets.embeddings, wanted),
            denominator[mine],
            towers.scale,
            None if targets.bias is None else targets.bias[wanted],
        )

    def _rows(self, towers: Towers, items: torch.Tensor) -> torch.Tensor:
        """[...] item indices -> [..., D_in] what the towers read of them."""
        return towers.inputs(take_rows(self.content, items), items)

    def _embed_in_context(
        self, towers: Towers, batch: Batch, own: Batch, shares: list[np.ndarray], catalogue: np.ndarray
    ) -> tuple[_Targets, _Candidates]:
        """``own``'s targets that enter the loss, embedded amid those before them, and all negatives.

        Args:
            catalogue: [M] item indices of the catalogue negatives.
        """
        device = self.content.device
        rows = np.arange(len(own.target))[:, None]
        item_ids = torch.as_tensor(own.target[rows, own.target_positions], device=device)
        ids = torch.as_tensor(catalogue, device=device)
        # A short target gives the same position several times: as a negative it counts once.
        once = _first_of_each(torch.as_tensor(rows * own.target.shape[1] + own.target_positions, device=device))
        embeddings, places = _by_length(
            lambda some: towers.targets(self._rows(towers, some)), own.target, own.target_positions, device
        )
        met_places, place_of = torch.unique(places, return_inverse=True)
        met = item_ids.flatten()[_first_of_each(places)]
        targets = _Targets(met, take_rows(embeddings, met_places), place_of, self._bias(towers, met))
        part = ids[self.group.own_part(len(ids))] if shares else ids
        size = (0, embeddings.shape[-1])
        embedded = towers.items(self._rows(towers, part)) if len(ids) else embeddings.new_zeros(size)
        negatives = _Items(part, embedded, self._bias(towers, part))
        offered = targets.offered(once) if self.config.objective.in_batch_negatives else None
        if shares:
            negatives, offered = self._gather_both(negatives, offered, ids, batch, shares)
        return targets, self._candidates(negatives, offered)

    def _gather_both(
        self, negatives: _Items, offered: _Items | None, ids: torch.Tensor, batch: Batch, shares: list[np.ndarray]
    ) -> tuple[_Items, _Items | None]:
        """All processes' parts of the catalogue negatives ``ids``, and the targets that they offer as negatives."""
        listed = (
            [_offered_ids(batch.take(rows)) for rows in shares] if offered else [np.zeros(0, np.int64)] * len(shares)
        )
        parts = self.group.parts(len(ids))
        sizes = [part + len(ids_of) for part, ids_of in zip(parts, listed, strict=True)]
        own = negatives if offered is None else negatives.joined(offered)
        embeddings, bias = self._gather(own, sizes)
        # Each process's negatives, and behind them its targets.
        is_target = torch.as_tensor(
            np.concatenate([np.arange(size) >= part for part, size in zip(parts, sizes, strict=True)]),
            device=ids.device,
        )
        first, second = (~is_target).nonzero().flatten(), is_target.nonzero().flatten()
        found = _Items(ids, take_rows(embeddings, first), None if bias is None else bias[first])
        if offered is None:
            return found, None
        others = torch.as_tensor(np.concatenate(listed), device=ids.device)
        return found, _Items(others, take_rows(embeddings, second), None if bias is None else bias[second])

    def _gather(self, own: _Items, sizes: list[int]) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Embeddings and bias of all processes' items, in one message, in float32."""
        parts = [own.embeddings.float()]
        if own.bias is not None:
            parts.append(own.bias.float()[:, None])
        found = self.group.gather(torch.cat(parts, dim=1), sizes)
        return (found, None) if own.bias is None else (found[:, :-1], found[:, -1])

    def _embed_alone(
        self, towers: Towers, batch: Batch, own: Batch, shares: list[np.ndarray], catalogue: np.ndarray
    ) -> tuple[_Targets, _Candidates]:
        """As `_embed_in_context`, where every item is embedded alone, so each needs embedding only once."""
        device = self.content.device
        rows = np.arange(len(batch.target))[:, None]
        item_ids = torch.as_tensor(batch.target[rows, batch.target_positions], device=device)
        ids = torch.as_tensor(catalogue, device=device)
        met, place_of = torch.unique(torch.cat([ids, item_ids.flatten()]), return_inverse=True)
        part = met[self.group.own_part(len(met))] if shares else met
        embedded, bias = towers.items(self._rows(towers, part)), self._bias(towers, part)
        if shares:
            embedded, bias = self._gather(_Items(part, embedded, bias), self.group.parts(len(met)))
        everybody = _Targets(met, embedded, place_of[len(ids) :].view(item_ids.shape), bias)
        negatives = _Items(met, embedded, bias)
        if len(ids) < len(met):  # else of the whole catalogue, in its order
            mine = place_of[: len(ids)]
            negatives = _Items(ids, take_rows(embedded, mine), None if bias is None else bias[mine])
        offered = None
        # With the whole catalogue in the sum, the batch's targets would only count twice.
        if self.config.objective.in_batch_negatives and len(ids) < len(self.known):
            once = _first_of_each(torch.as_tensor(rows * batch.target.shape[1] + batch.target_positions, device=device))
            offered = everybody.offered(once)
        places = everybody.places[torch.as_tensor(shares[self.group.rank])] if shares else everybody.places
        return everybody._replace(places=places), self._candidates(negatives, offered)

    def _bias(self, towers: Towers, ids: torch.Tensor) -> torch.Tensor | None:
        """[n] the popularity bias of items; None without one."""
        return towers.popularity_bias(self._rows(towers, ids))

    def _candidates(self, negatives: _Items, offered: _Items | None) -> _Candidates:
        """The catalogue negatives, and the batch's targets where they are negatives for its other users."""
        parts, uniform, by_popularity = [], 0.0, 0
        if len(negatives.ids):
            parts.append(negatives)
            uniform = len(negatives.ids) / len(self.known)
        if offered is not None:
            parts.append(offered)
            by_popularity = len(offered.ids)
        ids = torch.cat([part.ids for part in parts])
        biases = [part.bias for part in parts if part.bias is not None]
        offset = torch.cat(biases).float() if biases else None
        if self.config.objective.log_q:
            expected = uniform + by_popularity * self.share[ids.cpu().numpy()]
            counts = torch.as_tensor(expected, device=ids.device, dtype=torch.float32)
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

    def joined(self, others: _Items) -> _Items:
        """These, and behind them ``others``."""
        biases = [bias for bias in (self.bias, others.bias) if bias is not None]
        both = torch.cat([self.embeddings, others.embeddings])
        return _Items(torch.cat([self.ids, others.ids]), both, torch.cat(biases) if biases else None)


class _Targets(NamedTuple):
    """Targets: ids [n], embeddings [n, d] and bias [n]; in places [B, N_t] which of them stands where."""

    ids: torch.Tensor
    embeddings: torch.Tensor
    places: torch.Tensor
    bias: torch.Tensor | None

    def offered(self, once: torch.Tensor) -> _Items:
        """What others get as negatives: those at some of the places, which are counted through."""
        once = self.places.flatten()[once]
        return _Items(self.ids[once], take_rows(self.embeddings, once), None if self.bias is None else self.bias[once])


class _Candidates(NamedTuple):
    """All K negatives of a step: ids [K], embeddings [K, d], and what is added to each one's logit, or None."""

    ids: torch.Tensor
    embeddings: torch.Tensor
    offset: torch.Tensor | None


def _offered_ids(batch: Batch) -> np.ndarray:
    """[n] the items at ``batch``'s different target positions, in `_first_of_each`'s order."""
    positions = np.sort(batch.target_positions, axis=1)
    first = np.diff(positions, axis=1, prepend=-1) > 0
    return np.take_along_axis(batch.target, positions, axis=1)[first]


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
