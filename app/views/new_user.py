"""New user: a bench for somebody whom no variant has met, whose basket is filled by searching and clicking."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import streamlit as st

from app.components.bench_lists import BenchColumn, BenchItems, bench_data, short_labels, show_bench
from app.panels import basket as baskets
from app.panels import basket_worth
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
from learn.data.splits import SplitInfo
from learn.errors import LearnError
from learn.explore.catalogue import told_title
from learn.explore.colours import run_colours
from learn.explore.export import csv_bytes
from learn.explore.lists import new_user, user_lists
from learn.explore.lists.origin import of_answers, ranked
from learn.explore.lists.terms import Weights, terms_of_history, weighted_list
from learn.explore.metrics.overview import run_labels
from learn.explore.metrics.stored_recall import finds_less, users_in_words
from learn.runs.recommender import Recommender
from learn.runs.run import Run
from learn.runs.suggestions import Suggestions

KEY = "new_user_bench"
DIFFER_AT = 10  # so long are the lists by which the basket to open with is chosen
SOMEBODY = "new user"
HOLD = "Point at a product for + (into the basket)"
HINT = "Point at a product for + (into the basket) and “map”; click to mark it in every list."


def draw() -> None:
    runs, view = page.open_page(
        "New user",
        "Somebody whom no variant has met: their basket is all that is known. What does each variant suggest?",
    )
    usable = pickers.live_runs(runs, view.dataset.name)
    basket = baskets.read(view, lambda: _start(view, usable))
    with st.container(key=f"{look.TIGHT}new_user"):
        bar = st.columns([4.2, 1.5, 1.2, 0.75], vertical_alignment="bottom")
    words = url.linked_text(
        bar[0].text_input,
        "Search the catalogue",
        url.SEARCH,
        placeholder="Search the catalogue: words of a title, a category or a brand",
        label_visibility="collapsed",
    )
    with bar[1].popover("Variants", width="stretch"):
        chosen = pickers.pick_runs(usable)
    lengths = bench_settings.LIST_LENGTHS
    k = int(
        url.linked(
            bar[2].selectbox,
            "List length",
            lengths,
            url.K,
            lengths[1],
            format_func="Lists of {}".format,
            label_visibility="collapsed",
        )
    )
    weights, differ = bench_settings.read()
    history = new_user.basket_history(basket.bought, basket.liked)
    before, change = baskets.before_the_last_click(view, basket)
    wanted = [run for run in usable if run.name in chosen and history]
    opened = recommenders.open_recommenders(wanted, view.dataset, towers=True)
    columns, shown = _columns(view, opened, chosen, history, before, k, weights)
    labels = run_labels(usable)
    table = user_lists.lists_table(shown, labels, SOMEBODY, view.dataset.item_ids, view.catalogue)
    bar[3].download_button(
        "CSV",
        csv_bytes(table),
        "lists_of_new_user.csv",
        "text/csv",
        on_click="ignore",
        disabled=table.empty,
        help="These lists as a table: user, variant, rank, item, title, score.",
        width="stretch",
    )
    data = _bench(view, columns, opened, history, k) | bench_settings.as_data(weights, differ, KEY)
    data["said"] = under_controls([runs.named(column.name) for column in columns])
    data |= {"hold": HOLD, "hint": HINT, "next": _ways_on(view)}
    data |= {"basket": baskets.as_data(view, basket, words or "", KEY), "changed": change}
    show_bench(data, KEY, lambda: bench_settings.heard(KEY), lambda: baskets.heard(KEY))
    if not history:
        st.caption("What each variant recommends appears here as soon as something is in the basket.")
        return
    if before:
        _what_left(view, columns, labels)
    counted = ranked(k, int(_allowed(view, history).sum()), "products that are not in the basket")
    origin.show(of_answers(view.dataset, [runs.named(name) for name in shown], counted, 1))


def _start(view: cache.View, usable: list[Run]) -> list[int]:
    """The basket to open with: the one of those on offer after which the variants' lists differ most."""
    offered = baskets.offered(view)
    if len(offered) < 2:
        return offered[0] if offered else []
    runs = usable[: pickers.AT_FIRST]
    info = view.split.info
    return offered[_differ_most(view, runs, offered, cache.run_key(runs), view.dataset.fingerprint, info)]


