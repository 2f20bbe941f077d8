"""Which maps the Atlas shows at first, what it says of them, and the file that can be sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from learn.data.dataset import Dataset
from learn.data.thumbnails import Thumbnails
from learn.errors import LearnError
from learn.explore.atlas.html import single_file
from learn.explore.atlas.points import AtlasMap, described, pack_atlas, points_version
from learn.explore.catalogue import Catalogue, read_catalogue
from learn.explore.maps.item_maps import ItemMap, K, place_users
from learn.explore.maps.neighbours import nearest
from learn.explore.maps.spaces import Space, space_vectors, user_directions

MOST_SPACES = 4
"""Spaces whose points the browser holds at once, and maps that stand side by side."""
MOST_USERS = 400
MOST_BYTES = 8_000_000
"""Of the file to send: pictures have what the rest leaves of it."""
_MOST_TELLING = "b"
"""The tower whose space differs most from the LLM's: it was trained on what people buy together, item by item."""


def first_pair(spaces: Sequence[Space]) -> tuple[str, str]:
    """The names of the two spaces that are compared before anybody chose: the LLM's view and tower (b)'s."""
    content = next((space for space in spaces if space.is_content), spaces[0])
    others = [space for space in spaces if space.name != content.name] or [content]
    telling = next((space for space in others if space.run.info.variant == _MOST_TELLING), others[-1])
    return content.name, telling.name


def held_spaces(spaces: Sequence[Space], wanted: Sequence[str]) -> list[Space]:
    """The spaces that the browser gets, in their own order: those ``wanted`` (names), then the first, `MOST_SPACES`."""
    names = list(dict.fromkeys([*wanted, *(space.name for space in spaces)]))[:MOST_SPACES]
    return [space for space in spaces if space.name in names]


def users_on_map(space: Space, dataset: Dataset, found: ItemMap) -> np.ndarray | None:
    """[<= MOST_USERS, 2] where a random sample of people lie on a map; None where no Run recommends in its space."""
    with suppress(LearnError):
        users, items = user_directions(space, dataset)
        chosen = np.random.default_rng(0).permutation(len(users))[:MOST_USERS]
        places = place_users(found.plane, items[found.items], users[chosen])
        return places[np.isfinite(places).all(axis=1)]
    return None


def map_version(shown: Sequence[AtlasMap], dataset: Dataset) -> str:
    """What tells the points of ``shown`` from others."""
    return points_version(shown, f"{dataset.fingerprint} {dataset.split.describe()}")


def about_maps(maps: Mapping[str, ItemMap], spaces: Sequence[Space], n_items: int) -> list[str]:
    """Sentences on what is shown and how far it can be trusted; ``maps``: space name -> map."""
    some = next(iter(maps.values()))
    shown = len(some.items)
    which = f"All {n_items:,} items are shown."
    if shown < n_items:
        which = (
            f"Shown are {shown:,} of {n_items:,} items: a random sample in which every category, and cold and warm "
            "items, have their share. Neighbours are looked for among them."
        )
    near = "; ".join(f"{space.label}: {maps[space.name].trust.mean():.1f}" for space in spaces if space.name in maps)
    return [
        which,
        *(f"{space.label}: {space.unchanged}" for space in spaces if space.unchanged),
        f"Each map is a {some.method.upper()} drawing of a space with far more than two dimensions: items that lie "
        "together are alike there. Direction, and how large a group is drawn, mean nothing.",
        f"Of an item's {K} true nearest, on average lie near it on the map: {near}. Lists and lines are always of the "
        "true ones; a line is dashed where the map has that item elsewhere.",
        *_far_groups(maps, spaces),
        *_ways(maps, spaces),
    ]


def how_to_read(maps: Mapping[str, ItemMap], spaces: Sequence[Space]) -> str:
    """One line on how ``maps`` are drawn and what of them may be read, by how far the distances of groups hold on the
    worst of them."""
    drawn = f"Flat {next(iter(maps.values())).method.upper()} map: trust what is near;"
    known = [
        quality.far_groups
        for space in spaces
        if space.name in maps and (quality := maps[space.name].quality) and np.isfinite(quality.far_groups)
    ]
    if not known:
        return f"{drawn} ignore distances between groups."
    worth = "hold well" if min(known) >= 0.8 else "are rough" if min(known) >= 0.5 else "hardly hold"
    return f"{drawn} distances between groups {worth}."


