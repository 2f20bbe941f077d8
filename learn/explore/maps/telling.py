"""Which product shows best what buyers taught a tower: chosen by a rule, on whatever catalogue there is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from learn.data.splits import Split
from learn.explore.catalogue import Catalogue
from learn.explore.maps.buyers import Buyers, much_bought
from learn.explore.maps.moved import finest_kinds, kept_of, most_telling, told_neighbours
from learn.explore.maps.neighbours import nearest

NEIGHBOURS = 10
MOST_VECTORS = 200_000
"""In a larger catalogue no product is looked for: what is shown at first must not take seconds."""


@dataclass(frozen=True)
class Telling:
    """A product whose neighbours changed their kind.

    Attributes:
        item: its index.
        before, after: indices of the neighbours that tell it, in what the LLM says and in the tower.
        rising: of how many of the much-bought items the neighbours share more buyers than before, as a share of them.
        shared: how many buyers much-bought items share with their neighbours on average, before and after.
    """

    item: int
    before: list[int]
    after: list[int]
    rising: float
    shared: tuple[float, float]

    @property
    def beside_others(self) -> str:
        """How the much-bought items fare as a whole, so that nobody takes this one for all."""
        old, new = self._ends
        shared = "as many" if old == new else "more" if self.shared[1] > self.shared[0] else "fewer"
        return f"A good case: on average, neighbours share {shared} buyers after training."

    @property
    def in_figures(self) -> str:
        """The same with its figures, and what shared buyers are."""
        old, new = self._ends
        told = f"{new} both times" if old == new else f"{old} before training, {new} after it"
        return (
            "Shared buyers: how alike the buyers of an item and of those nearest to it are, 100% if they are the same "
            f"people. On average over the much-bought items: {told}. They rise for {self.rising:.0%} of these items. "
            "This one was picked because it tells much."
        )

    @property
    def _ends(self) -> tuple[str, str]:
        """Before and after, as people read them."""
        old, new = (f"{one:.1%}" for one in self.shared)
        return old, new


def telling_item(
    llm: np.ndarray, tower: np.ndarray, split: Split, catalogue: Catalogue, told: int = 3
) -> Telling | None:
    """The much-bought item that `moved.most_telling` takes, of a whole catalogue: the Atlas's rule.

    None where nothing tells, and in a catalogue of more than `MOST_VECTORS`.

    Args:
        llm, tower: [N, d] vectors of length 1 in both spaces.
        told: how many neighbours to name in each.
    """
    counts = split.training_counts()
    if len(llm) > MOST_VECTORS or len(llm) <= NEIGHBOURS:
        return None
    rows = much_bought(counts, np.arange(len(llm)), catalogue)
    if not len(rows):
        return None
    before, after = (nearest(vectors, NEIGHBOURS, rows)[0] for vectors in (llm, tower))
    buyers = Buyers(split.train(), split.n_items)
    shares = [buyers.shared_with(rows, near) for near in (before, after)]
    kinds = finest_kinds(catalogue)
    gain = shares[1] - shares[0]
    found = most_telling(kinds[rows], kinds[before], kinds[after], kept_of(before, after), gain)
    if found is None:
        return None
    best, together = found
    item = int(rows[best])
    named = told_neighbours(before[best], after[best], item, together, catalogue, told)
    means = (float(shares[0].mean()), float(shares[1].mean()))
    return Telling(item, *named, float((gain > 0).mean()), means)
