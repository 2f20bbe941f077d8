"""Search by meaning: a typed text through the frozen LLM, and the items nearest to it.

They are looked for where typed text is always looked for, in the space whitened against wording
(`learn.explore.lists.likeness.read_directions`): in the LLM's view as it is a bare word lies beside whatever else lacks
a category, not beside what it means.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from learn.cex.llm import FrozenLLM
from learn.config import CEXConfig
from learn.data.cleaning import clean_text
from learn.data.new_items import check_new_items
from learn.data.schema import Items
from learn.explore.atlas.person import points_of
from learn.explore.lists.likeness import read_directions
from learn.runs.new_items import embed_items
from learn.runs.recommender import Recommender

MOST_FOUND = 24
LONGEST_TEXT = 200


def find_by_meaning(
    text: str,
    reader: Recommender,
    llm: FrozenLLM | tuple[FrozenLLM, ...],
    cex: CEXConfig,
    catalogue: np.ndarray,
    items: np.ndarray,
    k: int = MOST_FOUND,
) -> dict[str, Any]:
    """The ``k`` items on the map that are nearest to what the LLM makes of ``text``, where only the meaning counts.

    Args:
        reader: any Run that reads text.
        llm, cex: that read the catalogue (`learn.runs.new_items.reading_settings`).
        catalogue: [N, d], `read_directions` of ``reader``.
        items: [M] ascending, the items on the map.

    Returns:
        ``text``; ``points``: the nearest first, equal ones by smaller index; ``cosines``: theirs.

    Raises:
        LearnError: there is no word in ``text``.
    """
    direction = read_directions(reader, embed_items(as_items(text), llm, cex))[0]
    # All items are on the map of most catalogues: then nothing is copied.
    cosines = (catalogue if len(items) == len(catalogue) else catalogue[items]) @ direction
    best = np.argsort(-cosines, kind="stable")[:k]
    return {
        "text": text,
        "points": points_of(items[best], items).tolist(),
        "cosines": [round(float(one), 3) for one in cosines[best]],
    }


def as_items(text: str) -> pd.DataFrame:
    """One item that ``text`` is the title of, and the category: a word may be either, and an item that lacks one is
    moved by the lack.

    The same as `learn.data.new_items.check_new_items` makes of it: nobody waits for a check of what is not there.

    Raises:
        LearnError: there is no word in ``text``.
    """
    title, _ = clean_text(pd.Series([text[:LONGEST_TEXT]], dtype="object"))
    if title.isna().all():
        return check_new_items(pd.DataFrame({Items.TITLE: [text[:LONGEST_TEXT]]}))[0]  # which says what is wrong
    return pd.DataFrame({Items.TITLE: title, Items.CATEGORY: title})
