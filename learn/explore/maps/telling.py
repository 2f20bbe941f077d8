"""Which product shows best what buyers taught a tower: chosen by a rule, on whatever catalogue there is."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from learn.data.sequences import Sequences
from learn.data.splits import Split
from learn.explore.catalogue import NO_CATEGORY, Catalogue
from learn.explore.maps.moved import changed_scores, finest_kinds, told_neighbours
from learn.explore.maps.neighbours import nearest

NEIGHBOURS = 10
MOST_ITEMS = 1500
"""Items that are looked at: the most bought ones, of which buyers could teach something."""
TRIED = 30
"""Items, the best first, of which buyers are asked."""
MOST_VECTORS = 200_000
"""In a larger catalogue no product is looked for: what is shown at first must not take seconds."""


@dataclass(frozen=True)
class Telling:
    """A product whose neighbours changed their kind.

    Attributes:
        item: its index.
        before, after: indices of the neighbours that tell it, in what the LLM says and in the tower.
    """

    item: int
    before: list[int]
    after: list[int]


def telling_item(
    llm: np.ndarray, tower: np.ndarray, split: Split, catalogue: Catalogue, told: int = 3
) -> Telling | None:
    """The much-bought item that was among its own kind and is now among another, with which it shares more buyers.

    The best by `moved.changed_scores`, less the share of neighbours kept, whose new neighbours have no word in common
    with it and its former ones; without such a one the best. None where nothing tells, and in a catalogue of more than
    `MOST_VECTORS`.

    Args:
        llm, tower: [N, d] vectors of length 1 in both spaces.
        told: how many neighbours to name in each.
    """
    counts = split.training_counts()
    known = np.flatnonzero((counts > 0) & (catalogue.categories != NO_CATEGORY))
    if len(llm) > MOST_VECTORS or len(known) <= NEIGHBOURS:
        return None
    rows = known[np.argsort(-counts[known], kind="stable")][:MOST_ITEMS]
    before, after = (nearest(vectors, NEIGHBOURS, rows)[0] for vectors in (llm, tower))
    kinds = finest_kinds(catalogue)
    scores, together = changed_scores(kinds[rows], kinds[before], kinds[after])
    shared = (before[:, :, None] == after[:, None, :]).any(axis=2).mean(axis=1)
    order = np.argsort(shared - scores, kind="stable")  # the best first, of equal ones the most bought
    first = None
    for best in order[:TRIED]:
        if scores[best] > shared[best] and _bought_together(int(rows[best]), before[best], after[best], split):
            item = int(rows[best])
            found = Telling(item, *told_neighbours(before[best], after[best], item, together[best], catalogue, told))
            if _told_apart(found, catalogue):
                return found
            first = first or found
    return first


def _told_apart(found: Telling, catalogue: Catalogue) -> bool:
    """Whether the titles after have no word of those before: else a reader sees no difference."""
    before, after = (
        {word for item in items for word in re.findall(r"[^\W\d_]{3,}", str(catalogue.titles[item]).casefold())}
        for items in ([found.item, *found.before], found.after)
    )
    return not before & after


def _bought_together(item: int, before: np.ndarray, after: np.ndarray, split: Split) -> bool:
    """Whether ``item`` shares more buyers with its neighbours ``after`` than with those ``before``."""
    pairs = [np.stack([np.full(len(near), item), near], axis=1) for near in (before, after)]
    was, now = (shared_buyers(pair, split.train(), split.n_items).mean() for pair in pairs)
    return bool(now > was)


def shared_buyers(pairs: np.ndarray, sequences: Sequences, n_items: int) -> np.ndarray:
    """[P] float64: of two items, the cosine of their sets of buyers; 0 where either has none.

    |buyers of both| / sqrt(|buyers of the first| |buyers of the second|), as item-kNN counts it.

    Args:
        pairs: [P, 2] item indices.
        sequences: what each user bought; repeats count once.
    """
    from scipy.sparse import csr_array

    bought = np.unique(np.stack([sequences.items.astype(np.int64), sequences.users]), axis=1)
    matrix = csr_array((np.ones(bought.shape[1]), (bought[0], bought[1])), shape=(n_items, len(sequences)))
    buyers = np.bincount(bought[0], minlength=n_items)
    shared = matrix[pairs[:, 0]].multiply(matrix[pairs[:, 1]]).sum(axis=1)
    sizes = np.sqrt(buyers[pairs[:, 0]].astype(float) * buyers[pairs[:, 1]])
    cosines: np.ndarray = np.divide(shared, sizes, out=np.zeros(len(pairs)), where=sizes > 0)
    return cosines
