"""Maps: the same items in the LLM's view and in each variant's, side by side and linked."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from app.components.maps import KEY, show_maps, unpack_mask
from app.shared import cache, map_cache, page, theme, url
from learn.errors import LearnError
from learn.explore.maps.colouring import COLOURINGS
from learn.explore.maps.item_maps import ItemMap, K
from learn.explore.maps.layout import kept_neighbours, near_on_map
from learn.explore.maps.neighbours import nearest
from learn.explore.maps.spaces import Space

MOST_PANES = 4
MOST_ROWS = 5000
NAME_WIDTHS = {1: 400, 2: 205, 3: 158}  # px of a neighbour's title, by the number of tables side by side


def draw() -> None:
    runs, view = page.open_page(
        "Maps",
        "Every point is an item; near each other means alike in that space. Point at one to find it in every map, "
        "click it for its true nearest neighbours, or draw a line around a group with the lasso.",
    )
    dataset = view.dataset
    nothing = "These Runs hold lists only, no vectors: there is nothing to map."
    spaces = page.open_spaces(runs, dataset.name, 1, nothing)
    chosen, colour, with_users = _controls(spaces)
    if not chosen:
        st.info("Choose at least one space to map.")
        return
    items = map_cache.items_on_map(view, dataset.fingerprint, view.split.info)
    maps = map_cache.item_maps(chosen, spaces[0], view, items)
    maps = {space.name: maps[space.name] for space in chosen}
    version = map_cache.points_version(maps, view, with_users)
    users = _users(chosen, view, maps, version) if with_users else {}
    points, regions = map_cache.packed_points(maps, users, view, version)
    item = _selected(view)
    found = {} if item is None else {space.name: _links(space, view, maps[space.name], item) for space in chosen}
    drawn = {
        "version": version,
        "colour": colour,
        "spaces": [map_cache.described(space, regions) for space in chosen],
        "selected": -1 if item is None else _point(items, item),
        "links": {name: link["drawn"] for name, link in found.items()},
    }
    _about(view, items, maps)
    told = show_maps(points, drawn, partial(_picked, view.dataset.item_ids[items]))
    if item is not None:
        _card(view, items, item, chosen, found)
    _selection(told, version, view, items)


def _controls(spaces: list[Space]) -> tuple[list[Space], str, bool]:
    columns = st.columns([5.8, 1.6, 1.8], vertical_alignment="bottom")
    by_name = {space.name: space for space in spaces}
    with columns[0]:
        chosen = url.linked_many(
            "Spaces",
            list(by_name),
            url.SPACES,
            list(by_name)[:3],
            format_func=lambda name: by_name[name].label,
            max_selections=MOST_PANES,
            placeholder="Choose up to four",
            help=" · ".join(f"{theme.plain(one.label)}: {theme.plain(one.explanation)}" for one in spaces),
        )
    colourings = list(COLOURINGS)
    colour = url.linked(columns[1].selectbox, "Colour by", colourings, url.COLOUR, colourings[0])
    people = url.linked_toggle(
        columns[2].toggle,
        "Show people",
        url.PEOPLE,
        help="Small squares: a sample of users, each amid the ten items nearest to them.",
    )
    return [by_name[name] for name in chosen], colour, people


def _users(chosen: list[Space], view: cache.View, maps: dict[str, ItemMap], version: str) -> dict[str, np.ndarray]:
    found = {}
    for space in chosen:
        try:
            found[space.name] = map_cache.user_places(space, view, maps[space.name], version)
        except LearnError as error:
            theme.show_error(error)
    return found


def _about(view: cache.View, items: np.ndarray, maps: dict[str, ItemMap]) -> None:
    shown, total = len(items), view.dataset.n_items
    method = next(iter(maps.values())).method.upper()
    words = f"Showing all {total:,} items."
    if shown < total:
        words = (
            f"Showing {shown:,} of {total:,} items: a random sample in which every category, and cold and warm items, "
            "have their share."
        )
    st.caption(f"{words} {method}; directions and distances between far groups mean nothing.")


def _selected(view: cache.View) -> int | None:
    wanted = st.query_params.get(url.ITEM)
    if not wanted:
        return None
    index = int(view.dataset.item_index.get_indexer([wanted])[0])
    if index < 0:
        st.warning(f"There is no item {theme.plain(wanted)} in this dataset.")
        return None
    return index


def _point(items: np.ndarray, item: int) -> int:
    """Where ``item`` is in ``items``; -1 where it is not among the sample."""
    place = int(np.searchsorted(items, item))
    return place if place < len(items) and items[place] == item else -1


def _picked(item_ids: np.ndarray) -> None:
    point = st.session_state[KEY]["picked"]
    if point is None:
        return
    if 0 <= point < len(item_ids):
        st.query_params[url.ITEM] = str(item_ids[point])
    else:
        st.query_params.pop(url.ITEM, None)


def _links(space: Space, view: cache.View, found: ItemMap, item: int) -> dict:
    """The item's exact neighbours in the whole catalogue, and which of them the map shows near it."""
    near, cosines = (part[0] for part in nearest(map_cache.vectors(space, view), K, np.array([item])))
    places = np.array([_point(found.items, one) for one in near], dtype=np.int64)
    point = _point(found.items, item)
    kept = np.zeros(len(near), dtype=bool)
    if point >= 0:
        kept = kept_neighbours(places[None], near_on_map(found.plane, np.array([point])))[0] & (places >= 0)
    drawn = places >= 0
    far = int((drawn & ~kept).sum())
    note = f"{int(kept.sum())} of its {len(near)} true neighbours are near it on this map."
    if far:
        note += f" The map misplaces {far}, joined by dashed lines."
    if not drawn.all():
        note += f" {int((~drawn).sum())} are not among the items shown."
    return {
        "drawn": {
            "to": places[drawn].tolist(),
            "far": (~kept[drawn]).tolist(),
            "note": note,
            "doubtful": bool(kept.sum() < len(near) / 2),
        },
        "table": pd.DataFrame(
            {
                "item": view.catalogue.titles[near],
                "cosine": cosines,
                "on the map": np.where(kept, "near", np.where(drawn, "far", "not shown")),
                "category": view.catalogue.categories[near],
            }
        ),
    }


