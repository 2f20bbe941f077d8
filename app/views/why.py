"""Why: what brings an item into somebody's list, under one variant and beside the others; and why not another."""

from __future__ import annotations

import numpy as np
import streamlit as st

from app.components.bench_lists import short_label
from app.panels import why_not_item
from app.panels.reasons import Reasons, reasons_table, terms_of
from app.panels.words import all_said
from app.shared import cache, links, look, origin, page, pickers, recommenders, theme, url
from learn.explore.colours import run_colours
from learn.explore.figures import attribution as figures
from learn.explore.lists import shapley, user_lists, why_words
from learn.explore.lists.attribution import Attribution
from learn.explore.lists.left_out import CUTS, level_for
from learn.explore.lists.origin import of_answers
from learn.explore.lists.purchases import Level
from learn.explore.lists.score_terms import (
    REPEAT_BIAS,
    RankBreakdown,
    break_down,
    of_the_person,
    rank_breakdowns_table,
)
from learn.explore.metrics.overview import run_labels
from learn.runs.recommender import Recommender
from learn.runs.stored import FoundRuns
from learn.runs.vectors import embeds

SUGGESTED = why_not_item.SHOWN  # items of each variant's list that are offered to be explained

_TOGGLES = {url.EXACT: "Every product by itself", url.OTHERS: "The other variants"}


def draw() -> None:
    runs, view = page.open_page(
        "Why", "Which purchases bring a product into somebody's list, and what keeps another out."
    )
    for problem in runs.problems:
        theme.show_error(problem)
    for key, words in _TOGGLES.items():
        url.check_toggle(words, key)
    if not runs.usable:
        theme.no_runs(view.dataset.name)
        return
    with st.container(key=f"{look.TIGHT}why"):
        bar = st.columns([6.3, 1.5], vertical_alignment="bottom")
    with bar[0]:
        user = pickers.pick_user(view)
    with bar[1].popover("Variants", width="stretch"):
        chosen = pickers.pick_runs(runs.usable)
    columns = st.columns([3, 1.4], vertical_alignment="bottom")
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
    places = _places(view, opened, user, labels)
    seen = user_lists.user_view(view.history, view.target, user)
    unseen = user_lists.rankable(view.dataset.available, seen, unseen=True)
    with columns[0]:
        item = _pick_item(view, places, _most_telling(view, opened, user, list(places), unseen))
    if item is None:
        return
    found = _ranks(opened, user, item, unseen)
    names = sorted(opened, key=lambda name: found[name].rank if name in found else np.inf)
    with columns[1]:
        shown = url.linked(
            st.selectbox, "Explain", list(opened), url.EXPLAINED, names[0], format_func=labels.__getitem__
        )
    _question(view, seen, item, labels[shown], found.get(shown), _stored(view, opened[shown], user, item))
    if shown in found:
        _explanation(Reasons(view, opened, user, item, found, unseen), shown, labels, colours)
    st.divider()
    listed = {int(view.dataset.item_index.get_indexer([one])[0]) for one in places}
    why_not_item.draw(view, opened, user, listed, labels, colours)
    counted = (
        f"places of k = 1 to {unseen.sum():,}, candidates: products that are new to the person. Points: their scores, "
        f"scaled. Bars: Shapley values, sampled by reading the person anew with {CUTS * shapley.SETS} sets of purchases"
    )
    theme.small_print(all_said([one.run for one in opened.values()], [short_label(labels[name]) for name in opened]))
    origin.show(of_answers(view.dataset, [one.run for one in opened.values()], counted, 1))


def _open(runs: FoundRuns, chosen: list[str], view: cache.View) -> dict[str, Recommender]:
    """What answers for each of the chosen Runs, with its towers where it has any; in the order of choice."""
    wanted = [runs.named(name) for name in chosen]
    opened = recommenders.open_recommenders([run for run in wanted if embeds(run)], view.dataset, towers=True)
    opened |= recommenders.open_recommenders([run for run in wanted if not embeds(run)], view.dataset)
    return {name: opened[name] for name in chosen if name in opened}


def _places(
    view: cache.View, opened: dict[str, Recommender], user: int, labels: dict[str, str]
) -> dict[str, list[str]]:
    """Id of each item that a variant shows -> where; those of most variants first."""
    places: dict[str, list[str]] = {}
    for name, one in opened.items():
        for rank, item in enumerate(one.for_user(user, SUGGESTED).items.tolist(), 1):
            places.setdefault(str(view.dataset.item_ids[item]), []).append(f"#{rank} {labels[name]}")
    return {one: places[one] for one in sorted(places, key=lambda one: -len(places[one]))}


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