@st.cache_resource(max_entries=4, show_spinner=False)
def _differ_most(
    _view: cache.View, _runs: list[Run], _offered: list[list[int]], key: object, fingerprint: str, info: SplitInfo
) -> int:
    opened = []
    for run in _runs:
        with suppress(LearnError):  # said where its list would stand
            one = recommenders.open_recommender(run, _view.dataset)
            _ = one.towers
            opened.append(one)
    lists = [[new_user.recommend(one, basket, DIFFER_AT) for one in opened] for basket in _offered]
    return new_user.differ_most(lists)


def _columns(
    view: cache.View,
    opened: dict[str, Recommender],
    chosen: list[str],
    history: list[int],
    before: list[int],
    k: int,
    weights: Weights,
) -> tuple[list[BenchColumn], dict[str, Suggestions]]:
    """Each variant's list with every term in full, beside the one before the last click; and as the weights have it."""
    if not history:
        return [], {}
    runs = [one.run for one in opened.values()]
    labels, colours = run_labels(runs), run_colours((run.name, run.info.variant) for run in runs)
    less = finds_less(cache.metrics_if_read(runs), list(opened), short_labels(labels))
    columns, shown = [], {}
    allowed = _allowed(view, history)
    for name in chosen:
        if name not in opened:
            continue
        found = new_user.recommend(opened[name], history, k)
        earlier = new_user.recommend(opened[name], before, k) if before else None
        terms = terms_of_history(opened[name], history)
        source = ""
        if earlier is not None:
            entered = len(new_user.what_changed(earlier, found).entered)
            source = f"{entered} of {len(found.items)} are new since the last click"
        columns.append(
            BenchColumn(
                name,
                labels[name],
                colours[name],
                source,
                found,
                terms,
                earlier.items if earlier else None,
                about=variant_texts.under_label(opened[name].run),
                less=less.get(name, ""),
            )
        )
        shown[name] = weighted_list(terms, weights, k, allowed)
    return columns, shown


def _allowed(view: cache.View, history: list[int]) -> np.ndarray:
    allowed = view.dataset.available.copy()
    allowed[history] = False
    return allowed


def _bench(
    view: cache.View, columns: list[BenchColumn], opened: dict[str, Recommender], history: list[int], k: int
) -> dict:
    allowed = _allowed(view, history)
    nothing = np.zeros(0, dtype=np.int64)
    kinds = new_user.kinds_in(view.catalogue, history)
    cold = view.counts == 0
    akin = kinds if kinds.sizes else None
    items = BenchItems(
        view.catalogue, view.dataset.item_ids, cold, ~allowed, nothing, view.bestsellers, akin, history, view.counts
    )
    signs = ("new", "moved") if any(one.before is not None for one in columns) else ()
    hrefs = row_links.for_any_item(links.on_maps(view.dataset, 0))
    data = bench_data(columns, items, k, allowed, hrefs, legend=(*signs, "kin", "line", "alone"))
    data["told"]["worth"] = basket_worth.as_data(view, columns, opened, history)
    data["told"]["users"] = users_in_words(view.history.lengths, view.target.lengths)
    return data


def _ways_on(view: cache.View) -> list[dict[str, str]]:
    """Where to go on from here: the pages that answer what this one cannot."""
    query = links.query_of(view.dataset)
    return [
        {"text": "Why: what a known person’s list is made of", "href": links.page("why", **query)},
        {"text": "Cold start: who is shown what nobody bought", "href": links.page("cold_start", **query)},
    ]


def _what_left(view: cache.View, columns: list[BenchColumn], labels: dict[str, str]) -> None:
    with st.expander("What left the lists"):
        for place, column in zip(st.columns(len(columns)), columns, strict=True):
            gone = [
                item
                for item in ([] if column.before is None else column.before.tolist())
                if item not in set(column.found.items.tolist())
            ]
            titles = "\n".join(f"- {theme.plain(told_title(view.catalogue, item))}" for item in gone)
            place.markdown(f"**{theme.plain(labels[column.name])}**\n\n{titles or 'None'}")


theme.guarded(draw)
