"""Is a new item like anything of the catalogue? Judged by how near the catalogue's own items are to each other."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from learn.explore.lists.numbers import fixed
from learn.explore.maps.neighbours import nearest
from learn.retrieval.exact import ExactIndex
from learn.retrieval.scores import pair_scores
from learn.runs.recommender import Recommender
from learn.runs.vectors import normalise

SAMPLE = 4000
"""Items of the catalogue whose nearest other item is looked for."""

OUTSIDE = 0.02
"""The share of the catalogue's own items that would be called unlike anything else: those farthest from all others.

Most items of a catalogue have a near twin, which nothing that is typed has: a larger share would call everything new
unlike anything."""

AMONG, OF_KIND = 10, 5
"""An item whose category at least so many of its nearest items have is one of them, however it is worded: what is new
is said in words that no item has (docs/typed-text.md has the figures)."""


LIKE, LEAST_LIKE = 0.01, 10
"""The share of a catalogue, and the least number, whose texts are nearest to an item's: all others are unlike it."""


@dataclass(frozen=True)
class Likeness:
    """How near the catalogue's items lie to their nearest other item, in one space.

    Attributes:
        cosines: [n] of a random sample of items to the nearest other one, increasing.
    """

    cosines: np.ndarray

    @property
    def threshold(self) -> float:
        """The cosine below which an item is unlike anything here."""
        return float(np.quantile(self.cosines, OUTSIDE))

    def is_unlike(self, cosine: float, of_kind: int = 0) -> bool:
        """Whether an item whose nearest has this cosine is farther from everything than the catalogue's items are.

        Args:
            of_kind: how many of its `AMONG` nearest items have the category that it is given (`same_category`).
        """
        return cosine < self.threshold and of_kind < OF_KIND

    def farther(self, cosine: float) -> float:
        """The share of the catalogue's items that are farther from their nearest than ``cosine``."""
        return float(np.searchsorted(self.cosines, cosine) / len(self.cosines))

    def sentence(self, cosine: float, of_kind: int = 0) -> str:
        """How near an item is to its nearest, against the catalogue's own: ``cosine`` and ``of_kind`` in words."""
        if cosine < self.threshold and not self.is_unlike(cosine, of_kind):
            return (
                f"A new one of a known kind: {of_kind} of the {AMONG} items nearest to it have the category that it is "
                f"given. None reads quite like it: the nearest is at cosine {fixed(cosine)}."
            )
        if self.is_unlike(cosine, of_kind):
            return (
                f"Its nearest item is at cosine {fixed(cosine)}; of the catalogue's own items all but "
                f"{self.farther(cosine):.1%} have one nearer than that."
            )
        return (
            f"Like the catalogue: its nearest item is at cosine {fixed(cosine)}, nearer than "
            f"{self.farther(cosine):.1%} of the catalogue's own items are to theirs."
        )


def read_directions(reader: Recommender, content: np.ndarray | None = None) -> np.ndarray:
    """[n, D_llm] float32 of length 1: content embeddings where ``reader`` looks for what a text is like.

    That is the space in which it places typed text (`learn.runs.anchors`), else the one that its towers read.

    Args:
        reader: any Run that reads text.
        content: [n, D_llm] raw, of new items; None: the catalogue's.
    """
    anchors = reader.anchors
    if content is None and anchors is not None:
        return anchors.index.vectors  # the same, held already
    scale = reader.preprocessing if anchors is None else anchors.scale
    prepared = scale.apply(reader.content if content is None else content)
    return np.ascontiguousarray(normalise(prepared), dtype=np.float32)


def catalogue_likeness(vectors: np.ndarray, seed: int = 0) -> Likeness:
    """The `Likeness` of a space's ``vectors`` ([N, d] of length 1), from `SAMPLE` random items or all of fewer."""
    rows = np.random.default_rng(seed).permutation(len(vectors))[:SAMPLE]
    cosines = nearest(vectors, 1, rows)[1][:, 0] if len(vectors) > 1 else np.ones(1, np.float32)
    return Likeness(np.sort(cosines))


def nearest_cosine(vectors: np.ndarray, vector: np.ndarray) -> float:
    """The cosine of a new item ([d] of length 1) to the nearest of ``vectors`` ([N, d] of length 1)."""
    return float(pair_scores(vector, vectors).max())


def same_category(vectors: np.ndarray, vector: np.ndarray, categories: np.ndarray, category: str) -> int:
    """How many of the `AMONG` nearest of ``vectors`` ([N, d]) to ``vector`` ([d]) have ``category``; 0 without one.

    Args:
        categories: [N] the items' own, as their table has them.
    """
    wanted = category.strip().casefold()
    if not wanted:
        return 0
    found, _ = ExactIndex(vectors).search(vector[None], min(AMONG, len(vectors)))
    return sum(str(categories[item]).strip().casefold() == wanted for item in found[0])


def like_in_text(vectors: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """[N] bool: the `LIKE` of the catalogue whose texts are nearest to an item's, at least `LEAST_LIKE`; whose is as
    near as the last of them is one, too.

    Args:
        vectors: [N, d] of length 1, of the catalogue's texts (`read_directions`); vector: [d], of the item's.
    """
    cosines = pair_scores(vector, vectors)
    most = min(max(LEAST_LIKE, math.ceil(LIKE * len(vectors))), len(vectors))
    found: np.ndarray = cosines >= np.partition(cosines, -most)[-most]
    return found