def _pick_item(view: cache.View, places: dict[str, list[str]], first: str | None) -> int | None:
    """The item to explain: one of what the variants recommend (at first ``first``), or any id that is typed."""
    dataset, ids = view.dataset, list(places)
    asked = st.query_params.get(url.ITEM)
    if asked and asked not in ids:
        ids.append(asked)

    def words(item_id: str) -> str:
        index = int(dataset.find_items([item_id])[0])
        title = view.catalogue.titles[index] if index >= 0 else "not in this catalogue"
        return f"{title} · {', '.join(places.get(item_id, [item_id]))}"

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
        facts.append(":orange-badge[the person had it before]")
    if item in seen.target:
        facts.append(":green-badge[bought later]")
    facts += [f"[Show it on the maps]({link['href']})" for link in links.on_maps(view.dataset, item)]
    theme.conclude(stored if one is None else why_words.answer(one, shown, had))
    st.markdown(" ".join(facts))


def _explanation(reasons: Reasons, shown: str, labels: dict[str, str], colours: dict[str, str]) -> None:
    found, short = reasons.found, {name: short_label(label) for name, label in labels.items()}
    left, right = st.columns([2, 3], gap="medium")
    points = {name: one.term_points for name, one in found.items()}
    notes = {name: f"place {one.rank:,} · {why_words.told_sum(one)} points" for name, one in found.items()}
    whole = why_words.by_purchases(found[shown])
    title = why_words.heading(whole)
    with left:
        st.markdown("**How each variant places it**", help=why_words.SCALE)
        figure = figures.terms_figure(points, notes, labels, colours, AXIS, ("against it", "for it"))
        theme.chart(figure, "why_terms", why_words.comparison(found, short))
        if shown in reasons.opened and REPEAT_BIAS in found[shown].terms:
            st.caption(theme.plain(why_words.buying_again(reasons.opened[shown].run.info.repeat_bias)))
    with right:
        if shown not in reasons.opened:
            st.info("No single purchase can be named under this variant.")
            return
        level = level_for(reasons.opened.values(), reasons.history)
        heading, drawn, said, bar = (st.empty() for _ in range(4))
        heading.markdown(f"**{title}**", help=HELP)
        places = st.columns(2)
        by_item = level is Level.KIND and url.linked_toggle(
            places[0].toggle, _TOGGLES[url.EXACT], url.EXACT, help="Instead of all purchases of a kind together."
        )
        beside = len(reasons.opened) > 1 and url.linked_toggle(
            places[level is Level.KIND].toggle, _TOGGLES[url.OTHERS], url.OTHERS, help="As dots on the same axis."
        )
    groups = reasons.groups(Level.ITEM if by_item else level)
    known: dict[str, Attribution] = {}

    def show(name: str, one: Attribution, key: str) -> None:
        known[name] = one
        with drawn.container():
            figure = figures.reasons_figure(known, shown, short, colours, whole, beside)
            theme.chart(figure, f"why_reasons_{key}", why_words.reasons(known[shown], whole))
        firm = why_words.stability(known[shown])
        heading.markdown(f"**{title}**", help=f"{HELP} {theme.plain(firm)}")
        adding = why_words.adding(known[shown])
        said.caption(theme.plain(" ".join(filter(None, (adding, "" if why_words.firm(known[shown]) else firm)))))

    show(shown, reasons.at_once(shown, groups), "first")
    order = [shown, *(name for name in reasons.opened if name != shown)]
    for number, name in enumerate(order):

        def report(share: float, number: int = number, name: str = name) -> None:
            done = (number + share) / len(order)
            bar.progress(done, text=f"Reading some purchases without others: {theme.plain(labels[name])}")

        show(name, reasons.exactly(name, groups, report), name)
    bar.empty()
    with st.expander(f"All {len(groups.names):,} groups of purchases, and the numbers behind the bars"):
        st.dataframe(reasons_table(known, labels), hide_index=True, width="stretch", height=320)
        ranks = rank_breakdowns_table(found, labels)
        st.dataframe(ranks, hide_index=True, width="stretch", column_config={"Run": "Variant"})


AXIS = "points: 0 an average product,<br>100 the first of the variant's list"  # in a narrow column
HELP = (
    "Each bar: by how many points the product's lead over an average one grows when these purchases join others, on "
    "average over none, some and all of the others (a Shapley value); the person is read anew with each set. What is "
    "left over by sampling is shared out evenly."
)


theme.guarded(draw)
