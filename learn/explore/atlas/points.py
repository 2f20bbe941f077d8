"""What the Atlas draws: places, neighbours, names and colours of every item in every chosen space."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd

from learn.data.sequences import Sequences
from learn.explore.atlas.pack import pack_points, smallest_codes, text_array
from learn.explore.catalogue import Catalogue
from learn.explore.colours import CHANGE_COLOURS, CROSSED_COLOURS, category_colours
from learn.explore.maps import moved
from learn.explore.maps.buyers import Buyers, much_bought
from learn.explore.maps.colouring import COLOURINGS, colouring
from learn.explore.maps.item_maps import ItemMap, K
from learn.explore.maps.regions import name_levels
from learn.explore.maps.spaces import Space

EXTENT = 65535
"""The browser's map coordinates run from 0 to this."""
KEPT, TRUST, CROSSED = "neighbours kept", "trust of the map", "crossed category"
DIFFERENCES = (KEPT, CROSSED, TRUST)
"""Colourings that compare: two spaces with each other, or the map with its space."""


@dataclass(frozen=True)
class AtlasMap:
    """The map of one space as the Atlas shows it.

    Attributes:
        name: of the space.
        found: where its items lie in the plane.
        near: [M, k] the exact nearest of each mapped item among them, as rows of ``found.items``; None: not told.
        users: [U, 2] places of people on the map; None: nobody's.
    """

    name: str
    found: ItemMap
    near: np.ndarray | None = None
    users: np.ndarray | None = None


def colouring_names() -> list[str]:
    """What points can be coloured by, as links have it: properties of the items, then differences."""
    return [*COLOURINGS, *DIFFERENCES]


def points_version(shown: Sequence[AtlasMap], about: str) -> str:
    """What tells one set of drawn points from another; ``about``: the dataset, its split, and what else was asked."""
    digest = hashlib.sha256(about.encode())
    for one in shown:
        digest.update(one.name.encode() + one.found.items.tobytes() + one.found.plane.tobytes())
        digest.update(b"" if one.near is None else b"near")
    return digest.hexdigest()[:16]


def on_canvas(maps: Sequence[ItemMap], plane: np.ndarray) -> np.ndarray:
    """[n, 2] places on one of ``maps`` -> the browser's coordinates, 0 to `EXTENT`, the same for all of them."""
    low = np.min([found.plane.min(axis=0) for found in maps], axis=0)
    high = np.max([found.plane.max(axis=0) for found in maps], axis=0)
    middle, size = (low + high) / 2, float((high - low).max()) or 1.0
    return np.clip((plane - middle) / size * EXTENT + EXTENT / 2, 0, EXTENT)


def described(space: Space) -> dict[str, Any]:
    """What people read of ``space``."""
    return {"name": space.name, "label": space.label, "explanation": space.line, "near": space.near}


