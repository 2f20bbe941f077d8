"""Search by meaning: a typed text through the frozen LLM, and the items nearest to it in the LLM's view."""

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
from learn.pal.preprocessing import ContentPreprocessing
from learn.runs.new_items import embed_items
from learn.runs.vectors import normalise

MOST_FOUND = 24
LONGEST_TEXT = 200


def find_by_meaning(
    text: str,
    scale: ContentPreprocessing,
    llm: FrozenLLM | tuple[FrozenLLM, ...],
    cex: CEXConfig,
    vectors: np.ndarray,
    items: np.ndarray,
    k: int = MOST_FOUND,
) -> dict[str, Any]:
    """The ``k`` items on the map that are nearest to what the LLM makes of ``text``, read as a title.

    Args:
        scale: from `learn.explore.maps.spaces.content_view`: how the LLM's view scales what the LLM says.
        llm, cex: that read the catalogue (`learn.runs.new_items.reading_settings`).
        vectors: [N, d] from `learn.explore.maps.spaces.space_vectors`.
        items: [M] ascending, the items on the map.

    Returns:
        ``text``; ``points``: the nearest first, equal ones by smaller index; ``cosines``: theirs.

    Raises:
        LearnError: there is no word in ``text``.
    """
    table = as_items(text)
    direction = normalise(scale.apply(embed_items(table, llm, cex)))[0].astype(np.float32)
    # All items are on the map of most catalogues: then nothing is copied.
    cosines = (vectors if len(items) == len(vectors) else vectors[items]) @ direction
    best = np.argsort(-cosines, kind="stable")[:k]
    return {
        "text": text,
        "points": points_of(items[best], items).tolist(),
        "cosines": [round(float(one), 3) for one in cosines[best]],
    }


def as_items(text: str) -> pd.DataFrame:
    """One item whose title is ``text``, as `learn.data.new_items.check_new_items` has it: nobody waits for a check of
    what is not there.

    Raises:
        LearnError: there is no word in ``text``.
    """
    title, _ = clean_text(pd.Series([text[:LONGEST_TEXT]], dtype="object"))
    if title.isna().all():
        return check_new_items(pd.DataFrame({Items.TITLE: [text[:LONGEST_TEXT]]}))[0]  # which says what is wrong
    return title.to_frame(Items.TITLE)
