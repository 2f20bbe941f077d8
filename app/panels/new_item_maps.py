"""Where a new item would lie: the maps of every space that can place it, with the item as a star."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from app.components.maps import show_maps
from app.shared import cache, map_cache, theme
from learn.explore.atlas.points import AtlasMap, described, on_canvas
from learn.explore.lists.cold_start import Placement, place_new_item
from learn.explore.maps.item_maps import ItemMap
from learn.explore.maps.spaces import Space, find_spaces, new_item_directions
from learn.runs.recommender import Recommender
from learn.runs.stored import FoundRuns

MOST_PANES = 4


def show_places(
    opened: dict[str, Recommender],
    content: dict[str, np.ndarray],
    view: cache.View,
    runs: FoundRuns,
    key: str,
    former: dict[str, np.ndarray] | None = None,
) -> None:
    """Draws the maps of the LLM's view and of the chosen Runs with one new item on each of them.

    Args:
        content: Run name -> [1, D_llm] the item's content embedding, for every Run of ``opened``.
        runs: all of the dataset, since the first of their spaces is what every map is aligned to.
        key: of the component.
        former: as ``content``, of the item before its text was changed: the star comes from its place.
    """
    st.subheader("Its place on the maps", anchor=False)
    spaces = find_spaces(runs.usable)
    readers = {space.name: one for space in spaces if (one := _reader(space, opened)) is not None}
    wanted = [space for space in spaces if space.name in readers][:MOST_PANES]
    items = map_cache.items_on_map(view, view.dataset.fingerprint, view.split.info)
    maps = map_cache.drawn_maps(wanted, spaces[0], view, items) if wanted else {}
    if len(maps) < len(wanted):
        missing = ", ".join(space.label for space in wanted if space.name not in maps)
        st.info(
            f"No map has been drawn yet of: {theme.plain(missing)}. Open the Atlas once, or type:",
            icon=":material/map:",
        )
        st.code(f"learn map {view.dataset.name}", language="bash")
    shown = [space for space in wanted if space.name in maps]
    if not shown:
        return
    st.caption(
        "The star is the new item, amid those of its nearest items that lie together. Lines lead to its ten nearest "
        "in the full space; a dashed one where the map has that item elsewhere. Point at any item to see its name."
        + (" It came from where it stood before its text was changed." if former is not None else "")
    )
    maps = {space.name: maps[space.name] for space in shown}
    points, version = map_cache.packed_points([AtlasMap(name, found) for name, found in maps.items()], view)
    placed = {space.name: _place(space, readers[space.name], content, view, maps[space.name]) for space in shown}
    places = on_canvas(list(maps.values()), np.stack([one.place for one in placed.values()]))
    newcomer: dict[str, Any] = {"text": "the new item", "places": dict(zip(placed, places.tolist(), strict=True))}
    if former is not None and set(content) <= set(former):
        was = [_place(space, readers[space.name], former, view, maps[space.name]).place for space in shown]
        newcomer["was"] = dict(zip(placed, on_canvas(list(maps.values()), np.stack(was)).tolist(), strict=True))
    drawn = {
        "version": version,
        "spaces": [described(space) for space in shown],
        "links": {name: _link(one) for name, one in placed.items()},
        "newcomer": newcomer,
    }
    show_maps(points, drawn, key=f"{key}_maps")


def _reader(space: Space, opened: dict[str, Recommender]) -> Recommender | None:
    """What places a new item in ``space``; None where none of ``opened`` does."""
    if not space.is_content:
        return opened.get(space.run.name)
    return next((one for one in opened.values() if one.run.info.content_key == space.run.info.content_key), None)


def _place(
    space: Space, reader: Recommender, content: dict[str, np.ndarray], view: cache.View, found: ItemMap
) -> Placement:
    vector = new_item_directions(space, reader, content[reader.run.name])[0]
    return place_new_item(found, map_cache.vectors(space, view), vector)


def _link(one: Placement) -> dict:
    near, far = int(one.near.sum()), int((~one.near).sum())
    note = f"{near} of its {len(one.points)} nearest items are near the star on this map."
    if far:
        note += f" The other {far}, joined by dashed lines, lie elsewhere."
    return {
        "to": one.points.tolist(),
        "far": (~one.near).tolist(),
        "note": note,
        "doubtful": near < len(one.points) / 2,
    }
