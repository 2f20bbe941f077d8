"""Recommendations: a bench on which every Run's list for one person lies beside the others, its terms on sliders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from app.components.bench_lists import BenchColumn, BenchItems, bench_data, show_bench
from app.panels import person
from app.panels.words import under_controls
from app.shared import (
    bench_settings,
    cache,
    links,
    look,
    origin,
    page,
    pickers,
    recommenders,
    row_links,
    theme,
    url,
    variant_texts,
)
from learn.errors import LearnError
from learn.explore.catalogue import Filters
from learn.explore.colours import run_colours
from learn.explore.export import csv_bytes, file_name
from learn.explore.lists import user_lists
from learn.explore.lists.origin import of_answers, ranked
from learn.explore.lists.terms import Weights, terms_of_user, weighted_list
from learn.explore.metrics.overview import run_labels
from learn.runs.recommender import Recommender
from learn.runs.stored import FoundRuns
from learn.runs.suggestions import ScoreTerms, Suggestions

KEY = "recommendations_lists"
HINT = "Point at a product for “why?” and “map”; click to mark it."
HOLD_NEW = "Only products new to them"
HOLD_ALL = "Products bought before may be in these lists"


@dataclass(frozen=True)
class Answer:
    """One Run's list for the person: with every term in full, its terms (None: a stored list), and as it is shown."""

    full: Suggestions
    terms: ScoreTerms | None
    shown: Suggestions


def draw() -> None:
    runs, view = page.open_page(
        "Recommendations",
        "One person, what each recommender suggests to them, and ✓ what they did buy later.",
    )
    dataset = view.dataset
    for problem in runs.problems:
        theme.show_error(problem)
    with st.container(key=f"{look.TIGHT}recommendations"):
        bar = st.columns([5.8, 1.85, 1.0, 1.2, 0.85], vertical_alignment="bottom")
    with bar[0]:
        user = pickers.pick_user(view)
    if not runs.usable:
        theme.no_runs(dataset.name)
    chosen, k, unseen, filters = _controls(view, runs, bar)
    if user is None:
        st.stop()
    user_id = str(dataset.user_ids[user])
    weights, differ = bench_settings.read()
    seen = user_lists.user_view(view.history, view.target, user)
    keep = user_lists.rankable(filters.mask(view.catalogue), seen, unseen)
    answers = _answers(view, runs, chosen, user, keep, unseen, k, weights)
    shown = {name: one.shown for name, one in answers.items()}
    labels = run_labels(runs.usable)
    strip = st.container(key=f"{look.STRIP}recommendations", gap=None)
    with strip:
        person.show_past(view, user_id, seen, shown, labels)
    table = user_lists.lists_table(shown, labels, user_id, dataset.item_ids, view.catalogue)
    bar[4].download_button(
        "CSV",
        csv_bytes(table),
        file_name(f"lists_of_{user_id}.csv"),
        "text/csv",
        on_click="ignore",
        help="These lists as a table: user, variant, rank, item, title, score.",
        width="stretch",
    )
    if answers:
        data = _bench(view, runs, user, seen, keep, answers, k, filters, unseen)
        settings = bench_settings.as_data(weights, differ, KEY)
        said = {"said": under_controls([runs.named(name) for name in answers])}
        with strip:
            show_bench(data | settings | said, KEY, lambda: bench_settings.heard(KEY))
        among = "products that are new to the person" if unseen else "all products"
        counted = ranked(k, int(keep.sum()), among + (", as filtered" if filters else ""))
        origin.show(of_answers(dataset, [runs.named(name) for name in answers], counted, 1))


def _controls(view: cache.View, runs: FoundRuns, bar: list) -> tuple[list[str], int, bool, Filters]:
    with bar[1].popover("Recommenders", width="stretch"):
        chosen = pickers.pick_runs(runs.usable, first=pickers.to_show_first(runs.usable), called="Recommenders")
    k = url.linked(bar[2].selectbox, "List length", bench_settings.LIST_LENGTHS, url.K, bench_settings.LIST_LENGTHS[1])
    with bar[3].popover("Filters", width="stretch"):
        unseen = url.linked_toggle(
            st.toggle,
            "Hide bought before",
            url.ONLY_NEW,
            True,
            help="Leaves out the items of the user's own history.",
        )
        filters = _filters(view)
    if filters:
        parts = [*filters.categories, *filters.brands]
        parts += [f"price {filters.price[0]:,.2f} to {filters.price[1]:,.2f}"] if filters.price else []
        st.caption(f"Only: {theme.plain(' · '.join(parts))}")
    return chosen, int(k), unseen, filters


