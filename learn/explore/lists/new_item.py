"""New items, typed or from a file: from text through the frozen LLM to what every Run says of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from learn.data.new_items import check_new_items
from learn.data.readers import read
from learn.data.schema import Items
from learn.data.sequences import Sequences
from learn.data.validation import validate_items
from learn.errors import LearnError
from learn.explore.lists.audience import SEEN, first_users
from learn.runs.recommender import Recommender


class NewItem(NamedTuple):
    """What somebody typed of one item."""

    title: str = ""
    category: str = ""
    brand: str = ""
    price: float | None = None

    def __bool__(self) -> bool:
        """Whether there is anything for the LLM to read."""
        return any(text.strip() for text in (self.title, self.category, self.brand))

    def table(self) -> pd.DataFrame:
        """It as a validated items table of one row; raises as `make_item` does."""
        return make_item(self.title, self.category, self.brand, self.price)


EXAMPLES = {"completejourney": NewItem("Sweet potato chips, 11 oz", "Grocery > Bag snacks", "National", 2.99)}
"""A dataset's name -> an item that it does not have, to begin with."""

EXAMPLE_FILES = {
    "completejourney": (
        EXAMPLES["completejourney"],
        NewItem("Gluten-free rye bread", "Grocery > Baked bread/buns/rolls", "", 4.2),
        NewItem("Front brake disc ventilated 300 mm pair", "", "Brembo", 119.9),
    )
}
"""A dataset's name -> the new items of its example file; the last one is like nothing in it."""


def example_file(dataset: str, items: pd.DataFrame) -> pd.DataFrame:
    """New items as a table to upload: those of `EXAMPLE_FILES`, else two of the catalogue's ``items`` made anew."""
    columns = [Items.TITLE, Items.CATEGORY, Items.BRAND, Items.PRICE]
    if dataset in EXAMPLE_FILES:
        return pd.DataFrame(EXAMPLE_FILES[dataset], columns=columns)
    some = items.dropna(subset=[Items.TITLE]).head(2).reindex(columns=columns)
    return some.assign(**{Items.TITLE: "New: " + some[Items.TITLE].astype(str)})


def make_item(
    title: str, category: str = "", brand: str = "", price: float | None = None, keywords: str = ""
) -> pd.DataFrame:
    """One new item as a validated items table of one row.

    Raises:
        LearnError: no text at all, or a price that is negative or not finite.
    """
    if price is not None and not (np.isfinite(price) and price >= 0):
        raise LearnError(f"The price {price} is none.", "Give a price of 0 or more, or leave it out.")
    values = {Items.TITLE: title, Items.CATEGORY: category, Items.BRAND: brand, Items.KEYWORDS: keywords}
    texts = {name: value.strip() or None for name, value in values.items()}
    if not any(texts.values()):
        raise LearnError("The new item has no text: there is nothing for the LLM to read.", "Type at least a title.")
    return validate_items(pd.DataFrame([{Items.ID: "new", Items.PRICE: price, **texts}]), "The new item")[0]


def read_new_items(path: Path | str, name: str | None = None) -> tuple[pd.DataFrame, list[str]]:
    """The items of a file that `learn.data.readers` reads, checked as a catalogue is, and what was done in words.

    Without a column of ids the rows are numbered: "new-1", "new-2", ...

    Args:
        path: the file.
        name: what to call it in messages; None: ``path``.

    Raises:
        LearnError: the file cannot be read, has too many rows, or holds no text.
    """
    where = name or str(path)
    try:
        table = read(path)
        items, notes = check_new_items(table.frame, where)
        return items, [note.text.replace(str(path), where) for note in table.notes] + notes
    except LearnError as error:
        remedy = next((advice for word, advice in _ADVICE.items() if word in error.remedy), error.remedy)
        raise LearnError(error.what.replace(str(path), where), remedy.replace(str(path), where)) from None


_ADVICE = {
    "--map": "Call the column that says what the items are “title”, and upload the file again.",
    "--encoding": "Save it as UTF-8 (in Excel: CSV UTF-8), and upload it again.",
    "learn prepare": "Upload them in parts.",
}
"""What the readers advise on the command line, by a word of it, and what to do with an uploaded file."""


def unusual_gaps(items: pd.DataFrame, catalogue: pd.DataFrame, share: float = 0.9) -> list[str]:
    """Fields that some of ``items`` lack, though more than ``share`` of the ``catalogue``'s items have them.

    A prompt without a sentence that all others have lies far from all of them, whatever its title says. An item without
    a price has that sentence where a usual price is read in its place.
    """
    names = [name for name in (Items.CATEGORY, Items.BRAND, Items.PRICE) if name in catalogue]
    has = {name: catalogue[name].notna() for name in names}
    if Items.PRICE in has and Items.USUAL_PRICE in catalogue:
        has[Items.PRICE] |= catalogue[Items.USUAL_PRICE].notna()
    return [name for name in names if has[name].mean() > share and items[name].isna().any()]


def frequent_values(items: pd.DataFrame, column: str) -> list[str]:
    """The distinct values of a column of ``items``, the most frequent first; none where there is no such column."""
    return [str(value) for value in items[column].dropna().value_counts().index] if column in items else []


def closest_values(text: str, values: list[str], most: int = 3) -> list[str]:
    """Those of ``values`` that share most of their words with ``text``, at most ``most``; none that shares no word."""
    words = _words(text)
    shared = {value: len(words & _words(value)) / len(words | _words(value)) for value in values if words}
    return sorted((value for value in shared if shared[value]), key=lambda value: (-shared[value], value))[:most]


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def audiences(
    recommenders: dict[str, Recommender],
    items: pd.DataFrame,
    content: np.ndarray,
    history: Sequences,
    user_ids: np.ndarray,
    k: int,
) -> pd.DataFrame:
    """The ``k`` users in whose own lists every Run has each new item highest.

    Args:
        items: n new items; content: [n, D_llm] their content embeddings.
        history, user_ids: of the dataset's users.

    Returns:
        Columns item_id, title, run, place (1 is who would see it earliest), user_id, rank (the item's in that user's
        own list of what is new to them), within_1000 (whether that is among the first 1,000: else hardly seen).
    """
    rows = []
    for name, recommender in recommenders.items():
        vectors = recommender.embed_new_items(content)
        for item_id, title, vector in zip(items[Items.ID], items[Items.TITLE], vectors, strict=True):
            users, ranks, _ = first_users(recommender.users, recommender.items, vector, history, k)
            for place, (user, rank) in enumerate(zip(users, ranks.tolist(), strict=True), 1):
                rows.append((item_id, title, name, place, user_ids[user], rank, rank <= SEEN))
    return pd.DataFrame(rows, columns=[Items.ID, Items.TITLE, "run", "place", "user_id", "rank", f"within_{SEEN}"])
