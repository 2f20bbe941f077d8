"""Why: what brings an item into somebody's list, under one variant and beside the others; and why not another."""

from __future__ import annotations

import numpy as np
import streamlit as st

from app.components.bench_lists import short_label
from app.panels import why_not_item
from app.panels.explanation import OTHERS, explain
from app.panels.reasons import Reasons, terms_of
from app.panels.words import all_said, what_words_mean
from app.shared import cache, links, look, origin, page, pickers, recommenders, theme, url
from learn.explore.colours import run_colours
from learn.explore.lists import shapley, user_lists, why_words
from learn.explore.lists.left_out import CUTS
from learn.explore.lists.origin import of_answers
from learn.explore.lists.score_terms import (
    RankBreakdown,
    break_down,
    of_the_person,
)
from learn.explore.metrics.overview import run_labels
from learn.runs.recommender import Recommender
from learn.runs.stored import FoundRuns
from learn.runs.vectors import embeds

SUGGESTED = why_not_item.SHOWN  # items of each variant's list that are offered to be explained


def draw() -> None:
    runs, view = page.open_page(
        "Why", "Which purchases bring a product into somebody's list, and what keeps another out."
    )
    for problem in runs.problems:
        theme.show_error(problem)
    url.check_toggle(OTHERS, url.OTHERS)
    url.check_toggle(why_not_item.ALL, url.ALL_GAPS)
    if not runs.usable:
        theme.no_runs(view.dataset.name)
        return
    with st.container(key=f"{look.TIGHT}why"):
        bar = st.columns([1.4, 3.6, 2.2, 1.2], vertical_alignment="bottom")
    with bar[3].popover("More", width="stretch"):
        others = st.container(), st.container()
        chosen = pickers.pick_runs(runs.usable)
    user = pickers.pick_user(view, (bar[0], *others))
    if user is None or not chosen:
        return
    if not len(view.history[user]):
        st.info("Nothing is known of this user before the cut, so nothing can speak for an item. Choose another user.")
        return
    opened = _open(runs, chosen, view)
    if not opened:
        return
    labels = {name: label for name, label in run_labels(runs.usable).items() if name in opened}
    colours = run_colours((run.name, run.info.variant) for run in runs.usable)
    places = _places(view, opened, user, {name: short_label(label) for name, label in labels.items()})
    seen = user_lists.user_view(view.history, view.target, user)
    unseen = user_lists.rankable(view.dataset.available, seen, unseen=True)
    with bar[1]:
        item = _pick_item(view, places, _most_telling(view, opened, user, list(places), unseen))
    if item is None:
        return
    found = _ranks(opened, user, item, unseen)
    names = sorted(opened, key=lambda name: found[name].rank if name in found else np.inf)
    with bar[2]:
        shown = url.linked(
            st.selectbox, "Recommender", list(opened), url.EXPLAINED, names[0], format_func=labels.__getitem__
        )
    _question(view, seen, item, labels[shown], found.get(shown), _stored(view, opened[shown], user, item))
    said = all_said([one.run for one in opened.values()], [short_label(labels[name]) for name in opened])
    if shown in found:
        explain(Reasons(view, opened, user, item, found, unseen), shown, labels, colours)
    what_words_mean(said)
    st.divider()
    listed = {int(view.dataset.item_index.get_indexer([one])[0]) for one in places}
    why_not_item.draw(view, opened, user, listed, labels, colours, shown)
    counted = (
        f"places of k = 1 to {unseen.sum():,}, candidates: products that are new to the user. Points: their scores, "
        f"scaled. Bars: Shapley values, sampled by reading the user anew with {CUTS * shapley.SETS} sets of purchases"
    )
    origin.show(of_answers(view.dataset, [one.run for one in opened.values()], counted, 1))


def _open(runs: FoundRuns, chosen: list[str], view: cache.View) -> dict[str, Recommender]:
    """What answers for each of the chosen Runs, with its towers where it has any; in the order of choice."""
    wanted = [runs.named(name) for name in chosen]
    opened = recommenders.open_recommenders([run for run in wanted if embeds(run)], view.dataset, towers=True)
    opened |= recommenders.open_recommenders([run for run in wanted if not embeds(run)], view.dataset)
    return {name: opened[name] for name in chosen if name in opened}


def _places(view: cache.View, opened: dict[str, Recommender], user: int, labels: dict[str, str]) -> dict[str, str]:
    """Id of each item that a variant shows -> its place there, by the variant's short label; those of most variants
    first."""
    places: dict[str, list[str]] = {}
    for name, one in opened.items():
        for rank, item in enumerate(one.for_user(user, SUGGESTED).items.tolist(), 1):
            places.setdefault(str(view.dataset.item_ids[item]), []).append(f"#{rank} {labels[name]}")
    return {one: ", ".join(places[one]) for one in sorted(places, key=lambda one: -len(places[one]))}


