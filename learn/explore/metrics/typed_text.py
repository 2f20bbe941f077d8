"""Does a space understand what people type? Items of the catalogue, said in other words, and who their neighbours are.

What is typed never reads as the catalogue does: the size is missing, words change places, a brand comes that nobody
sells. A space that holds what a text means keeps such an item among its own kind; one that holds how it is written
does not. A whitened space blows up directions along which only the writing differs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from learn.data.dataset import Dataset
from learn.data.schema import Items
from learn.retrieval.exact import ExactIndex

N_ITEMS, NEIGHBOURS = 300, 10
EASY = ("size dropped", True)
"""The wording that changes least."""

Probe = tuple[str, bool]
"""How the title was changed (`WORDINGS`), and whether the category was left in."""


def without_size(title: str) -> str:
    """The title up to its first comma: completejourney's sizes follow it."""
    return title.split(",", 1)[0]


def in_reverse(title: str) -> str:
    """`without_size`, its words in reverse order, lower case, slashes for blanks."""
    return " ".join(reversed(without_size(title).replace("/", " ").split())).lower()


def strange(title: str) -> str:
    """`without_size` between a brand and a size that the catalogue does not have."""
    return f"Oatly {without_size(title)} 1 L"


WORDINGS: dict[str, Callable[[str], str]] = {
    EASY[0]: without_size,
    "words reversed": in_reverse,
    "a strange brand and size": strange,
}


def sampled_items(counts: np.ndarray, n: int = N_ITEMS, seed: int = 0) -> np.ndarray:
    """[<= n] indices of items of the training part (``counts`` [N] interactions there), drawn at random."""
    known = np.flatnonzero(counts > 0)
    return np.random.default_rng(seed).choice(known, min(n, len(known)), replace=False)


def reworded(dataset: Dataset, rows: np.ndarray) -> dict[Probe, pd.DataFrame]:
    """The items ``rows`` ([n] indices) as somebody might type them: brand kept, price left out, category or not."""
    items = dataset.items.iloc[rows].reset_index(drop=True)
    kept = [name for name in (Items.ID, Items.TITLE, Items.CATEGORY, Items.BRAND) if name in items]
    found = {}
    for name, change in WORDINGS.items():
        typed = items[kept].assign(**{Items.TITLE: items[Items.TITLE].fillna("").map(change)})
        found[name, True] = typed
        found[name, False] = typed.drop(columns=Items.CATEGORY, errors="ignore")
    return found


def same_kind(
    vectors: np.ndarray, rows: np.ndarray, typed: np.ndarray, kinds: np.ndarray, k: int = NEIGHBOURS
) -> float:
    """The share of the ``k`` nearest items by cosine that are of the typed item's own kind, itself left out.

    Args:
        vectors: [N, d] of length 1; typed: [n, d] of length 1, the items ``rows`` ([n] indices) in other words.
        kinds: [N] what an item is, for example `learn.explore.catalogue.Catalogue.finer`.
    """
    found, _ = ExactIndex(vectors).search(typed, min(k + 1, len(vectors)))
    others = found != rows[:, None]
    others[others.all(axis=1), -1] = False  # where the item is not among them the farthest goes
    nearest = found[others].reshape(len(rows), -1)
    return float((kinds[nearest] == kinds[rows][:, None]).mean())


def typed_text(
    vectors: np.ndarray,
    rows: np.ndarray,
    kinds: np.ndarray,
    directions: Callable[[np.ndarray], np.ndarray],
    content: Mapping[Probe, np.ndarray],
) -> pd.Series:
    """`same_kind` of every probe in one space.

    Args:
        vectors, rows, kinds: see `same_kind`.
        directions: content embeddings [n, D_llm] -> [n, d] of length 1 in that space.
        content: of every probe (`reworded`), [n, D_llm].

    Returns:
        One share per probe, in the order of ``content``; `worst` and `easy` say the two that matter.
    """
    return pd.Series({probe: same_kind(vectors, rows, directions(one), kinds) for probe, one in content.items()})


def worst(shares: pd.Series) -> float:
    """The lowest share of `typed_text`."""
    return float(shares.min())


def easy(shares: pd.Series) -> float:
    """The share of `typed_text` where only the size is missing."""
    return float(shares[EASY])