def _card(view: cache.View, items: np.ndarray, item: int, chosen: list[Space], found: dict[str, dict]) -> None:
    catalogue = view.catalogue
    st.subheader(f"Nearest to {theme.plain(str(catalogue.titles[item]))}", anchor=False)
    facts = [catalogue.categories[item], catalogue.finer[item], catalogue.details[item]]
    price = catalogue.prices[item]
    facts += [f"price {price:,.2f}"] if np.isfinite(price) else []
    facts.append(f"{view.counts[item]:,} times in training" if view.counts[item] else "cold start")
    st.caption(theme.plain(" · ".join(str(fact) for fact in facts if fact)))
    if _point(items, item) < 0:
        st.info("This item is not among the sample that is shown; its neighbours are found in the whole catalogue.")
    for column, space in zip(st.columns(len(chosen)), chosen, strict=True):
        column.markdown(f"**{theme.plain(space.label)}**")
        column.dataframe(
            found[space.name]["table"],
            hide_index=True,
            width="stretch",
            # Beside two others there is no room for the category; the titles need what there is.
            column_order=["item", "cosine", "on the map"] + ["category"] * (len(chosen) < 3),
            column_config={
                "item": st.column_config.Column(width=NAME_WIDTHS.get(len(chosen), 110)),
                "cosine": st.column_config.NumberColumn(format="%.2f", width=60),
                "on the map": st.column_config.Column("on map", width=65),
                "category": st.column_config.Column(width=100),
            },
        )


def _selection(told: dict | None, version: str, view: cache.View, items: np.ndarray) -> None:
    lasso = told.get("lasso") if told else None
    if not lasso or lasso.get("version") != version:
        return
    chosen = items[unpack_mask(lasso["mask"], len(items))]
    chosen = chosen[np.argsort(-view.counts[chosen], kind="stable")]
    catalogue = view.catalogue
    st.subheader(f"{len(chosen):,} selected items", anchor=False)
    cut = f" The first {MOST_ROWS:,} are listed." if len(chosen) > MOST_ROWS else ""
    st.caption(f"The most bought first.{cut} Escape, or Clear above the maps, ends the selection.")
    chosen = chosen[:MOST_ROWS]
    st.dataframe(
        pd.DataFrame(
            {
                "item": catalogue.titles[chosen],
                "category": catalogue.categories[chosen],
                "finer": catalogue.finer[chosen],
                "brand": catalogue.brands[chosen],
                "price": catalogue.prices[chosen],
                "times in training": view.counts[chosen],
            }
        ),
        hide_index=True,
        width="stretch",
        height=360,
        key="maps_selection",
        column_config={"price": st.column_config.NumberColumn(format="%.2f")},
    )


theme.guarded(draw)
