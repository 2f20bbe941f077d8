"""Which words of a new item matter: each field and each word of the title is left out, and the LLM reads again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from learn.data.schema import Items
from learn.retrieval.exact import top_k
from learn.retrieval.scores import pair_scores

MOST_WORDS = 12
"""Words of a title that are tried; the others stay."""

FIELDS = (Items.CATEGORY, Items.BRAND, Items.PRICE)


@dataclass(frozen=True)
class Part:
    """One thing that is left out of an item's text.

    Attributes:
        field: the column it stands in.
        text: the word, or the whole field as people read it.
    """

    field: str
    text: str

    @property
    def words(self) -> str:
        """It as people read it: “soy”, or the category “Milk”."""
        return f"“{self.text}”" if self.field == Items.TITLE else f"the {self.field} “{self.text}”"


def leave_out(item: pd.DataFrame) -> tuple[list[Part], pd.DataFrame]:
    """The parts of an item, and an items table that lacks one of them in each row.

    Args:
        item: a validated items table of one row.

    Returns:
        Words of the title in their order (a title of one word has none: nothing would be left of it), then category,
        brand and price, where the item has them; and the table, one row per part.
    """
    row = item.iloc[0]
    parts, rows = [], []
    words = "" if pd.isna(row[Items.TITLE]) else str(row[Items.TITLE])
    tokens = words.split()
    for place, word in enumerate(tokens[:MOST_WORDS] if len(tokens) > 1 else []):
        parts.append(Part(Items.TITLE, word.strip(",;:.") or word))
        rows.append({**row, Items.TITLE: " ".join(tokens[:place] + tokens[place + 1 :])})
    for field in FIELDS:
        if not pd.isna(row[field]):
            number = field == Items.PRICE
            parts.append(Part(field, f"{row[field]:.2f}" if number else str(row[field])))
            rows.append({**row, field: None})
    return parts, pd.DataFrame(rows, columns=item.columns)


def word_weights(vectors: np.ndarray, whole: np.ndarray, without: np.ndarray, k: int = 10) -> pd.DataFrame:
    """What leaving each part out does in one space.

    Args:
        vectors: [N, d] the catalogue's; whole: [d] the item's; without: [n, d] the item's less each part. All of
            length 1.
        k: how many nearest items are compared.

    Returns:
        One row per part: turned (1 - the cosine to the whole item's vector), changed (how many of the whole item's
        ``k`` nearest are no longer among the nearest).
    """
    k = min(k, len(vectors))
    scores = np.stack([pair_scores(one, vectors) for one in (whole, *without)])
    nearest, _ = top_k(scores, k)
    kept = (nearest[1:, :, None] == nearest[0]).any(axis=1).sum(axis=1) if len(without) else np.zeros(0, int)
    turned = 1.0 - (pair_scores(whole, without) if len(without) else np.zeros(0))
    return pd.DataFrame({"turned": turned, "changed": k - kept})


def words_sentence(parts: list[Part], changed: pd.DataFrame, k: int = 10) -> str:
    """One sentence: the part that matters most and the one that matters least.

    Args:
        parts: [n], at least one.
        changed: one row per part and one column per space (`word_weights`' changed).
        k: how many nearest items were compared.
    """
    means = changed.mean(axis=1).to_numpy()
    most, least = int(means.argmax()), int(means.argmin())
    if not means[most]:
        return f"No single word matters: whatever is left out, the {k} nearest items stay."
    named = parts[most].words
    text = (
        f"{named[0].upper()}{named[1:]} matters most: without it {means[most]:.0f} of the {k} nearest items are others"
    )
    if len(parts) > 1 and means[least] < means[most]:
        few = f"only {means[least]:.0f} are" if round(means[least]) else "none is"
        text += f"; without {parts[least].words} {few}"
    return text + (" (the mean over the variants)." if changed.shape[1] > 1 else ".")
