"""One never-bought item of the catalogue: which there are, what every variant makes of it, and who did buy it."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.components.bench_lists import short_labels
from app.panels import audiences
from app.panels.new_item_text import labels_and_colours, show_prompt
from app.shared import cache, recommenders, theme, url, variant_texts
from app.shared.heavy import Kept, in_turn
from learn.errors import LearnError
from learn.explore.lists import cold_start
from learn.explore.lists.by_chance import recall_by_chance
from learn.explore.lists.newcomer import Answer
from learn.explore.metrics.stored_recall import K, cold_recall, over_cold_items
from learn.runs.folder import RunFolder
from learn.runs.recommender import Recommender
from learn.runs.run import Run

MOST_LISTED = 2000


def _choose(ids: list[str]) -> None:
    st.query_params[url.ITEM] = str(np.random.default_rng().choice(ids))


def show(view: cache.View, opened: dict[str, Recommender], place: DeltaGenerator) -> None:
    """Draws the choice of an item (at ``place``), its answers under every variant, and where its later buyers would
    have met it."""
    table = cold_start.cold_items(view.counts, view.target, view.catalogue)
    if table.empty:
        st.info("Every item of this catalogue was bought in the training part. Try *A new item* instead.")
        return
    buyers = dict(zip(view.dataset.item_ids[table["index"]], table["buyers"], strict=True))
    with place:
        item = _pick_item(view, buyers, [one.run for one in opened.values()])
    labels, colours = labels_and_colours(opened)
    answers, table = _answered(view, opened, item)
    called = short_labels(labels)
    metrics = cache.metrics_if_read([one.run for one in opened.values()])
    chance = recall_by_chance(view.new_to_each[view.history.lengths > 0], K)
    ranks = {name: table[name].to_numpy() for name in labels if name in table}
    like, recall = recommenders.like_in_text(opened, item), cold_recall(metrics, called, chance)
    known = over_cold_items(metrics, called, chance)
    audiences.say(answers, opened, view, called, item, f"All never-bought items: {known}" if known else "")
    shown = audiences.Shown(like, item, table["user"].to_numpy(), ranks, recall)
    audiences.show_answers(answers, opened, view, labels, colours, "cold_start_answers", shown)
    _who_bought(view, table, labels, called)
    show_prompt(view.dataset.items.iloc[[item]])
    audiences.show_origin(view, opened, answers)


@st.cache_resource(max_entries=1, show_spinner=False)
def _kept() -> Kept[tuple[dict[str, Answer], pd.DataFrame]]:
    """What was answered of items lately; nobody changes it."""
    return Kept(64)


def _answered(view: cache.View, opened: dict[str, Recommender], item: int) -> tuple[dict[str, Answer], pd.DataFrame]:
    """Every Run's answer, and its later buyers' places (`cold_start.buyers_ranks`)."""

    def compute() -> tuple[dict[str, Answer], pd.DataFrame]:
        vectors = {name: one.items[item] for name, one in opened.items()}
        found = audiences.answers(opened, vectors, view, item)
        return found, cold_start.buyers_ranks(opened, view.history, view.target, item)

    runs = cache.run_key([one.run for one in opened.values()])
    key = (runs, view.dataset.fingerprint, view.split.info, item)
    return in_turn(_kept(), key, compute, "Looking for who would see it first …")


@st.cache_data(max_entries=8, show_spinner=False)
def _first(_ids: list[str], _runs: list[RunFolder], key: tuple[str, ...], fingerprint: str) -> str:
    """The item to open on: that most people bought later, of those that a trained one of ``_runs`` shows anybody."""
    lists = []
    for run in _runs:
        if isinstance(run, Run) and not variant_texts.is_untrained(run):
            with suppress(LearnError):  # what is damaged is said where it is needed
                lists.append(run.recommendations)
    return cold_start.first_to_show(_ids, lists)


def _pick_item(view: cache.View, buyers: dict[str, int], runs: list[RunFolder]) -> int:
    """The index of the chosen one of ``buyers``: item id -> how many people bought it later."""
    dataset, ids = view.dataset, list(buyers)
    asked = st.query_params.get(url.ITEM)

    def why_not(item_id: str) -> str:
        known = int(dataset.find_items([item_id])[0]) >= 0
        return "was bought in the training part: it is no never-bought item" if known else "is not in this catalogue"

    first = _first(ids, runs, cache.run_key(runs), f"{dataset.fingerprint} {view.split.info}")
    # The options are cut, but what a link asks for is always one.
    options = ids[:MOST_LISTED]
    options += [one for one in dict.fromkeys((first, asked)) if one in buyers and one not in options]

    def words(item_id: str) -> str:
        index = int(dataset.find_items([item_id])[0])
        n = buyers.get(item_id, 0)
        return f"{view.catalogue.titles[index]}  ({n} later buyers)" if n else f"{view.catalogue.titles[index]}"

    left, right = st.columns([3, 1], vertical_alignment="bottom")
    right.button("Random", help="Another item, by chance", on_click=_choose, args=(options,), width="stretch")
    chosen = url.linked(
        left.selectbox,
        f"One of {len(ids):,} items that nobody had bought",
        options,
        url.ITEM,
        first,
        why_not=why_not,
        format_func=words,
        help=f"{sum(n > 0 for n in buyers.values()):,} of them were bought later; what most people bought comes first. "
        "The page opens on the first that a trained variant has in anybody's list.",
    )
    return int(dataset.item_index.get_indexer([chosen])[0])


def _who_bought(view: cache.View, table: pd.DataFrame, labels: dict[str, str], called: dict[str, str]) -> None:
    if table.empty:
        st.info("In the target period nobody with a history bought it: there is nothing to check the variants against.")
        return
    shown = table.assign(user=view.dataset.user_ids[table["user"]]).rename(columns=labels | {"user": "User"})
    with st.expander(f"Who did buy it: its place for each of those {len(table):,}, among what is new to them"):
        st.caption(theme.plain(cold_start.buyers_sentence(table, called, view.new_to_each)))
        st.dataframe(shown, hide_index=True, width="stretch")