def pack_atlas(
    shown: Sequence[AtlasMap],
    catalogue: Catalogue,
    item_ids: np.ndarray,
    counts: np.ndarray,
    version: str,
    bought: Sequences | None = None,
) -> bytes:
    """The browser's message for the maps ``shown``, which are of the same items.

    Args:
        item_ids: [N]; counts: [N] training interactions of every item of the catalogue.
        version: from `points_version`.
        bought: who bought what in training; None: nothing is said of buyers.
    """
    items, maps = shown[0].found.items, [one.found for one in shown]
    shares = _shares(shown, catalogue, counts, bought)
    there = set(catalogue.categories[items])
    categories = [name for name in catalogue.category_order if name in there]
    codes = {name: code for code, name in enumerate(categories)}
    finer, finer_names = pd.factorize(catalogue.finer[items].astype(object))
    brands, brand_names = pd.factorize(catalogue.brands[items].astype(object))
    arrays = {
        "category": np.array([codes[name] for name in catalogue.categories[items]], dtype=np.uint16),
        "finer": smallest_codes(finer),
        "brand": smallest_codes(brands),
        "price": catalogue.prices[items].astype(np.float32),
        "popularity": counts[items].astype(np.uint32),
        "ids": text_array(item_ids[items]),
    }
    regions = {}
    for one in shown:
        name = one.name
        arrays[f"xy:{name}"] = on_canvas(maps, one.found.plane).astype(np.uint16).ravel()
        arrays[f"trust:{name}"] = one.found.trust
        if one.near is not None:
            arrays[f"near:{name}"] = smallest_codes(one.near).ravel()
        if one.users is not None and len(one.users):
            arrays[f"users:{name}"] = on_canvas(maps, one.users).astype(np.uint16).ravel()
        regions[name] = _regions(one.found, maps, catalogue)
    made = {name: colouring(name, catalogue, items, counts) for name in COLOURINGS}
    arrays |= {f"code:{name}": scheme.codes for name, scheme in made.items()}
    header = {
        "version": version,
        "n": len(items),
        "k": min(K, len(items) - 1),
        "categories": categories,
        "finerNames": list(finer_names),
        "brandNames": list(brand_names),
        "schemes": {name: {"names": s.names, "colours": s.colours, "counts": s.counts} for name, s in made.items()},
        "change": CHANGE_COLOURS,
        "crossed": CROSSED_COLOURS,
        "regions": regions,
        "examples": _examples(shown, catalogue, counts, shares),
        "buyers": _on_average(shares),
        "popularityWord": "times in training",
    }
    return pack_points(header, arrays, catalogue.titles[items])


def _regions(found: ItemMap, maps: Sequence[ItemMap], catalogue: Catalogue) -> list[list]:
    """[x, y, text, level, colour of its category] of every named region, the coarsest level and the largest first."""
    table = name_levels(found.plane, found.items, catalogue)
    places = on_canvas(maps, table[["x", "y"]].to_numpy(dtype=float).reshape(-1, 2))
    colours = category_colours(catalogue.category_order)
    rows = zip(places, table["text"], table["level"], table["category"], strict=True)
    return [[int(x), int(y), str(text), int(level), colours[category]] for (x, y), text, level, category in rows]


def _examples(
    shown: Sequence[AtlasMap], catalogue: Catalogue, counts: np.ndarray, shares: Mapping[str, np.ndarray]
) -> Mapping[str, dict]:
    """ "before\\nafter" -> the rows that tell what changed between the two spaces (`learn.explore.maps.moved`)."""
    told = {}
    for before, after in permutations([one for one in shown if one.near is not None], 2):
        assert before.near is not None and after.near is not None
        items = before.found.items
        table = moved.moved_items(before.near, after.near, items, catalogue, counts)
        asked = (shares[before.name], shares[after.name]) if shares else None
        example = moved.find_example(before.near, after.near, table, catalogue, shares=asked)
        if example is not None and example.before and example.after:
            told[f"{before.name}\n{after.name}"] = {
                "point": example.row,
                "before": np.searchsorted(items, example.before).tolist(),
                "after": np.searchsorted(items, example.after).tolist(),
                "shared": example.shared,
                "buyers": example.buyers,
                "rising": example.rising,
            }
    return told


def _shares(
    shown: Sequence[AtlasMap], catalogue: Catalogue, counts: np.ndarray, bought: Sequences | None
) -> dict[str, np.ndarray]:
    """Space -> how many buyers each of the much-bought items shares with its neighbours there ([R])."""
    items = shown[0].found.items
    rows = much_bought(counts[items], items, catalogue)
    if bought is None or not len(rows):
        return {}
    buyers = Buyers(bought, len(counts))
    near = {one.name: items[one.near[rows]] for one in shown if one.near is not None and one.near.shape[1]}
    return {name: buyers.shared_with(items[rows], found) for name, found in near.items()}


def _on_average(shares: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """How many buyers the much-bought items share with their neighbours, on average: space by space."""
    if not shares:
        return {}
    count = len(next(iter(shares.values())))
    return {"items": count, "shared": {name: float(found.mean()) for name, found in shares.items()}}
