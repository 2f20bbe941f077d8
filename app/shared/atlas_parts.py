"""What the Atlas asks the server for: a person's history and lists, a search by meaning, the Atlas as one file."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from app.shared import cache, recommenders, theme, url
from app.shared.heavy import Kept, in_turn
from learn.errors import LearnError
from learn.explore.atlas.meaning import find_by_meaning
from learn.explore.atlas.person import list_in_space, person_on_map
from learn.explore.atlas.single import atlas_file
from learn.explore.maps.spaces import Space
from learn.runs.new_items import reading_settings

MOST_PEOPLE = 400
LONGEST = 1000
"""Characters of a search by meaning; of more the first."""
_ASKED = "atlas_meaning"
_PICTURE = "atlas_picture"


def people(view: cache.View) -> tuple[int | None, list[str]]:
    """The index of the person in the address, and ids to choose from: of those with the longest histories."""
    ids = view.dataset.user_ids
    longest = np.argsort(-view.history.lengths, kind="stable")[:MOST_PEOPLE]
    wanted = st.query_params.get(url.USER)
    if wanted is None:
        return None, ids[longest].tolist()
    index = int(view.dataset.find_users([wanted])[0])
    if index < 0:
        url.refuse(f"{url.named(url.USER)} is no user of this dataset: left out" if wanted else "**user** has no value")
    return (index if index >= 0 else None), ids[longest].tolist()


def person(view: cache.View, spaces: list[Space], user: int, items: np.ndarray) -> dict[str, Any]:
    """What the maps draw of one person; the lists are those of the page Recommendations."""
    opened = recommenders.open_recommenders([space.run for space in spaces], view.dataset)
    lists = {space.name: (space.run.info.label, list_in_space(space, opened, user)) for space in spaces}
    return person_on_map(str(view.dataset.user_ids[user]), view.history[user], lists, items)


def ask(text: str) -> None:
    """Keeps what is to be looked for by meaning."""
    st.session_state[_ASKED] = str(text)[:LONGEST]


def ask_picture(item_id: str) -> None:
    """Keeps whose picture is to be shown."""
    st.session_state[_PICTURE] = str(item_id)


def picture(view: cache.View) -> dict[str, str] | None:
    """The item whose picture was asked for last, and the picture, "" where it has none; None: nothing was asked."""
    asked, there = st.session_state.get(_PICTURE), view.catalogue.pictures
    if there is None or asked is None:
        return None
    return {"item": asked, "address": there.address(int(view.dataset.item_index.get_indexer([asked])[0]))}


@st.cache_resource(max_entries=1, show_spinner=False)
def _found() -> Kept[dict[str, Any]]:
    """What was found by meaning lately."""
    return Kept(64)


def found_by_meaning(space: Space, view: cache.View, items: np.ndarray) -> dict[str, Any] | None:
    """What was asked for last and what was found; None where nothing was asked, or nothing can be read."""
    text = st.session_state.get(_ASKED)
    if not text:
        return None
    try:
        cex = reading_settings(space.run)
        run = cache.run_key([space.run])

        def find() -> dict[str, Any]:
            reader = recommenders.open_recommender(space.run, view.dataset)
            catalogue = recommenders.catalogue_directions(reader)
            return find_by_meaning(text, reader, recommenders.open_llm(cex), cex, catalogue, items)

        key = (text, space.name, run, view.dataset.fingerprint, cex.model_dump_json())
        return in_turn(_found(), key, find, "The language model is reading …")
    except LearnError as error:
        theme.show_error(error)
        return {"text": text, "points": [], "cosines": []}


def download(points: bytes, drawn: dict[str, Any], view: cache.View, items: np.ndarray) -> None:
    """The button that the Atlas's own one presses: the same bytes as `learn atlas` writes."""
    with st.container(key="atlas_file"):
        st.download_button(
            "Download as one file",
            partial(atlas_file, points, drawn, view.dataset, items),
            file_name=f"atlas-{view.dataset.name}.html",
            mime="text/html",
            on_click="ignore",
            key="atlas_download",
        )
