"""What one can see here within a minute: three ways in, and how the item towers differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from app.shared import cache, links, map_cache, pickers, theme, url
from learn.errors import LearnError
from learn.explore.figures.towers import READ, flow_html, sight_html
from learn.explore.maps.spaces import Space, find_spaces
from learn.explore.maps.telling import MOST_VECTORS, Telling, telling_item
from learn.explore.metrics.leading import listed
from learn.explore.metrics.towers import Sight, sight, sight_words, square_words
from learn.explore.metrics.towers_first import other_objective
from learn.item_towers import ITEM_TOWERS, Tower
from learn.runs.run import Run
from learn.runs.stored import FoundRuns

_LENGTH = 4  # later items in a drawing


@dataclass(frozen=True)
class _Card:
    """A way in: ``words`` in Markdown, a ``note`` below them and what its help mark tells, "" for none."""

    title: str
    words: str
    label: str
    href: str
    note: str = ""
    help: str = ""


def show_ways_in(view: cache.View, runs: FoundRuns) -> None:
    """Draws three cards: one product, one person, one product that does not exist; each opens with one click."""
    dataset = view.dataset
    person = pickers.typical_user(view)
    query = links.query_of(dataset)
    item, words, note, figures = _product(view, runs)
    n_bought = len(view.history[person])
    user_id = str(dataset.user_ids[person])
    cards = (
        _Card(
            ":material/map: One product, seen two ways",
            words,
            "See it in the Atlas",
            links.page("atlas", **(query | {url.ITEM: str(dataset.item_ids[item])})),
            note,
            figures,
        ),
        _Card(
            ":material/person: One person",
            f"**User {theme.plain(user_id)}** bought {n_bought:,} things. What does each recommender suggest, and what "
            "did they buy afterwards?",
            "See their recommendations",
            links.page("recommendations", **(query | {url.USER: user_id})),
        ),
        _Card(
            ":material/add_circle: One product that does not exist",
            "Type a product that nobody has ever sold. What does the language model take it for, and who would be "
            "shown it?",
            "Invent a product",
            links.page("cold_start", **(query | {url.MODE: "new"})),
        ),
    )
    for column, card in zip(st.columns(len(cards)), cards, strict=True):
        with column.container(border=True, height="stretch", gap="xsmall", vertical_alignment="distribute"):
            with st.container(gap="xxsmall"):
                st.markdown(f"**{card.title}**")
                st.markdown(card.words)
                if card.note:
                    st.caption(card.note, help=card.help)
            theme.way_in(card.label, card.href)


def _product(view: cache.View, runs: FoundRuns) -> tuple[int, str, str, str]:
    """The product that tells most, what is told of it, and how it stands to the others, in short and in figures; where
    none does, the most bought one and a question."""
    spaces = _spaces(runs)
    llm = next((space for space in spaces if space.is_content), None)
    towers = sorted((space for space in spaces if not space.is_content), key=_by_validation)
    titles = view.catalogue.titles
    for tower in towers if view.dataset.n_items <= MOST_VECTORS else ():
        if llm is None:
            break
        try:
            found = _telling(llm, tower, view, cache.run_key([llm.run, tower.run]), view.dataset.fingerprint)
        except LearnError:  # vectors are gone: the Atlas says so, here the product with the most buyers will do
            break
        if found is None:
            continue
        before, after = (
            listed([theme.plain(str(titles[one])) for one in near]) for near in (found.before, found.after)
        )
        told = (
            f"By text **{theme.plain(str(titles[found.item]))}** lies beside *{before}*; trained on purchases, "
            f"beside **{after}**."
        )
        return found.item, told, found.beside_others, found.in_figures
    item = int(np.argmax(view.counts))
    told = (
        f"Where does **{theme.plain(str(titles[item]))}** lie by its text, and where once training has seen who buys "
        "it? Click any point for its neighbours."
    )
    return item, told, "", ""


def _spaces(runs: FoundRuns) -> list[Space]:
    try:
        return find_spaces(runs.usable)
    except LearnError:  # what is damaged is named where its Run is shown
        return []


def _by_validation(space: Space) -> float:
    return -(space.run.info.validation or 0.0)


@st.cache_resource(max_entries=16, show_spinner="Looking for a product that tells something …")
def _telling(_llm: Space, _tower: Space, _view: cache.View, key: tuple[str, ...], fingerprint: str) -> Telling | None:
    before, after = (map_cache.vectors(space, _view) for space in (_llm, _tower))
    return telling_item(before, after, _view.split, _view.catalogue, told=1)


@st.cache_resource(max_entries=32, show_spinner=False)
def _sight(_tower: Tower, code: str) -> Sight:
    return sight(_tower, _LENGTH)


def show_towers(runs: Sequence[Run]) -> None:
    """Draws who sees whom in each item tower that there is, with its plain name beside the paper's letter, and says
    under which objective those of ``runs`` learned where it is not the paper's."""
    st.header("How do the LEARN variants differ?", anchor=False)
    st.html(flow_html())
    st.caption(
        "PAL turns past purchases into a user vector in the same way in every variant. They differ in how, in "
        "training, the items that the user bought *later* become vectors."
    )
    towers = [tower for tower in ITEM_TOWERS.entries if tower.trained]
    seen = {tower.code: _sight(tower, tower.code) for tower in towers}
    for column, tower in zip(st.columns(len(towers)), towers, strict=True):
        with column.container(gap="xxsmall"):
            st.markdown(f"**{theme.plain(tower.label)}**")
            st.caption(theme.plain(square_words(seen[tower.code])))
            picture, told = st.columns([1, 2])
        with picture:
            st.html(sight_html(seen[tower.code], tower.colour or READ))
        told.caption(f"{theme.plain(tower.plain_name)}. {theme.plain(sight_words(seen[tower.code]))}")
    theme.small_print(other_objective(runs))
