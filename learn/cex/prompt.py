"""The item prompt (SPEC, section 2), word for word, with only the sentences that an item has fields for.

Category and brand share one sentence. With only one of the two it keeps the part that is there:
``This item belongs to "{category}".`` or ``The brand of this item is "{brand}".``
"""

from __future__ import annotations

import pandas as pd

from learn.data.schema import Items

PROMPT_VERSION = 1
"""Raised whenever a prompt's wording changes: stored content embeddings of another version are not used."""

OPENING = "The item information is given as follows."


def item_prompt(
    title: str | None = None,
    category: str | None = None,
    brand: str | None = None,
    price: float | None = None,
    keywords: str | None = None,
    attributes: str | None = None,
) -> str:
    """One item's prompt. A field that is None, NaN or blank counts as missing; the price is written as ``12.99``."""
    title, category, brand, keywords, attributes = map(_text, (title, category, brand, keywords, attributes))
    sentences = [OPENING]
    if title:
        sentences.append(f'Item title is "{title}".')
    if category and brand:
        sentences.append(f'This item belongs to "{category}" and brand is "{brand}".')
    elif category:
        sentences.append(f'This item belongs to "{category}".')
    elif brand:
        sentences.append(f'The brand of this item is "{brand}".')
    if price is not None and not pd.isna(price):
        sentences.append(f'The price is "{price:.2f}".')
    if keywords:
        sentences.append(f'The key words of item are "{keywords}".')
    if attributes:
        sentences.append(f'This item supports "{attributes}".')
    return " ".join(sentences)


def item_prompts(items: pd.DataFrame) -> list[str]:
    """One prompt per row of a Dataset's items table, in its order. A column that is absent counts as missing.

    An unknown price is read as the usual one where the table has that (`learn.data.usual_price`)."""
    if Items.USUAL_PRICE in items:
        items = items.assign(**{Items.PRICE: items[Items.PRICE].fillna(items[Items.USUAL_PRICE])})
    order = (Items.TITLE, Items.CATEGORY, Items.BRAND, Items.PRICE, Items.KEYWORDS, Items.ATTRIBUTES)
    columns = [items[name].tolist() if name in items else [None] * len(items) for name in order]
    return [item_prompt(*values) for values in zip(*columns, strict=True)]


def _text(value: object) -> str:
    return "" if value is None or pd.isna(value) else str(value).strip()
