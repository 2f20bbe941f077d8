"""Why: what in a history speaks for one item, and why one variant ranks it high while another does not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from app.shared import cache, links, page, pickers, recommenders, theme, url
from learn.explore.colours import run_colours
from learn.explore.figures import attribution as attribution_figures
from learn.explore.lists import attribution, user_lists
from learn.explore.metrics.overview import run_labels
from learn.runs.recommender import Recommender

SUGGESTED = 10  # items of each variant's list that are offered to be explained
EXACT_AT_FIRST = 120


def draw() -> None:
    runs, view = page.open_page(
        "Why",
        "Pick a person and an item. See which of their past purchases speak for it, and why one variant ranks it high "
        "while another does not.",
    )
    dataset = view.dataset
    usable = pickers.live_runs(runs, dataset.name)
    user = pickers.pick_user(view)
    chosen = pickers.pick_runs(usable)
    if user is None or not chosen:
        return
    if not len(view.history[user]):
        st.info("Nothing is known of this user before the cut, so nothing can speak for an item. Choose another user.")
        return
    opened = recommenders.open_recommenders([run for run in usable if run.name in chosen], dataset, towers=True)
    if not opened:
        return
    seen = user_lists.user_view(view.history, view.target, user)
    labels = {name: label for name, label in run_labels(usable).items() if name in opened}
    item = _pick_item(view, opened, user, labels)
    if item is None:
        return
    colours = run_colours((run.name, run.info.variant) for run in usable)
    unseen = user_lists.rankable(np.ones(dataset.n_items, dtype=bool), seen, unseen=True)
    rank_breakdowns = {name: attribution.rank_breakdown(one, user, item, unseen) for name, one in opened.items()}
    _item_card(view, seen, item)
    _ranks(rank_breakdowns, labels)
    _contributions(view, opened, seen.history, item, labels, colours)
    _here_and_not_there(rank_breakdowns, labels, colours)


def _pick_item(view: cache.View, opened: dict[str, Recommender], user: int, labels: dict[str, str]) -> int | None:
    """The item to explain: one of what the variants recommend, or any id that is typed."""
    dataset = view.dataset
    places: dict[str, list[str]] = {}
    for name, one in opened.items():
        for rank, item in enumerate(one.for_user(user, SUGGESTED).items.tolist(), 1):
            places.setdefault(str(dataset.item_ids[item]), []).append(f"#{rank} {labels[name]}")
    ids = sorted(places, key=lambda one: -len(places[one]))
    asked = st.query_params.get(url.ITEM)
    if asked and asked not in ids:
        ids.append(asked)

    def words(item_id: str) -> str:
        index = int(dataset.item_index.get_indexer([item_id])[0])
        title = view.catalogue.titles[index] if index >= 0 else "not in this catalogue"
        return f"{title} · {', '.join(places.get(item_id, [item_id]))}"

    chosen = url.linked_or_none(
        st.selectbox,
        "Item",
        ids,
        url.ITEM,
        ids[0],
        index=None,
        format_func=words,
        accept_new_options=True,
        placeholder="Choose one of the recommended items, or type an item's id",
        help=f"The first {SUGGESTED} of every chosen variant; any other item's id can be typed.",
    )
    if chosen is None:
        st.info("Choose an item to see what speaks for it.")
        return None
    index = int(dataset.item_index.get_indexer([chosen])[0])
    if index < 0:
        st.warning(f"There is no item {theme.plain(str(chosen))} in this dataset: choose another one.")
        return None
    return index


def _item_card(view: cache.View, seen: user_lists.UserView, item: int) -> None:
    catalogue = view.catalogue
    words = [catalogue.categories[item], catalogue.finer[item], catalogue.details[item]]
    if np.isfinite(catalogue.prices[item]):
        words.append(f"price {catalogue.prices[item]:,.2f}")
    facts = []
    if view.counts[item] == 0:
        facts.append(":blue-badge[cold start: nobody had it in the training part]")
    if item in seen.history:
        facts.append(":orange-badge[the person had it before]")
    if item in seen.target:
        facts.append(":green-badge[bought later]")
    st.subheader(theme.plain(catalogue.titles[item]), anchor=False)
    st.markdown(" ".join([theme.plain(" · ".join(word for word in words if word)), *facts]))
    for link in links.on_maps(view.dataset, item):
        st.markdown(f"[Show it on the maps]({link['href']})")


def _ranks(rank_breakdowns: dict[str, attribution.RankBreakdown], labels: dict[str, str]) -> None:
    for column, (name, found) in zip(st.columns(len(rank_breakdowns)), rank_breakdowns.items(), strict=True):
        share = found.rank / found.of
        column.metric(
            theme.plain(labels[name]),
            f"rank {found.rank:,}",
            f"of {found.of:,} items: top {share:.2%}" if share < 0.1 else f"of {found.of:,} items",
            delta_color="off",
            delta_arrow="off",
        )


@st.cache_data(max_entries=64, show_spinner="Leaving out one item after the other …")
def _explain(
    _opened: dict[str, Recommender], key: tuple[str, ...], history: np.ndarray, item: int, most: int | None
) -> dict[str, attribution.Attribution]:
    return attribution.explain(_opened, history, {name: one.items[item] for name, one in _opened.items()}, most)


def _contributions(
    view: cache.View, opened: dict[str, Recommender], history: np.ndarray, item: int, labels: dict, colours: dict
) -> None:
    st.subheader("What in their history speaks for it", anchor=False)
    n_distinct = len(np.unique(history))
    everything = False
    if n_distinct > EXACT_AT_FIRST:
        everything = url.linked_toggle(
            st.toggle,
            f"Leave out each of the {n_distinct:,} items, not only {EXACT_AT_FIRST}",
            url.EXACT,
            help="Slower. Otherwise: the half that seems to matter most, and an even sample of the others.",
        )
    key = cache.run_key([one.run for one in opened.values()])
    attributions = _explain(opened, key, history, item, None if everything else EXACT_AT_FIRST)
    n_chunks = max(one.n_chunks for one in attributions.values())
    cut = (
        f" This history is too long to be read at once: it is read in {n_chunks} chunks, and an item is left out "
        "of its own." * (n_chunks > 1)
    )
    st.caption(
        "Bars to the right speak for the item: its score falls by that much when the purchase is left out. Bars to the "
        f"left speak against it. Ticks: a one-pass estimate of the same. Every variant has its own scale.{cut}"
    )
    table = attribution.contributions_table(attributions)
    theme.chart(attribution_figures.contributions_figure(table, view.catalogue, labels, colours), "why_contributions")
    for column, one in zip(st.columns(len(attributions)), attributions.values(), strict=True):
        column.caption(_agreement(one), help=AGREEMENT_HELP)
    with st.expander(f"All {n_distinct:,} distinct items of the history"):
        st.dataframe(_readable(table, view, labels), hide_index=True, width="stretch", height=320)


AGREEMENT_HELP = (
    "Spearman's rank correlation of the estimate (the score's gradient in the attention to an item) with the bars. "
    "Taking an item out of a long history altogether also regroups the others into new chunks, which no estimate can "
    "foresee: the second number. The table below has both. "
    "Of the newest item of a chunk the estimate knows least: it is also what asks, not only what is attended to."
)


def _agreement(found: attribution.Attribution) -> str:
    if not np.isfinite(found.agreement_chunk):
        return "Too few items to compare the estimate with."
    words = f"Ticks against bars, rank correlation: {found.agreement_chunk:.2f}"
    return words + (f"; {found.agreement:.2f} with the chunks regrouped" if found.n_chunks > 1 else "")


def _readable(table: pd.DataFrame, view: cache.View, labels: dict[str, str]) -> pd.DataFrame:
    wide = table.pivot(index="item", columns="run", values=["leave_one_out_chunk", "leave_one_out", "gradient"])
    shown = pd.DataFrame({"item": view.catalogue.titles[wide.index], "category": view.catalogue.categories[wide.index]})
    for name in dict.fromkeys(table["run"]):
        by_chunk, regrouped = wide["leave_one_out_chunk", name], wide["leave_one_out", name]
        shown[f"{labels[name]}: left out"] = by_chunk.to_numpy()
        if not np.allclose(by_chunk, regrouped, equal_nan=True):
            shown[f"{labels[name]}: left out, regrouped"] = regrouped.to_numpy()
        shown[f"{labels[name]}: estimate"] = wide["gradient", name].to_numpy()
    first = shown.columns[2]
    return shown.sort_values(first, ascending=False, kind="stable")


def _here_and_not_there(rank_breakdowns: dict[str, attribution.RankBreakdown], labels: dict, colours: dict) -> None:
    st.subheader("Why here and not there", anchor=False)
    st.markdown(theme.plain(attribution.in_words(rank_breakdowns, labels)))
    theme.chart(attribution_figures.distribution_figure(rank_breakdowns, labels, colours), "why_distribution")
    st.caption(
        "Every item's score for this person, per variant; the line marks this item. A score is *similarity* (what this "
        "person's history says) plus a *popularity bias* (what the text says of how much people buy such things) and, "
        "where the person had the item before, a *repeat-consumption bias* (how much people buy the same again)."
    )
    table = attribution.rank_breakdowns_table(rank_breakdowns, labels)
    st.dataframe(table, hide_index=True, width="stretch", column_config={"Run": "Variant"})


theme.guarded(draw)
