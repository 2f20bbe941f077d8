"""Text that somebody typed, placed beside the catalogue's own before a tower reads it.

Nobody types as a catalogue is written: without size, in another order, under another brand. An LLM's vector holds how a
text is written beside what it means, and towers were trained on one way of writing only: read as it is, an oat drink
comes out beside peppers. So its nearest items are looked for where only the meaning counts, in the space whitened
against wording (`learn.pal.preprocessing`), and the towers read mostly their mean (docs/typed-text.md has the figures).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from learn.cex.rewording import rewordings
from learn.cex.store import KEY_SEPARATOR, ContentStore
from learn.config import Preprocessing
from learn.data.dataset import Dataset
from learn.pal.preprocessing import ContentPreprocessing, fit_preprocessing
from learn.retrieval.exact import ExactIndex
from learn.runs.folder import RunFolder
from learn.runs.vectors import normalise

NEAREST, SHARE, TEMPERATURE = 10, 0.9, 0.1
"""How many items a text is placed among, how much of it they are, and how fast their weight falls with the cosine."""

WORDING, SHRINKAGE = 3.0, 1.0
"""Of the space in which they are looked for (`learn.config.PALConfig`)."""

SAME = 0.999
"""A cosine from which on a text is an item's own: it needs no placing."""


@dataclass(frozen=True)
class Anchors:
    """The items of a catalogue as places for text.

    Attributes:
        scale: content embeddings -> the space in which the nearest are looked for.
        content: [N, D_llm] raw content embeddings of the catalogue.
        index: the catalogue in that space, at length 1.
    """

    scale: ContentPreprocessing
    content: np.ndarray
    index: ExactIndex

    def without(self, rows: np.ndarray) -> Anchors:
        """These without the items ``rows`` ([m] indices): to try how text is placed that no item resembles so much."""
        kept = np.setdiff1d(np.arange(len(self.content)), rows)
        vectors = normalise(self.scale.apply(self.content[kept])).astype(np.float32)
        return Anchors(self.scale, self.content[kept], ExactIndex(vectors))

    def place(self, content: np.ndarray) -> np.ndarray:
        """[n, D_llm] raw content embeddings of typed texts -> what the towers are to read, [n, D_llm] float32."""
        asked = normalise(self.scale.apply(content)).astype(np.float32)
        found, cosines = self.index.search(asked, min(NEAREST, len(self.content)))
        weights = np.exp((cosines - cosines[:, :1]) / TEMPERATURE)
        weights /= weights.sum(axis=1, keepdims=True)
        beside = np.einsum("nk,nkd->nd", weights, self.content[found])
        share = np.where(cosines[:, :1] < SAME, SHARE, 0.0)
        return ((1 - share) * content + share * beside).astype(np.float32)


_made: dict[tuple[str, str, str], Anchors] = {}  # the last of them: Runs of one catalogue share theirs


def anchors_of(run: RunFolder, dataset: Dataset, content: Callable[[], np.ndarray]) -> Anchors | None:
    """The `Anchors` of the catalogue that ``run`` reads.

    Args:
        content: gives the catalogue's [N, D_llm] raw content embeddings.

    Returns:
        None where the content store does not hold what the LLM makes of items in other words (it was made by an older
        version, or of somebody's own vectors).
    """
    key = str(run.info.content_key)
    if run.info.content_key is None:
        return None
    root = run.workspace.content(run.info.dataset)
    known = (str((root / key).absolute()), dataset.fingerprint, repr(dataset.split.describe()))
    if known not in _made:
        trained = dataset.split.training_counts() > 0
        rows, prompts = rewordings(dataset.items, trained)
        stores = [ContentStore(root / one) for one in key.split(KEY_SEPARATOR)]
        if not len(rows) or not all(store.holds(prompts) for store in stores):
            return None
        catalogue = content()
        read = np.concatenate([store.vectors_for(prompts) for store in stores], axis=1)
        differences = read - catalogue[rows]
        scale = fit_preprocessing(catalogue[trained], Preprocessing.WHITEN, SHRINKAGE, WORDING, differences)
        index = ExactIndex(normalise(scale.apply(catalogue)).astype(np.float32))
        _made.clear()
        _made[known] = Anchors(scale, catalogue, index)
    return _made[known]
