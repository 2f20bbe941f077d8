"""What each group of purchases adds to a user embedding: the embedding with the whole history less that without them.

A history longer than `learn.config.SamplingConfig.history_length` is read in chunks. Which items share a chunk is no
property of the person, yet it changes what one of them adds; so several cuts are tried, and the mean over them counts.
What is found says nothing of an item yet: one product with an item vector gives what the purchases add to its score.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from learn.errors import LearnError
from learn.explore.lists.purchases import Groups, Level, other_cut, read_events
from learn.pal.leave_out import last_parts
from learn.pal.towers import Towers
from learn.runs.recommender import Recommender
from learn.runs.vectors import embeds, normalise

CUTS = 4


@dataclass(frozen=True)
class LeftOut:
    """What groups of purchases add to one user embedding.

    Attributes:
        groups: which.
        shifts: [cuts, n, d] float32, embedding with all less embedding without the group, times 1 / temperature; d
            does not count the popularity bias, which no purchase changes. The first cut is the served one.
        n_chunks: in how many chunks the history is read; with one there is one cut.
    """

    groups: Groups
    shifts: np.ndarray
    n_chunks: int

    def falls(self, direction: np.ndarray) -> np.ndarray:
        """[cuts, n] by how much a score falls without each group, under each cut.

        Args:
            direction: [>= d] an item vector, or the difference of two: then the fall of the one's lead.
        """
        found: np.ndarray = self.shifts.astype(np.float64) @ direction[: self.shifts.shape[2]].astype(np.float64)
        return found


def left_out(recommender: Recommender, history: np.ndarray, groups: Groups, cuts: int = CUTS) -> LeftOut:
    """The `LeftOut` of a history ([H] item indices, oldest first).

    Raises:
        LearnError: the history is empty, or the Run has stored lists only.
    """
    *_, last = left_out_by_cut(recommender, history, groups, cuts)
    return last


def left_out_by_cut(
    recommender: Recommender, history: np.ndarray, groups: Groups, cuts: int = CUTS, seed: int = 0
) -> Iterator[LeftOut]:
    """`left_out` with one cut more each time, so that something can be shown early.

    Args:
        cuts: at most this many.
        seed: of the cuts behind the first one; negative: of all of them.
    """
    if not len(history):
        raise LearnError("The history is empty: there is nothing that could speak for an item.", "Choose another user.")
    towers = recommender.towers
    if towers is None:
        yield LeftOut(groups, _of_the_mean(recommender, history, groups)[None], 1)
        return
    events = read_events(recommender, history)
    length = recommender.run.config.sampling.history_length
    n_chunks = max(1, -(-len(events) // length))
    rows = torch.as_tensor(recommender.prepared(events))
    rows = towers.inputs(rows, torch.as_tensor(events, dtype=torch.int64)).detach()
    shifts: list[np.ndarray] = []
    for number in range(cuts if n_chunks > 1 else 1):
        rng = np.random.default_rng([abs(seed), number]) if number or seed < 0 else None
        shifts.append(_under(towers, rows, events, other_cut(len(events), length, rng), groups))
        yield LeftOut(groups, np.stack(shifts), n_chunks)


def level_for(recommenders: Iterable[Recommender], history: np.ndarray) -> Level:
    """Single items where every Run reads ``history`` at once; else kinds of product, whose order no cut changes much.

    On completejourney, of histories in several chunks: `learn.explore.lists.attribution.Attribution.stability`.
    """
    several = (
        one.run.config.sampling.history_length < len(read_events(one, history))
        for one in recommenders
        if embeds(one.run) and one.towers is not None
    )
    return Level.KIND if any(several) else Level.ITEM


def _under(
    towers: Towers, rows: torch.Tensor, events: np.ndarray, parts: list[np.ndarray], groups: Groups
) -> np.ndarray:
    """[n, d] float32 under one cut; a chunk that loses all of its events is no chunk."""
    owner = {item: number for number, group in enumerate(groups.members) for item in group.tolist()}
    width = towers.user_width
    total, lost = np.zeros(width), np.zeros((len(groups.members), width))
    for part in parts:
        owners = np.array([owner[item] for item in events[part].tolist()])
        kept = [np.arange(len(part)), *(np.flatnonzero(owners != one) for one in np.unique(owners))]
        some = [one for one in kept if len(one)]
        embedded = last_parts(towers, rows[torch.as_tensor(part)], some).numpy().astype(np.float64)
        total += embedded[0]
        lost[np.unique(owners)] += embedded[0]
        lost[np.unique(owners)[[len(one) > 0 for one in kept[1:]]]] -= embedded[1:]
    with torch.inference_mode():
        whole, rest = (towers.served_users(torch.as_tensor(one)).numpy() for one in (total[None], total - lost))
    found: np.ndarray = (whole - rest).astype(np.float32)
    return found if towers.prior_head is None else found[:, :-1]


def _of_the_mean(recommender: Recommender, history: np.ndarray, groups: Groups) -> np.ndarray:
    """[n, D_llm] the same where a user is the mean of the history's content at length 1."""
    items, times = np.unique(history, return_counts=True)
    rows = recommender.prepared(items).astype(np.float64) * times[:, None]
    total = rows.sum(axis=0)
    place = {item: number for number, item in enumerate(items.tolist())}
    lost = np.array([rows[[place[item] for item in group.tolist()]].sum(axis=0) for group in groups.members])
    rest = total - lost
    rest[[len(group) == len(items) for group in groups.members]] = 0  # what rounding leaves has no direction
    found: np.ndarray = (normalise(total[None]) - normalise(rest)).astype(np.float32)
    return found