def _most_telling(
    view: cache.View, opened: dict[str, Recommender], user: int, ids: list[str], unseen: np.ndarray
) -> str | None:
    """Of the items ``ids`` that are shown, the one that most speaks for: of those bought later where there are any,
    the one with most points, under any variant that shows it, by what this person bought; None of none."""
    if not ids:
        return None
    items = view.dataset.item_index.get_indexer(ids)
    later = np.isin(items, view.target[user])
    known: dict[str, float] = {}
    for item_id, item in zip(ids, items.tolist(), strict=True):
        if later.any() and item not in view.target[user]:
            continue
        found = [one for one in _ranks(opened, user, item, unseen).values() if one.rank <= SUGGESTED]
        known[item_id] = max(map(of_the_person, found), default=-np.inf)
    best = max(known, key=lambda one: known[one])
    return best if np.isfinite(known[best]) else ids[0]


def _pick_item(view: cache.View, places: dict[str, str], first: str | None) -> int | None:
    """The item to explain: one of what the variants recommend (at first ``first``), or any id that is typed."""
    dataset, ids = view.dataset, list(places)
    asked = st.query_params.get(url.ITEM)
    if asked and asked not in ids:
        ids.append(asked)

    def words(item_id: str) -> str:
        index = int(dataset.find_items([item_id])[0])
        title = view.catalogue.titles[index] if index >= 0 else "not in this catalogue"
        return f"{places.get(item_id, item_id)} · {title}"

    chosen = url.linked_or_none(
        st.selectbox,
        "Product",
        ids,
        url.ITEM,
        first,
        index=None,
        format_func=words,
        accept_new_options=True,
        placeholder="Choose a recommended product, or type an item's id",
        help=f"The first {SUGGESTED} of every chosen variant, with their places (#); any other item's id can be typed.",
    )
    if chosen is None:
        st.info("Choose an item to see what speaks for it.")
        return None
    index = int(dataset.item_index.get_indexer([chosen])[0])
    if index < 0:
        st.warning(f"There is no item {theme.plain(str(chosen))} in this dataset: choose another one.")
        return None
    return index


def _ranks(opened: dict[str, Recommender], user: int, item: int, unseen: np.ndarray) -> dict[str, RankBreakdown]:
    """Run name -> where the item stands, of the Runs that have scores."""
    terms = {name: terms_of(one, cache.run_key([one.run]), user) for name, one in opened.items()}
    return {name: break_down(one, item, unseen) for name, one in terms.items() if one is not None}


def _stored(view: cache.View, one: Recommender, user: int, item: int) -> str:
    """What a Run of stored lists can say."""
    listed = one.for_user(user, len(view.catalogue)).items
    where = f"at place {np.flatnonzero(listed == item)[0] + 1:,}" if item in listed else "not in it"
    return (
        f"These are stored lists only, made elsewhere: the product is {where}. They do not say why; no purchase can be "
        "left out of them."
    )


def _question(
    view: cache.View, seen: user_lists.UserView, item: int, label: str, one: RankBreakdown | None, stored: str
) -> None:
    """Draws the question, its answer (``stored``, where the Run has no scores), and what the item is."""
    catalogue = view.catalogue
    had = bool(np.isin(item, seen.history))
    shown = one is None or (one.rank <= SUGGESTED and not had)
    user = st.query_params.get(url.USER) or st.session_state.get(f"{url.USER}_choice", "")
    st.subheader(theme.plain(why_words.question(str(catalogue.titles[item]), str(user), label, shown)), anchor=False)
    brand = str(catalogue.brands[item])
    details = str(catalogue.details[item]).removesuffix(brand).removesuffix(" · ")  # the brand is their end
    words = [catalogue.categories[item], catalogue.finer[item], details, f"brand {brand}" if brand else ""]
    if np.isfinite(catalogue.prices[item]):
        words.append(f"price {catalogue.prices[item]:,.2f}")
    facts = [theme.plain(" · ".join(word for word in words if word))]
    if view.counts[item] == 0:
        facts.append(":blue-badge[cold start: nobody had it in the training part]")
    if had:
        facts.append(":orange-badge[they had it before]")
    if item in seen.target:
        facts.append(":green-badge[bought later]")
    facts += [f"[Show it on the maps]({link['href']})" for link in links.on_maps(view.dataset, item)]
    theme.conclude(stored if one is None else why_words.answer(one, shown, had))
    st.markdown(" ".join(facts))


theme.guarded(draw)
