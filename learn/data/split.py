"""What a split is: every event of a Dataset marked with the phase that it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path

import numpy as np

from learn.data.sequences import Sequences
from learn.errors import LearnError


class Phase(StrEnum):
    """What a part of every user's sequence is for."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


PHASE_CODES: dict[Phase, int] = {Phase.TRAIN: 0, Phase.VALIDATION: 1, Phase.TEST: 2}
NEWER = 3
"""The code of an event that came after the split was made (`learn update`): of no phase."""
LEFT_OUT = 4
"""The code of an event that an item-cold split uses for nothing: of no phase."""


@dataclass(frozen=True)
class SplitInfo:
    """How a split was made; stored in every Run."""

    kind: str  # "by_time", "leave_one_out" or "item_cold"
    validation_start: str | None = None  # ISO time, where time is cut
    test_start: str | None = None
    cold_seed: str | None = None  # item_cold only: what drew the items, a number

    @classmethod
    def parse(cls, stored: Mapping[str, str | None]) -> SplitInfo:
        """What `Split.describe` gave, as run.json and split.json hold it."""
        own = (stored.get(name) for name in ("validation_start", "test_start", "cold_seed"))
        return cls(str(stored["kind"]), *own)

    @property
    def is_item_cold(self) -> bool:
        """Whether items were left out of training, and all targets of the test are on them."""
        return self.cold_seed is not None

    @property
    def cut(self) -> str:
        """How users' events are cut, whatever is left out: "by_time" or "leave_one_out"."""
        return "by_time" if self.test_start is not None else "leave_one_out"

    @property
    def words(self) -> str:
        """How people read it: "target from 2017-11-01T00:00:00", "leave one out", or "item cold (seed 0), ..."."""
        own = f"target from {self.test_start}" if self.test_start else self.cut.replace("_", " ")
        return f"item cold (seed {self.cold_seed}), {own}" if self.is_item_cold else own


def parse_split(stored: Mapping[str, str | None], path: Path, remedy: str) -> SplitInfo:
    """`SplitInfo.parse` of what a file holds.

    Raises:
        LearnError: it does not say how the split was made; the message names ``path`` and carries ``remedy``.
    """
    if stored.get("kind") not in ("by_time", "leave_one_out", "item_cold"):
        raise LearnError(f"{path} is damaged: it says no way to split.", remedy)
    return SplitInfo.parse(stored)


@dataclass(frozen=True)
class Split:
    """A Dataset's events, each marked with the phase it belongs to.

    Attributes:
        info: how it was made.
        sequences: every user's whole sequence.
        codes: [n] uint8, 0 train, 1 validation, 2 test, 3 newer than the split (`NEWER`), 4 of no use (`LEFT_OUT`);
            without the last never decreasing within a user.
        n_items: N, the catalogue's size.
    """

    info: SplitInfo
    sequences: Sequences
    codes: np.ndarray
    n_items: int

    def target(self, phase: Phase) -> Sequences:
        """What each user did in ``phase``; empty for users without an event in it."""
        return self._part("target", phase)

    def history(self, phase: Phase) -> Sequences:
        """What each user did before ``phase`` began."""
        return self._part("history", phase)

    @cached_property
    def _parts(self) -> dict[tuple[str, Phase], Sequences]:
        """What was asked for before: an evaluation asks for the same two over and over."""
        return {}

    def _part(self, what: str, phase: Phase) -> Sequences:
        key = what, Phase(phase)
        if key not in self._parts:
            code = PHASE_CODES[key[1]]
            self._parts[key] = self.sequences.keep(self.codes == code if what == "target" else self.codes < code)
        return self._parts[key]

    @cached_property
    def now(self) -> Split:
        """The split as answers see it. Whoever has newer events gives up their test target: it lies in the past, and
        all their events are history. Everybody else is as before; metrics are counted on the split itself."""
        owners = self.sequences.users
        moved = np.zeros(len(self.sequences), dtype=bool)
        moved[owners[self.codes == NEWER]] = True
        if not moved.any():
            return self
        past = moved[owners] & (self.codes >= PHASE_CODES[Phase.TEST])
        return replace(self, codes=np.where(past, PHASE_CODES[Phase.VALIDATION], self.codes).astype(np.uint8))

    def refitting(self) -> Split:
        """The same, but what was for validation is for training too, and nothing is left to validate on."""
        return Split(self.info, self.sequences, np.where(self.codes == 1, 0, self.codes).astype(np.uint8), self.n_items)

    def train(self) -> Sequences:
        """The events that training may see."""
        return self.target(Phase.TRAIN)

    def training_counts(self) -> np.ndarray:
        """[N] int64: training interactions of every item; 0 marks a cold-start item."""
        return np.bincount(self.train().items, minlength=self.n_items)

    def describe(self) -> dict[str, str | None]:
        """`info` as run.json and split.json hold it; what only an item-cold split has is not there for others."""
        return {name: value for name, value in asdict(self.info).items() if name != "cold_seed" or value is not None}