def _filters(view: cache.View) -> Filters:
    catalogue = view.catalogue
    categories = url.linked_many("Category", catalogue.category_order, url.CATEGORY, placeholder="All categories")
    brands = url.linked_many("Brand", catalogue.brand_order[: pickers.MOST_LISTED], url.BRAND, placeholder="All brands")
    price = None
    if catalogue.price_range:
        low, high = catalogue.price_range
        left, right = st.columns(2)
        least = url.linked_number(left.number_input, "Price from", url.PRICE_FROM, placeholder=f"{low:,.2f}")
        most = url.linked_number(right.number_input, "Price to", url.PRICE_TO, placeholder=f"{high:,.2f}")
        if least is not None or most is not None:
            price = (low if least is None else least, high if most is None else most)
    return Filters(tuple(categories), tuple(brands), price)


def _answers(
    view: cache.View,
    runs: FoundRuns,
    chosen: list[str],
    user: int,
    keep: np.ndarray,
    unseen: bool,
    k: int,
    weights: Weights,
) -> dict[str, Answer]:
    """Each chosen Run's `Answer`; one that cannot be read says so and is left out."""
    found = {}
    for name, one in recommenders.open_recommenders([runs.named(name) for name in chosen], view.dataset).items():
        try:
            found[name] = _answer(one, user, keep, unseen, k, weights)
        except LearnError as error:
            theme.show_error(error)
    return found


def _answer(one: Recommender, user: int, keep: np.ndarray, unseen: bool, k: int, weights: Weights) -> Answer:
    full = one.for_user(user, k, unseen=unseen, allowed=keep)
    terms = terms_of_user(one, user)
    return Answer(full, terms, full if terms is None else weighted_list(terms, weights, k, keep))


def _ways_on(view: cache.View, user: int) -> list[dict[str, str]]:
    """Where to go on from here: the pages that say why, and how it is for everybody."""
    query = links.query_of(view.dataset)
    why = links.page("why", **query | {url.USER: str(view.dataset.user_ids[user])})
    return [
        {"text": "Why: what a list is made of", "href": why},
        {"text": "Compare: two recommenders for everybody", "href": links.page("compare", **query)},
    ]


def _bench(
    view: cache.View,
    runs: FoundRuns,
    user: int,
    seen: user_lists.UserView,
    keep: np.ndarray,
    answers: dict[str, Answer],
    k: int,
    filters: Filters,
    unseen: bool,
) -> dict:
    labels = run_labels(runs.usable)
    colours = run_colours((run.name, run.info.variant) for run in runs.usable)
    later = seen.later(keep)
    columns = []
    for name, one in answers.items():
        empty = "No item to show."
        if not one.full.live and not one.full.depth:
            empty = "No list for them." if len(seen.history) else "No list: nothing is known of this user."
        columns.append(
            BenchColumn(
                name,
                labels[name],
                colours[name],
                "",
                one.full,
                one.terms,
                of=len(later),
                empty=empty,
                about=variant_texts.under_label(runs.named(name)),
            )
        )
    held = np.zeros(view.dataset.n_items, dtype=bool)
    held[seen.history] = True
    items = BenchItems(view.catalogue, view.dataset.item_ids, view.counts == 0, held, later, view.bestsellers)
    what = ("new" if unseen else "different") + " products that they bought later"
    what += ", of those that pass the filters" if filters else ""
    hrefs = row_links.for_any_item(links.of_item(view.dataset, 0, str(view.dataset.user_ids[user])))
    data = bench_data(columns, items, k, keep, hrefs, what, ("hit", "line", "alone"))
    return data | {"hold": HOLD_NEW if unseen else HOLD_ALL, "hint": HINT, "next": _ways_on(view, user)}


theme.guarded(draw)