def _far_groups(maps: Mapping[str, ItemMap], spaces: Sequence[Space]) -> list[str]:
    known = [
        (space.label, quality.far_groups)
        for space in spaces
        if space.name in maps and (quality := maps[space.name].quality) and np.isfinite(quality.far_groups)
    ]
    if not known:
        return []
    figures = "; ".join(f"{label}: {value:.2f}" for label, value in known)
    return [
        "How far two groups of items lie from each other follows their distance in the space (rank correlation; 1: in "
        f"full): {figures}."
    ]


def _ways(maps: Mapping[str, ItemMap], spaces: Sequence[Space]) -> list[str]:
    labels = {space.name: space.label for space in spaces}
    known = [
        (labels[before], labels[after], move)
        for after, one in maps.items()
        for before, move in one.moves.items()
        if before in labels and after in labels and np.isfinite(move.change)
    ]
    if not known:
        return []
    figures = "; ".join(f"{before} to {after}: {move.change:.2f}" for before, after, move in known)
    return [
        "All maps lie in one frame, so that an item that stays has changed little. How far an item moves follows how "
        f"much its likeness to the groups changes (rank correlation): {figures}. Which single neighbours it loses, "
        "the way tells hardly at all: that is what the colouring by neighbours kept is for."
    ]


def drawn_of(
    held: Sequence[Space], maps: Mapping[str, ItemMap], version: str, n_items: int, pair: tuple[str, str]
) -> dict[str, Any]:
    """What the browser is told beside the points, before anybody chose anything else than ``pair``."""
    return {
        "version": version,
        "spaces": [described(space) for space in held],
        "about": about_maps(maps, held, n_items),
        "reading": how_to_read(maps, held),
        "initial": {"before": pair[0], "after": pair[1], "maps": min(2, len(held)), "colour": "category"},
    }


def atlas_file(
    points: bytes,
    drawn: dict[str, Any],
    dataset: Dataset,
    items: np.ndarray,
    most_bytes: int = MOST_BYTES,
) -> bytes:
    """The Atlas of ``dataset`` as one HTML file; of ``drawn`` it takes what needs no server.

    Args:
        items: [M] item indices, those on the maps: pictures of the most bought ones fill the file up to
            ``most_bytes``.
    """
    kept = {name: drawn[name] for name in ("version", "spaces", "about")} | {
        "reading": drawn.get("reading", ""),
        "dataset": dataset.name,
    }
    initial = {name: drawn["initial"][name] for name in ("before", "after", "maps", "colour")}
    kept, title = {**kept, "initial": initial}, f"Atlas of {dataset.name}"
    made = single_file(points, kept, title).encode()
    if dataset.pictures is None:
        return made
    room = most_bytes - len(made) - 1000  # the sentence on them, and the names of what is new
    pictures = _pictures_within(dataset.pictures, dataset, items, room)
    has = int(dataset.pictures.present[items[items < len(dataset.pictures.present)]].sum())
    told = f"This file holds the pictures of {len(pictures):,} of the {has:,} items that have one: of the most bought."
    return single_file(points, {**kept, "about": [*kept["about"], told], "pictures": pictures}, title).encode()


def _pictures_within(pictures: Thumbnails, dataset: Dataset, items: np.ndarray, room: int) -> dict[str, str]:
    """Item id -> picture as a data URI, of the most bought of ``items``, as many as ``room`` (bytes) holds."""
    found: dict[str, str] = {}
    for item in items[np.argsort(-dataset.split.training_counts()[items], kind="stable")]:
        address = pictures.address(int(item))
        if not address:
            continue
        name = str(dataset.item_ids[item])
        room -= len(address) + len(json.dumps(name)) + 6
        if room < 0:
            break
        found[name] = address
    return found


def make_atlas(
    dataset: Dataset, spaces: Sequence[Space], maps: Mapping[str, ItemMap], catalogue: Catalogue | None = None
) -> bytes:
    """The Atlas of ``spaces`` as one HTML file: the same bytes as the app's button gives.

    Args:
        maps: space name -> its map, of every one of `held_spaces`.

    Raises:
        LearnError: vectors are missing or damaged.
    """
    catalogue = catalogue or read_catalogue(dataset)
    pair = first_pair(spaces)
    held = held_spaces(spaces, pair)
    shown = []
    for space in held:
        found = maps[space.name]
        near = nearest(space_vectors(space, dataset)[found.items], K)[0] if found.near is None else found.near
        shown.append(AtlasMap(space.name, found, near, users_on_map(space, dataset, found)))
    version = map_version(shown, dataset)
    split = dataset.split
    points = pack_atlas(shown, catalogue, dataset.item_ids, split.training_counts(), version, split.train())
    here = {space.name: maps[space.name] for space in held}
    drawn = drawn_of(held, here, version, dataset.n_items, pair)
    return atlas_file(points, drawn, dataset, shown[0].found.items)
