"""Items said in other words: what changes in their embeddings is the writing, not the meaning."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from learn.cex.prompt import item_prompt
from learn.data.schema import Items

ITEMS, TIMES = 400, 3
"""Items that are said anew, and how often each."""

_FIELDS = (Items.CATEGORY, Items.BRAND, Items.PRICE, Items.KEYWORDS, Items.ATTRIBUTES)


def rewordings(items: pd.DataFrame, known: np.ndarray, seed: int = 0) -> tuple[np.ndarray, list[str]]:
    """Prompts of some items as somebody else might write them.

    Each by chance: words of the title in another order, one of them left out, in lower case, and every other field
    kept or not.

    Args:
        items: a dataset's items table.
        known: [N] bool, the items that may be taken: those of the training period.
        seed: what is drawn.

    Returns:
        [m] the item (its index) behind each prompt, and the m prompts: `TIMES` of each of up to `ITEMS` items.
    """
    rng = np.random.default_rng(seed)
    titled = np.flatnonzero(known & items[Items.TITLE].notna().to_numpy())
    rows = np.repeat(rng.permutation(titled)[:ITEMS], TIMES)
    records = items.iloc[rows].to_dict("records")
    return rows, [_reworded(record, rng) for record in records]


def _reworded(record: dict, rng: np.random.Generator) -> str:
    words = [word for word in re.split(r"[\s,/]+", str(record[Items.TITLE])) if word and word != "-"]
    if rng.random() < 0.5:
        words = [words[place] for place in rng.permutation(len(words))]
    if len(words) > 1 and rng.random() < 0.5:
        words.pop(int(rng.integers(len(words))))
    title = " ".join(words)
    title = title.lower() if rng.random() < 0.5 else title
    return item_prompt(title or str(record[Items.TITLE]), **{f: record.get(f) for f in _FIELDS if rng.random() < 0.5})
