"""Spaces, maps and neighbours for the pages that show them, once per process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import streamlit as st

from app.shared import cache
from learn.data.splits import SplitInfo
from learn.explore.atlas.points import AtlasMap, pack_atlas
from learn.explore.atlas.single import map_version, users_on_map
from learn.explore.maps.item_maps import ItemMap, K, make_maps, mapped_items, read_maps
from learn.explore.maps.neighbours import nearest
from learn.explore.maps.spaces import Space, space_vectors

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
    return mapped_items(_view.catalogue, _view.counts == 0, allowed=_view.dataset.available)


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
def _users(_space: Space, _view: cache.View, _found: ItemMap, key: tuple, version: str) -> np.ndarray | None:
    return users_on_map(_space, _view.dataset, _found)


def atlas_maps(spaces: list[Space], view: cache.View, maps: dict[str, ItemMap]) -> list[AtlasMap]:
    """Everything that the Atlas shows of ``spaces``: places, exact neighbours, and people where any can be placed."""
    shown = []
    for space in spaces:
        found = maps[space.name]
        near = neighbours(space, view, found.items, K) if found.near is None else found.near
        version = map_version([AtlasMap(space.name, found)], view.dataset)
        shown.append(AtlasMap(space.name, found, near, _users(space, view, found, _key(space), version)))
    return shown


@st.cache_resource(max_entries=6, show_spinner="Packing the points …")
def _packed(_shown: list[AtlasMap], _view: cache.View, version: str) -> bytes:
    return pack_atlas(_shown, _view.catalogue, _view.dataset.item_ids, _view.counts, version, _view.split.train())


def packed_points(shown: list[AtlasMap], view: cache.View) -> tuple[bytes, str]:
    """The component's message for these maps, and its version."""
    version = map_version(shown, view.dataset)
    return _packed(shown, view, version), version
