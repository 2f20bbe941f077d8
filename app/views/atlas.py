"""The Atlas: the same items in the LLM's view and in the variants', side by side, and what differs between them."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from app.components.maps import show_found, show_maps
from app.shared import atlas_parts, cache, links, map_cache, page, theme, url
from learn.explore.atlas.person import points_of
from learn.explore.atlas.points import colouring_names, described
from learn.explore.atlas.single import MOST_SPACES, drawn_of, first_pair, held_spaces
from learn.explore.maps.spaces import Space

FULL_WINDOW = """<style>
[data-testid=stMainBlockContainer] { padding: 0; max-width: none; }
[data-testid=stMainBlockContainer] [data-testid=stVerticalBlock] { gap: 0; }
[data-testid=stHeader] { background: none; height: 44px; min-height: 0; pointer-events: none; }
[data-testid=stHeader] div { pointer-events: none; }
[data-testid=stHeader] button, [data-testid=stHeader] a { pointer-events: auto; }
[data-testid=stMain] [data-testid=stAlert] { padding: 6px 60px; }
[data-testid=stExpandSidebarButton]::after { content: "Menu"; font-size: 13px; padding-left: 2px; }
[data-testid=stExpandSidebarButton] { width: auto; }
.st-key-atlas_file { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
</style>"""


def draw() -> None:
    st.set_page_config(initial_sidebar_state="collapsed")
    st.html(FULL_WINDOW)
    dataset = theme.pick_dataset()
    runs, view = cache.open_runs(dataset), cache.view(dataset)
    nothing = "These Runs hold lists only, no vectors: there is nothing to map."
    spaces = page.open_spaces(runs, dataset.name, 1, nothing)
    initial, wanted = _asked(spaces)
    held = held_spaces(spaces, wanted)
    items = map_cache.items_on_map(view, dataset.fingerprint, view.split.info)
    maps = map_cache.item_maps(held, spaces[0], view, items)
    maps = {space.name: maps[space.name] for space in held}
    points, version = map_cache.packed_points(map_cache.atlas_maps(held, view, maps), view)
    content = next((space for space in held if space.is_content), None)
    user, people = atlas_parts.people(view)
    drawn = drawn_of(held, maps, version, dataset.n_items, (wanted[0], wanted[1])) | {
        "initial": initial | {"item": _item(view, items)},
        "others": [described(space) for space in spaces if space not in held],
        "person": None if user is None else atlas_parts.person(view, held, user, items),
        "user": st.query_params.get(url.USER, ""),
        "dataset": dataset.name,
        "people": people,
        "can": {
            "person": True,
            "meaning": content is not None,
            "send": True,
            "pictures": view.catalogue.pictures is not None,
        },
        "picture": atlas_parts.picture(view),
        "hrefs": _hrefs(view, None if user is None else str(view.dataset.user_ids[user])),
    }
    told: dict[str, Any] = {"person": _person, "spaces": _compare}
    told |= {"picture": atlas_parts.ask_picture}
    if content is not None:
        _search_by_meaning(content, view, items)
    show_maps(points, drawn, told)
    atlas_parts.download(points, drawn, view, items)


@st.fragment
def _search_by_meaning(space: Space, view: cache.View, items: np.ndarray) -> None:
    """What was asked for last and what was found: of the whole page a search draws this anew, and nothing else."""
    show_found(atlas_parts.found_by_meaning(space, view, items), atlas_parts.ask)


def _asked(spaces: list[Space]) -> tuple[dict[str, Any], list[str]]:
    """What the address's query asks for at first, and the names of the spaces in it; what is unknown is named."""
    names = [space.name for space in spaces]
    listed = _known(url.SPACES, names)
    for name in listed[MOST_SPACES:]:
        url.refuse(f"{url.named(url.SPACES, name)} is one too many: the first {MOST_SPACES} are shown")
    listed = listed[:MOST_SPACES]
    asked = {key: _known(key, names)[-1:] for key in (url.BEFORE, url.AFTER)}
    colour = _known(url.COLOUR, colouring_names())[-1:]
    people = _known(url.PEOPLE, ["true", "false"])[-1:]
    pair = first_pair(spaces)
    before = (asked[url.BEFORE] or listed or [pair[0]])[0]
    after = (asked[url.AFTER] or listed[1:] or [pair[1]])[0]
    if after == before and not asked[url.AFTER]:
        after = next((name for name in names if name != before), before)
    initial = {"before": before, "after": after, "maps": len(listed) or min(2, len(names))}
    initial |= {"colour": (colour or ["category"])[0], "people": people == ["true"]}
    return initial, [before, after, *listed]


def _known(key: str, allowed: list[str]) -> list[str]:
    """The different values of the query's ``key`` that are ``allowed``; others are named and left out."""
    values = list(dict.fromkeys(st.query_params.get_all(key)))
    for value in values:
        if value not in allowed:
            url.refuse(f"{url.named(key, value)} is not among those here: left out" if value else _empty(key))
    return [value for value in values if value in allowed]


def _empty(key: str) -> str:
    return f"**{theme.plain(key)}** has no value: left out"


def _item(view: cache.View, items: np.ndarray) -> int:
    """The point of the item in the address; -1 without one, or for one that cannot be shown, which is then named."""
    wanted = st.query_params.get(url.ITEM)
    if wanted is None:
        return -1
    index = int(view.dataset.find_items([wanted])[0])
    if index < 0:
        url.refuse(f"{url.named(url.ITEM)} is no item of this dataset: left out" if wanted else _empty(url.ITEM))
        return -1
    place = int(points_of(np.array([index]), items)[0])
    if place < 0:
        url.refuse(f"{theme.plain(str(view.catalogue.titles[index]))} is not among the sample of items that is shown")
    return place


def _hrefs(view: cache.View, user: str | None) -> dict[str, str]:
    """Addresses that an item's id completes: who is shown it, and, for a person, why."""
    query = links.query_of(view.dataset)
    found = {"audience": links.page("cold_start", **query, **{url.ITEM: ""})}
    if user is not None:
        found["why"] = links.page("why", **query, **{url.USER: user, url.ITEM: ""})
    return found


def _person(user: str) -> None:
    if user:
        st.query_params[url.USER] = user
    else:
        st.query_params.pop(url.USER, None)


def _compare(names: list[str]) -> None:
    st.query_params.update({url.BEFORE: str(names[0]), url.AFTER: str(names[1])})
    st.query_params.pop(url.SPACES, None)


theme.guarded(draw)
