"""A new item, typed or of a file, under every variant: what it is like, its audience, its words, its place."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import streamlit as st

from app.components.bench_lists import short_labels
from app.panels import audiences, new_item_maps, word_table
from app.panels.new_item_text import labels_and_colours, read_items, show_prompt
from app.shared import cache, recommenders, theme
from app.shared.heavy import Kept, in_turn
from app.shared.recommenders import catalogue_directions
from learn.data.schema import Items
from learn.explore.lists import newcomer
from learn.explore.lists.likeness import (
    Likeness,
    catalogue_likeness,
    nearest_cosine,
    read_directions,
    same_category,
)
from learn.explore.lists.newcomer import Answer, Change
from learn.runs.recommender import Recommender
from learn.runs.stored import FoundRuns


def show_new_item(
    view: cache.View,
    runs: FoundRuns,
    opened: dict[str, Recommender],
    item: pd.DataFrame,
    before: pd.DataFrame | None,
    key: str,
) -> None:
    """What every Run makes of one new item: what it is like, its audience, its words, its place on the maps.

    Args:
        item, before: items tables of one row; ``before`` is what it was before its text was changed, if it was.
    """
    content = read_items(opened, item)
    opened = {name: one for name, one in opened.items() if name in content}
    if not opened:
        return
    labels, colours = labels_and_colours(opened)
    former = read_items(opened, before) if before is not None else None
    likeness, unlike = _likeness_said(view, opened, content, item)
    if unlike:
        st.warning(
            f"**Unlike anything here.** {theme.plain(likeness)} What follows says little about it: "
            "check the category, and say what it is in the catalogue's words.",
            icon=":material/explore_off:",
        )
    found, changes = _answers(view, opened, content, former)
    audiences.say(found, opened, view, short_labels(labels))
    if not unlike:
        st.caption(f":material/check_circle: {theme.plain(likeness)}")
    if changes:
        named = {labels[name]: one for name, one in changes.items()}
        sentence = theme.plain(newcomer.what_changed(named, audiences.NEIGHBOURS))
        st.caption(f":material/compare_arrows: Before it read “{theme.plain(_words(before))}”. {sentence}")
    shown = audiences.Shown(recommenders.like_in_text(opened, content))
    audiences.show_answers(found, opened, view, labels, colours, f"{key}_answers", shown, changes)
    word_table.show(opened, item, content, labels)
    new_item_maps.show_places(opened, content, view, runs, key, former)
    show_prompt(item)
    audiences.show_origin(view, opened, found)


def _words(item: pd.DataFrame | None) -> str:
    """What an items table's first row is called."""
    row = item.iloc[0] if item is not None else {}
    return ", ".join(str(row[name]) for name in ("title", "category", "brand") if pd.notna(row.get(name)))


@st.cache_resource(max_entries=1, show_spinner=False)
def _kept() -> Kept[dict[str, Answer]]:
    """What was answered of new items lately, by Runs and content embeddings; nobody changes it."""
    return Kept(64)


def _answers(
    view: cache.View,
    opened: dict[str, Recommender],
    content: dict[str, np.ndarray],
    former: dict[str, np.ndarray] | None,
) -> tuple[dict[str, Answer], dict[str, Change] | None]:
    """Every Run's answer, and what changed in it where there was another text before."""

    about = cache.run_key([one.run for one in opened.values()]), view.dataset.fingerprint, view.split.info

    def answered(read: dict[str, np.ndarray]) -> dict[str, Answer]:
        def compute() -> dict[str, Answer]:
            vectors = {name: one.embed_new_items(read[name])[0] for name, one in opened.items()}
            return audiences.answers(opened, vectors, view, None)

        key = (about, tuple((name, hashlib.sha256(read[name].tobytes()).hexdigest()) for name in opened))
        return in_turn(_kept(), key, compute, "Looking for who would see it first …")

    found = answered(content)
    if former is None or set(former) != set(content):
        return found, None
    earlier = answered(former)
    return found, {name: newcomer.change(earlier[name], one) for name, one in found.items()}


@st.cache_resource(max_entries=8, show_spinner="Measuring how near the catalogue's items are to each other …")
def _likeness(_reader: Recommender, key: tuple[str, ...], fingerprint: str) -> Likeness:
    return catalogue_likeness(catalogue_directions(_reader))


def _likeness_said(
    view: cache.View, opened: dict[str, Recommender], content: dict[str, np.ndarray], item: pd.DataFrame
) -> tuple[str, bool]:
    """A sentence on how near the item is to the catalogue; whether it is farther from all of it than its items are from
    each other."""
    reader = next(iter(opened.values()))
    vectors = catalogue_directions(reader)
    known = _likeness(reader, cache.run_key([reader.run]), view.dataset.fingerprint)
    vector = read_directions(reader, content[reader.run.name])[0]
    cosine, kin = nearest_cosine(vectors, vector), 0
    items, category = view.dataset.items, item.iloc[0].get(Items.CATEGORY)
    if Items.CATEGORY in items and pd.notna(category):
        kin = same_category(vectors, vector, items[Items.CATEGORY].to_numpy(), str(category))
    return known.sentence(cosine, kin), known.is_unlike(cosine, kin)
