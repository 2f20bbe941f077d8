"""What each group of purchases adds to a user embedding: the embedding with the whole history less that without them.

A history longer than `learn.config.SamplingConfig.history_length` is read in chunks. Which items share a chunk is no
property of the person, yet it changes what one of them adds; so several cuts are tried, and the mean over them counts.
What is found says nothing of an item yet: one product with an item vector gives what the purchases add to its score.
"""

from __future__ import annotations

from collections.abc import Iterable
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
        shifts: [cuts, n, d] float32, embedding with all less embedding without the group (or what it adds to others on
            average: `learn.explore.lists.shapley`), times 1 / temperature; d does not count the popularity bias, which
            no purchase changes. The first cut is the served one.
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
    """What an embedding loses without each group alone: of groups that say alike each seems to add nothing.

    Args:
        history: [H] item indices, oldest first.
        cuts: at most this many; a history that is read at once has one.

    Raises:
        LearnError: the history is empty, or the Run has stored lists only.
    """
    everything = np.ones((1, len(groups.members)), dtype=bool)
    reading = open_reading(recommender, history)
    if reading is None:
        return LeftOut(groups, of_the_mean(recommender, history, groups, everything), 1)
    tried = range(cuts if reading.n_chunks > 1 else 1)
    drawn = (np.random.default_rng([0, number]) if number else None for number in tried)
    shifts = [reading.added(rng, groups, everything)[0] for rng in drawn]
    return LeftOut(groups, np.stack(shifts), reading.n_chunks)


@dataclass(frozen=True)
class Reading:
    """A history as the user tower reads it, so that many subsets of it can be read.

    Attributes:
        towers: of the Run.
        rows: [E, D_in] the tower's inputs; events: [E] item indices, oldest first.
        length: of a chunk at most.
    """

    towers: Towers
    rows: torch.Tensor
    events: np.ndarray
    length: int

    @property
    def n_chunks(self) -> int:
        """In how many chunks the history is read."""
        return max(1, -(-len(self.events) // self.length))

    def added(self, rng: np.random.Generator | None, groups: Groups, sets: np.ndarray) -> np.ndarray:
        """[S, n, d] float32: what each group adds to the user embedding of each set of the others.

        Args:
            rng: of the cut of the history (`other_cut`); None: the served one.
            sets: [S, n] bool, which groups are there; a group is put in, or taken out, whichever of the two it lacks.
        """
        owner = {item: number for number, group in enumerate(groups.members) for item in group.tolist()}
        width, (n_sets, n) = self.towers.user_width, sets.shape
        base, other = np.zeros((n_sets, width)), np.zeros((n_sets, n, width))
        for part in other_cut(len(self.events), self.length, rng):
            owners = np.array([owner[item] for item in self.events[part].tolist()])
            present = np.unique(owners)
            there = np.repeat(sets[:, None], 1 + len(present), axis=1)  # [S, 1 + the part's groups, n]
            there[:, np.arange(1, 1 + len(present)), present] ^= True
            kept = [np.flatnonzero(one) for one in there[:, :, owners].reshape(-1, len(part))]
            some = np.array([len(one) > 0 for one in kept])
            read = np.zeros((len(kept), width))  # a chunk that loses all of its events is no chunk
            found = last_parts(self.towers, self.rows[torch.as_tensor(part)], [one for one in kept if len(one)])
            read[some] = found.numpy()
            of_sets = read.reshape(n_sets, 1 + len(present), width)
            base += of_sets[:, 0]
            other[:, present] += of_sets[:, 1:] - of_sets[:, :1]
        with torch.inference_mode():
            before, after = (
                self.towers.served_users(torch.as_tensor(parts)).numpy()
                for parts in (base[:, None], base[:, None] + other)
            )
        shifts: np.ndarray = (np.where(sets, 1.0, -1.0)[..., None] * (before - after)).astype(np.float32)
        return shifts if self.towers.prior_head is None else shifts[..., :-1]


def open_reading(recommender: Recommender, history: np.ndarray) -> Reading | None:
    """The `Reading` of ``history`` ([H] item indices, oldest first); None under a Run that has no user tower.

    Raises:
        LearnError: the history is empty.
    """
    if not len(history):
        raise LearnError("The history is empty: there is nothing that could speak for an item.", "Choose another user.")
    towers = recommender.towers
    if towers is None:
        return None
    events = read_events(recommender, history)
    rows = torch.as_tensor(recommender.prepared(events))
    rows = towers.inputs(rows, torch.as_tensor(events, dtype=torch.int64)).detach()
    return Reading(towers, rows, events, recommender.run.config.sampling.history_length)


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


def of_the_mean(recommender: Recommender, history: np.ndarray, groups: Groups, sets: np.ndarray) -> np.ndarray:
    """`Reading.added` where a user is the mean of the history's content at length 1."""
    items, times = np.unique(history, return_counts=True)
    rows = recommender.prepared(items).astype(np.float64) * times[:, None]
    place = {item: number for number, item in enumerate(items.tolist())}
    by_group = np.array([rows[[place[item] for item in group.tolist()]].sum(axis=0) for group in groups.members])
    found = np.zeros((*sets.shape, rows.shape[1]), dtype=np.float32)
    for number, there in enumerate(sets):
        rest = there @ by_group - np.where(there[:, None], by_group, 0)
        rest[there.sum() - there == 0] = 0  # what rounding leaves has no direction
        found[number] = normalise(rest + by_group) - normalise(rest)
    return found
