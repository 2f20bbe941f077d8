"""Items without any training interaction: which there are, and what each Run makes of their text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from learn.data.schema import Recommendations
from learn.data.sequences import Sequences
from learn.evaluation.better import FEW_USERS
from learn.explore.catalogue import Catalogue
from learn.explore.lists.audience import later_buyers, own_ranks
from learn.explore.lists.by_chance import middle_by_chance, rounded
from learn.explore.maps.item_maps import ItemMap, K
from learn.explore.maps.layout import near_count, near_on_map
from learn.retrieval.exact import top_k
from learn.retrieval.scores import pair_scores
from learn.runs.recommender import Recommender
from learn.runs.suggestions import Suggestions


def cold_items(counts: np.ndarray, target: Sequences, catalogue: Catalogue) -> pd.DataFrame:
    """Items that nobody had in the training part, those that most people got later first.

    Args:
        counts: [N] training interactions (`Split.training_counts`).
        target: every user's events of the target period.

    Returns:
        Columns index, title, category, brand, price, buyers (distinct users in the target period).
    """
    pairs = np.unique(np.stack([target.items.astype(np.int64), target.users]), axis=1)
    buyers = np.bincount(pairs[0], minlength=len(counts))
    cold = np.flatnonzero(counts == 0)
    cold = cold[np.argsort(-buyers[cold], kind="stable")]
    return pd.DataFrame(
        {
            "index": cold,
            "title": catalogue.titles[cold],
            "category": catalogue.categories[cold],
            "brand": catalogue.brands[cold],
            "price": catalogue.prices[cold],
            "buyers": buyers[cold],
        }
    )


def first_to_show(item_ids: Sequence[str], lists: Sequence[pd.DataFrame]) -> str:
    """The first of ``item_ids`` (not empty) that stands in anybody's list of products new to them; else the first.

    Args:
        lists: each Run's stored recommendations (columns `learn.data.schema.Recommendations.ALL`).
    """
    shown: set[str] = set()
    for table in lists:
        new = table[table[Recommendations.CANDIDATES] == Recommendations.UNSEEN]
        shown.update(map(str, new[Recommendations.ITEM].unique()))
    return next((one for one in item_ids if one in shown), item_ids[0])


def nearest(recommender: Recommender, item_vector: np.ndarray, allowed: np.ndarray, k: int) -> Suggestions:
    """The ``k`` items of ``allowed`` ([N] bool) with the greatest cosine to ``item_vector`` ([d]), by exact search.

    The popularity bias is left out: it says how much people buy, not what is alike.
    """
    return recommender.neighbours(item_vector, k, allowed)


def buyers_ranks(
    recommenders: dict[str, Recommender], history: Sequences, target: Sequences, item: int
) -> pd.DataFrame:
    """Who did get ``item`` in the target period, and its place in each one's list: columns user, then one per Run.

    Ranks are among items new to the user; users without history are left out.
    """
    users = later_buyers(target, item)
    users = users[history.lengths[users] > 0]
    columns = {
        name: own_ranks(one.users, one.items, one.items[item], history, users, item)
        for name, one in recommenders.items()
    }
    return pd.DataFrame({"user": users, **columns})


def buyers_sentence(table: pd.DataFrame, labels: dict[str, str], length: np.ndarray, first: int = 100) -> str:
    """What `buyers_ranks` (not empty) come to: how many of those who did buy the item would have met it.

    Args:
        labels: Run name -> what people read.
        length: [U] how long each one's whole list is (`new_to_each`).
        first: how long the lists are that people look through.
    """
    met = {name: int((table[name] <= first).sum()) for name in labels if name in table}
    most = max(met, key=lambda name: met[name])
    n = len(table)
    people = f"{n:,} people with a history" if n > 1 else "One person with a history"
    under = f" ({labels[most]})" if len(met) > 1 else ""
    shown = f"{'at best ' if len(met) > 1 else ''}{met[most]:,} of them had it in their first {first:,}{under}"
    if n == 1:
        shown = f"it was in their first {first:,}{under}"
    if not met[most]:
        shown = f"{'none of them' if n > 1 else 'they never'} had it in their first {first:,}"
    middle = {name: float(table[name].median()) for name in met}
    best = min(middle, key=lambda name: middle[name])
    highest = f" under {labels[best]}" if len(met) > 1 else ""
    chance = rounded(middle_by_chance(length[table["user"].to_numpy()]))
    these = f", for these {n:,}" if n > 1 else ""
    what = "median place" if n > 1 else "place"
    what = f"best {what}" if len(met) > 1 else what
    place = f"{what.capitalize()}{highest}: {middle[best]:,.0f} (by chance{these}: {chance})"
    return f"{people}; {shown}. {place}.{f' Fewer than {FEW_USERS}: a hint, no proof.' if n < FEW_USERS else ''}"


CHANCE = "chance"


def pooled_ranks(
    recommenders: dict[str, Recommender], history: Sequences, target: Sequences, items: np.ndarray, first: int = 100
) -> pd.DataFrame:
    """`buyers_ranks` of many items together: does a Run put an item high in the lists of those who did get it?

    Args:
        items: item indices; those that nobody with a history got add nothing.
        first: how long the lists are that people see.

    Returns:
        One row per Run, and `CHANCE`, a catalogue in random order: columns run, pairs (of item and buyer), median
        (rank), shown (share of the pairs whose rank is ``first`` or better).
    """
    ranks = pd.concat([buyers_ranks(recommenders, history, target, int(item)) for item in items], ignore_index=True)
    rows = [(name, len(ranks), ranks[name].median(), (ranks[name] <= first).mean()) for name in recommenders]
    n_items = len(next(iter(recommenders.values())).items)
    rows.append((CHANCE, len(ranks), (n_items + 1) / 2, min(first / n_items, 1.0)))
    return pd.DataFrame(rows, columns=["run", "pairs", "median", "shown"])


def place_on_map(coordinates: np.ndarray, neighbours: np.ndarray, cosines: np.ndarray) -> np.ndarray:
    """[2] where a new item goes on a map that was drawn without it: amid those of its neighbours that lie together.

    A map may tear neighbours apart, and the mean of all of them then lies where none is. So each neighbour is asked
    which others the map shows near it; the place is the mean, weighted by likeness, of the weightiest such group.

    Args:
        coordinates: [N, 2] of the catalogue.
        neighbours: [k] item indices, k at least 1; cosines: [k] to the new item.
    """
    weights = np.clip(cosines, 0.0, None)
    weights = weights if weights.sum() > 0 else np.ones(len(neighbours))
    near = near_on_map(coordinates, neighbours)
    together = (near[:, :, None] == neighbours).any(axis=1) | np.eye(len(neighbours), dtype=bool)
    weights = weights * together[(together @ weights).argmax()]
    return (coordinates[neighbours] * weights[:, None]).sum(axis=0) / weights.sum()


@dataclass(frozen=True)
class Placement:
    """A new item on the map of one space.

    Attributes:
        place: [2] where it goes.
        points: [k] its nearest items in the full space, the nearest first, as places in the map's ``items``.
        cosines: [k] to them.
        near: [k] bool, which of them the map shows near that place.
    """

    place: np.ndarray
    points: np.ndarray
    cosines: np.ndarray
    near: np.ndarray


def place_new_item(found: ItemMap, vectors: np.ndarray, vector: np.ndarray, k: int = K) -> Placement:
    """Where a new item goes on a map, by its ``k`` nearest among the items that are on it.

    Args:
        found: the map.
        vectors: [N, d] of length 1 (`learn.explore.maps.spaces.space_vectors`), of the whole catalogue.
        vector: [d] of length 1 (`learn.explore.maps.spaces.new_item_directions`).
    """
    from scipy.spatial import cKDTree

    points, cosines = top_k(pair_scores(vector, vectors[found.items])[None], min(k, len(found.items)))
    place = place_on_map(found.plane, points[0], cosines[0])
    around = cKDTree(found.plane).query(place, k=min(near_count(len(found.items)), len(found.items)))[1]
    return Placement(place, points[0], cosines[0], np.isin(points[0], around))
