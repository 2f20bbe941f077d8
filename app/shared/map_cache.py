"""Spaces, maps and neighbours for the pages that show them, once per process."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import streamlit as st

from app.components.maps import pack_points
from app.shared import cache
from learn.data.splits import SplitInfo
from learn.explore.maps.colouring import COLOURINGS, colouring
from learn.explore.maps.item_maps import ItemMap, K, make_maps, mapped_items, place_users, read_maps
from learn.explore.maps.neighbours import nearest
from learn.explore.maps.regions import name_regions
from learn.explore.maps.spaces import Space, space_vectors, user_directions

MOST_USERS = 400
_drawing = threading.Lock()


class PageProgress:
    """`learn.progress.Progress` as a bar on the page."""

    @contextmanager
    def task(self, description: str, total: float, unit: str) -> Iterator[PageProgress]:
        self._total, self._done, self._text = total, 0.0, f"{description}: computed once, then kept"
        self._bar = st.progress(0.0, text=self._text)
        yield self
        self._bar.empty()

    def update(self, n: float = 1, **fields: Any) -> None:
        """``n`` more steps are done."""
        self._done += n
        self._bar.progress(min(self._done / self._total, 1.0), text=f"{self._text} ({self._done / self._total:.0%})")


@st.cache_resource(max_entries=8, show_spinner=False)
def items_on_map(_view: cache.View, fingerprint: str, info: SplitInfo) -> np.ndarray:
    """[M] item indices: all of a catalogue, or the sample of a large one."""
    return mapped_items(_view.catalogue, _view.counts == 0)


@st.cache_resource(max_entries=4)
def _unstored() -> dict[tuple, ItemMap]:
    """Maps that could not be written: kept for as long as the server runs."""
    return {}


def drawn_maps(spaces: list[Space], first: Space, view: cache.View, items: np.ndarray) -> dict[str, ItemMap]:
    """Space name -> its map, for those of ``spaces`` that were drawn before."""
    found = read_maps(spaces, first, items, view.dataset.n_items, cache.workspace())
    memory = _unstored()
    for space in spaces:
        kept = memory.get(_key(space))
        if space.name not in found and kept is not None and np.array_equal(kept.items, items):
            found[space.name] = kept
    return found


def item_maps(spaces: list[Space], first: Space, view: cache.View, items: np.ndarray) -> dict[str, ItemMap]:
    """Space name -> its map; what is missing is computed under a progress bar and stored."""
    found = drawn_maps(spaces, first, view, items)
    if len(found) == len(spaces):
        return found
    if _drawing.locked():
        st.info("These maps are being computed for somebody else; they come next.", icon=":material/hourglass:")
    with _drawing:
        found = drawn_maps(spaces, first, view, items)
        if len(found) < len(spaces):
            place = cache.workspace()
            found = make_maps(spaces, first, view.dataset, items, place, PageProgress(), must_store=False)
            _unstored().update({_key(space): found[space.name] for space in spaces})
    return found


def _key(space: Space) -> tuple:
    return space.name, *cache.run_key([space.run])


@st.cache_resource(max_entries=12, show_spinner="Reading vectors …")
def _vectors(_space: Space, _view: cache.View, name: str, key: tuple, fingerprint: str) -> np.ndarray:
    return space_vectors(_space, _view.dataset)


def vectors(space: Space, view: cache.View) -> np.ndarray:
    """[N, d] vectors of length 1 of ``space``."""
    return _vectors(space, view, space.name, _key(space), view.dataset.fingerprint)


@st.cache_resource(max_entries=12, show_spinner="Looking for everybody's neighbours …")
def _neighbours(
    _space: Space, _view: cache.View, _items: np.ndarray, k: int, key: tuple, fingerprint: str, n: int
) -> np.ndarray:
    return nearest(vectors(_space, _view)[_items], k)[0]


def neighbours(space: Space, view: cache.View, items: np.ndarray, k: int) -> np.ndarray:
    """[M, k] the exact neighbours of each of ``items`` among ``items``, as places in ``items``."""
    return _neighbours(space, view, items, k, _key(space), view.dataset.fingerprint, len(items))


@st.cache_resource(max_entries=8, show_spinner="Placing people …")
def _users(_space: Space, _view: cache.View, _found: ItemMap, key: tuple, version: str) -> np.ndarray:
    users, items = user_directions(_space, _view.dataset)
    chosen = np.random.default_rng(0).permutation(len(users))[:MOST_USERS]
    places = place_users(_found.plane, items[_found.items], users[chosen])
    return places[np.isfinite(places).all(axis=1)]


def user_places(space: Space, view: cache.View, found: ItemMap, version: str) -> np.ndarray:
    """[<= MOST_USERS, 2] where a random sample of the users lie on the map of ``space``."""
    return _users(space, view, found, _key(space), version)


def points_version(maps: dict[str, ItemMap], view: cache.View, users: bool) -> str:
    """What tells one set of drawn points from another."""
    digest = hashlib.sha256(f"{view.dataset.fingerprint} {view.split.describe()} {users}".encode())
    for name, found in maps.items():
        digest.update(name.encode() + found.items.tobytes() + found.plane.tobytes())
    return digest.hexdigest()[:16]


def described(space: Space, regions: dict[str, list]) -> dict[str, Any]:
    """What the component is told of ``space``."""
    return {
        "name": space.name,
        "label": space.label,
        "explanation": space.explanation,
        "regions": regions[space.name],
    }


def on_canvas(maps: dict[str, ItemMap], plane: np.ndarray) -> np.ndarray:
    """[n, 2] places on one of ``maps`` -> the component's coordinates, 0 to 65535, the same for all of them."""
    low = np.min([found.plane.min(axis=0) for found in maps.values()], axis=0)
    high = np.max([found.plane.max(axis=0) for found in maps.values()], axis=0)
    middle, size = (low + high) / 2, float((high - low).max()) or 1.0
    return np.clip((plane - middle) / size * 65535 + 32767.5, 0, 65535)


