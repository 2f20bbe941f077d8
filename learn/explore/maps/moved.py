"""What moved between two spaces: how many of an item's nearest neighbours it keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from learn.data.schema import Slices
from learn.data.slices import item_slices
from learn.explore.catalogue import Catalogue
from learn.explore.maps.buyers import much_bought

ITEM, TITLE, CATEGORY, BRAND, PRICE = "item", "title", "category", "brand", "price"
SLICE, INTERACTIONS, SHARED, OVERLAP = "slice", "interactions", "shared", "overlap"
OTHER_KIND = "other kind"


def jaccard(before: np.ndarray, after: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Neighbours shared by two spaces.

    Args:
        before, after: [M, k] neighbours of the same items, without repetition.

    Returns:
        shared [M] int64, how many are in both; overlap [M] float64, that over the size of the union: 0 to 1.
    """
    shared = (before[:, :, None] == after[:, None, :]).any(axis=2).sum(axis=1)
    union = before.shape[1] + after.shape[1] - shared
    return shared, shared / np.maximum(union, 1)


def commonest(neighbours: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """[M] the code that most of each item's ``neighbours`` ([M, k] rows) have; of equally common ones the smallest.

    Args:
        codes: [M] int, for example each item's category by its place in ``Catalogue.category_order``.
    """
    if not neighbours.shape[1]:
        return np.zeros(len(neighbours), dtype=np.int64)
    near = codes[neighbours].astype(np.int64)
    votes = (near[:, :, None] == near[:, None, :]).sum(axis=2)
    best = (votes * (int(codes.max()) + 1) - near).argmax(axis=1)
    return near[np.arange(len(near)), best]


def crossed(before: np.ndarray, after: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """[M] bool: the commonest category (``codes``, [M]) of an item's neighbours is another one in the other space."""
    return commonest(before, codes) != commonest(after, codes)


def other_kinds(before: np.ndarray, after: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """[M] int64: of an item's k neighbours in the second space, how many are of a kind that it had fewer of before.

    0: the neighbours are of the same kinds, perhaps other items of them; k: of other kinds altogether.

    Args:
        before, after: [M, k] neighbours as rows.
        kinds: [M] of these items, from `finest_kinds`.
    """
    m, k = before.shape
    n_kinds = int(kinds.max(initial=0)) + 1
    place = np.arange(m)[:, None] * n_kinds
    (cells, counts), (others, more) = (
        np.unique((place + kinds[near]).ravel(), return_counts=True) for near in (before, after)
    )
    _, first, second = np.intersect1d(cells, others, assume_unique=True, return_indices=True)
    both = np.minimum(counts[first], more[second])
    found: np.ndarray = k - np.bincount(cells[first] // n_kinds, weights=both, minlength=m).astype(np.int64)
    return found


def moved_items(
    before: np.ndarray, after: np.ndarray, items: np.ndarray, catalogue: Catalogue, training_counts: np.ndarray
) -> pd.DataFrame:
    """One row per item, in the order of ``items``: what it is, and how much of its neighbourhood it kept.

    Args:
        before, after: [M, k] neighbours in each space.
        items: [M] item indices of the rows.
        training_counts: [N] training interactions of every item of the catalogue.
    """
    shared, overlap = jaccard(before, after)
    return pd.DataFrame(
        {
            ITEM: items,
            TITLE: catalogue.titles[items],
            CATEGORY: catalogue.categories[items],
            BRAND: catalogue.brands[items],
            PRICE: catalogue.prices[items],
            SLICE: item_slices(training_counts)[items],
            INTERACTIONS: training_counts[items],
            SHARED: shared,
            OVERLAP: overlap,
            OTHER_KIND: other_kinds(before, after, finest_kinds(catalogue)[items]),
        }
    )


def shared_histogram(table: pd.DataFrame, k: int) -> pd.DataFrame:
    """How many items keep 0, 1, ..., ``k`` neighbours: columns shared, items, share."""
    counts = np.bincount(table[SHARED], minlength=k + 1)
    return pd.DataFrame({SHARED: np.arange(k + 1), "items": counts, "share": counts / max(len(table), 1)})


def overlap_by(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Mean overlap and mean shared neighbours of each value of ``column``: columns column, items, overlap, shared.

    Slices stand in their own order, everything else with the most items first.
    """
    grouped = table.groupby(column, sort=True).agg(
        items=(ITEM, "size"), overlap=(OVERLAP, "mean"), shared=(SHARED, "mean")
    )
    grouped = grouped.reset_index()
    if column == SLICE:
        rank = {name: place for place, name in enumerate(Slices.NAMES)}
        return grouped.sort_values(column, key=lambda names: names.map(rank), kind="stable").reset_index(drop=True)
    return grouped.sort_values("items", ascending=False, kind="stable").reset_index(drop=True)


def most_changed(table: pd.DataFrame, n: int = 100) -> pd.DataFrame:
    """The ``n`` items with the least overlap; of equal ones those with the most neighbours of another kind, then those
    with the most interactions."""
    order = [OVERLAP, OTHER_KIND, INTERACTIONS]
    return table.sort_values(order, ascending=[True, False, False], kind="stable").head(n)


def least_changed(table: pd.DataFrame, n: int = 100) -> pd.DataFrame:
    """The ``n`` items with the most overlap; of equal ones those with the most interactions first."""
    return table.sort_values([OVERLAP, INTERACTIONS], ascending=False, kind="stable").head(n)


@dataclass(frozen=True)
class Example:
    """One item whose story can be retold.

    Attributes:
        row: its row in the table; item: its index in the catalogue.
        before, after: item indices of the neighbours that tell it, the nearest first.
        shared: how many of its neighbours both spaces have.
        buyers: how many buyers it shares with its neighbours in each (`Buyers.shared_with`); None: not asked.
        rising: of how many of the much-bought items that rises, as a share of them; None: not asked.
    """

    row: int
    item: int
    before: list[int]
    after: list[int]
    shared: int
    buyers: tuple[float, float] | None = None
    rising: float | None = None


def find_example(
    before: np.ndarray,
    after: np.ndarray,
    table: pd.DataFrame,
    catalogue: Catalogue,
    told: int = 2,
    shares: tuple[np.ndarray, np.ndarray] | None = None,
) -> Example | None:
    """The much-bought item that shows best what changed (`most_telling`), or None where nothing tells.

    Args:
        before, after: [M, k] neighbours as rows of ``table``.
        told: how many neighbours to name on each side.
        shares: of the much-bought items (`buyers.much_bought` of ``table``), [R] each, how many buyers they share with
            their neighbours before and after (`Buyers.shared_with`); None: buyers are not asked.
    """
    items = table[ITEM].to_numpy()
    if not len(table) or not before.shape[1]:
        return None
    rows = much_bought(table[INTERACTIONS].to_numpy(), items, catalogue)
    near = items[before[rows]], items[after[rows]]
    kinds = finest_kinds(catalogue)
    gain = np.ones(len(rows)) if shares is None else shares[1] - shares[0]
    found = most_telling(kinds[items[rows]], kinds[near[0]], kinds[near[1]], kept_of(*near), gain)
    if found is None:
        return None
    best, together = found
    row, item = int(rows[best]), int(items[rows[best]])
    named = told_neighbours(near[0][best], near[1][best], item, together, catalogue, told)
    both = None if shares is None else (float(shares[0][best]), float(shares[1][best]))
    rising = None if shares is None else float((gain > 0).mean())
    return Example(row, item, *named, int(table[SHARED].iloc[row]), both, rising)


def most_telling(
    own: np.ndarray, before: np.ndarray, after: np.ndarray, kept: np.ndarray, gain: np.ndarray
) -> tuple[int, np.ndarray] | None:
    """The row that shows best what buyers taught, and how many of its neighbours there are now of each one's kind.

    Best is the product of `changed_scores`, the share of neighbours replaced, and what it gained in shared buyers; of
    equal ones the first. None where no row has all three.

    Args:
        own: [M] the items' kinds; before, after: [M, k] the kinds of their neighbours in two spaces.
        kept: [M] the share of neighbours kept.
        gain: [M] by how much more buyers they share with their neighbours now.
    """
    if not len(own):
        return None
    scores, together = changed_scores(own, before, after)
    told = scores * (1 - kept) * gain
    best = int(np.where(gain > 0, told, 0).argmax())
    return (best, together[best]) if told[best] > 0 and gain[best] > 0 else None


def kept_of(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """[M] the share of each item's neighbours in ``before`` ([M, k]) that it has in ``after``, too."""
    found: np.ndarray = jaccard(before, after)[0] / max(before.shape[1], 1)
    return found


def finest_kinds(catalogue: Catalogue) -> np.ndarray:
    """[N] int: which finest category an item has."""
    codes: np.ndarray = pd.Series(catalogue.categories + "\x1f" + catalogue.finer, dtype=object).factorize()[0]
    return codes


def changed_scores(own: np.ndarray, before: np.ndarray, after: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How well items tell that they were among their like, and are now among others that are like each other.

    Args:
        own: [M] the items' kinds; before, after: [M, k] the kinds of their neighbours in two spaces.

    Returns:
        scores [M], the product of the two shares, 0 to 1; together [M, k], how many neighbours there are now of each
        one's kind, 0 for the item's own.
    """
    was = (before == own[:, None]).mean(axis=1)
    elsewhere = np.where(after == own[:, None], -1, after)
    together = ((elsewhere[:, :, None] == elsewhere[:, None, :]) & (elsewhere[:, :, None] >= 0)).sum(axis=2)
    return was * together.max(axis=1) / after.shape[1], together


def told_neighbours(
    before: np.ndarray, after: np.ndarray, item: int, together: np.ndarray, catalogue: Catalogue, told: int
) -> tuple[list[int], list[int]]:
    """Which ``told`` neighbours make the point: the item's like before, the others' commonest kind after.

    Args:
        before, after: [k] item indices; together: [k], as `changed_scores` gives them for this item.
    """
    kinds = finest_kinds(catalogue)
    like = [row for row in before if kinds[row] == kinds[item]] + list(before)
    theirs = [row for _, row in sorted(zip(-together, range(len(after)), strict=True))]
    other = [after[place] for place in theirs]
    return _distinct(like, catalogue, item, told), _distinct(other, catalogue, item, told)


def _distinct(items: Sequence[int], catalogue: Catalogue, itself: int, told: int) -> list[int]:
    """The first ``told`` of ``items`` whose titles differ from each other and from the item's own."""
    seen, chosen = {str(catalogue.titles[itself])}, []
    for item in map(int, items):
        if str(catalogue.titles[item]) not in seen:
            seen.add(str(catalogue.titles[item]))
            chosen.append(item)
    return chosen[:told]