@st.cache_resource(max_entries=4, show_spinner="Packing the points …")
def packed_points(
    _maps: dict[str, ItemMap], _users: dict[str, np.ndarray], _view: cache.View, version: str
) -> tuple[bytes, dict[str, list]]:
    """The component's message for these maps, and each map's named regions as [x, y, text]."""
    items = next(iter(_maps.values())).items
    catalogue = _view.catalogue
    names = list(dict.fromkeys(catalogue.categories[items]))
    codes = {name: code for code, name in enumerate(names)}
    arrays = {
        "category": np.array([codes[name] for name in catalogue.categories[items]], dtype=np.uint16),
        "price": catalogue.prices[items].astype(np.float32),
        "popularity": _view.counts[items].astype(np.uint32),
    }
    for name, found in _maps.items():
        arrays[f"xy:{name}"] = on_canvas(_maps, found.plane).astype(np.uint16).ravel()
        arrays[f"trust:{name}"] = found.trust
    for name, places in _users.items():
        arrays[f"users:{name}"] = on_canvas(_maps, places).astype(np.uint16).ravel()
    schemes = {}
    for name in COLOURINGS:
        made = colouring(name, catalogue, items, _view.counts)
        arrays[f"code:{name}"] = made.codes
        schemes[name] = {"names": made.names, "colours": made.colours, "counts": made.counts}
    header = {
        "version": version,
        "n": len(items),
        "k": min(K, len(items) - 1),
        "categories": names,
        "schemes": schemes,
        "users": bool(_users),
        "popularityWord": "times in training",
    }
    regions = {}
    for name, found in _maps.items():
        table = name_regions(found.plane, items, catalogue)
        places = on_canvas(_maps, table[["x", "y"]].to_numpy(dtype=float).reshape(-1, 2))
        regions[name] = [[int(x), int(y), text] for (x, y), text in zip(places, table["text"], strict=True)]
    return pack_points(header, arrays, catalogue.titles[items]), regions
