"""The part of the Why page that explains an item: how each variant places it, and which purchases bring it."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.components.bench_lists import short_label
from app.panels.reasons import Reasons, reasons_table
from app.shared import theme, url
from learn.explore.figures import attribution as figures
from learn.explore.figures.item_points import points_figure
from learn.explore.lists import why_words
from learn.explore.lists.attribution import Attribution
from learn.explore.lists.purchases import Level
from learn.explore.lists.score_terms import REPEAT_BIAS, rank_breakdowns_table

OTHERS = "Show all variants"
BARS = (
    "#: its place. The bar: its points, 0 an average product for this user, 100 the first of each variant's own list."
)
HELP = (
    "Each bar is a Shapley value: by how many points the product's lead over an average one grows when these purchases "
    "join others, on average over none, some and all of the others; the user is read anew with each set. What is left "
    "over by sampling is shared out evenly."
)


def explain(reasons: Reasons, shown: str, labels: dict[str, str], colours: dict[str, str]) -> None:
    """Draws both halves and the numbers.

    Args:
        shown: the Run whose reasons are drawn.
        labels, colours: Run name -> its label, its colour.
    """
    short = {name: short_label(label) for name, label in labels.items()}
    left, right = st.columns([2, 3], gap="medium")
    with left:
        _places(reasons, shown, labels, short, colours)
    with right:
        if shown in reasons.opened:
            _purchases(reasons, shown, labels, short, colours)
        else:
            st.info("No single purchase can be named under this variant.")


def _places(
    reasons: Reasons, shown: str, labels: dict[str, str], short: dict[str, str], colours: dict[str, str]
) -> None:
    """Where each variant puts the item, by which term."""
    found = reasons.found
    points = {name: one.term_points for name, one in found.items()}
    ranks = {name: one.rank for name, one in found.items()}
    st.markdown("**How each variant places it**")
    st.markdown(theme.plain(why_words.comparison(found, short)))
    theme.chart(points_figure(points, ranks, labels, colours, ("against it", "for it")), "why_terms")
    theme.small_print(BARS)
    if shown in reasons.opened and REPEAT_BIAS in found[shown].terms:
        st.caption(theme.plain(why_words.buying_again(reasons.opened[shown].run.info.repeat_bias)))
    with st.expander("The numbers of every variant" if len(found) > 1 else "The numbers"):
        table = rank_breakdowns_table(found, labels)
        st.caption(f"Points: {why_words.SCALE}")
        st.dataframe(table, hide_index=True, width="stretch", column_config={"Run": "Variant"})


def _level(reasons: Reasons, place: DeltaGenerator) -> Level:
    """How finely the purchases are told apart; no choice where there is one way only."""
    levels, first = reasons.levels()
    if len(levels) < 2:
        url.check_choice(list(Level), url.GROUPED, f"{first.noun(2)} are shown")
        return first
    names = {one.value: one.noun(2).capitalize() for one in levels}
    return Level(
        url.linked(
            place.segmented_control,
            "Purchases by",
            list(names),
            url.GROUPED,
            first.value,
            format_func=names.__getitem__,
            label_visibility="collapsed",
        )
    )


def _purchases(
    reasons: Reasons, shown: str, labels: dict[str, str], short: dict[str, str], colours: dict[str, str]
) -> None:
    """Which purchases bring it: first an estimate of one Run, in the end the exact reasons of all."""
    whole = why_words.by_purchases(reasons.found[shown])
    title = why_words.heading(whole)
    heading = st.empty()
    heading.markdown(f"**{title}**", help=HELP)
    places = st.columns([3, 2], vertical_alignment="center")
    level = _level(reasons, places[0])
    beside = len(reasons.opened) > 1 and url.linked_toggle(
        places[1].toggle, OTHERS, url.OTHERS, help="As dots on the same axis."
    )
    drawn, said, bar = (st.empty() for _ in range(3))
    groups = reasons.groups(level)
    known: dict[str, Attribution] = {}

    def show(name: str, one: Attribution, key: str) -> None:
        known[name] = one
        with drawn.container():
            figure = figures.reasons_figure(known, shown, short, colours, whole, beside)
            st.markdown(theme.plain(why_words.reasons(known[shown], whole, reasons.finer(shown, groups))))
            st.caption(theme.plain(why_words.scale(short[shown])))
            theme.chart(figure, f"why_reasons_{key}")
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
    with st.expander(f"All {len(groups.names):,} {groups.level.noun(len(groups.names))}, and the numbers"):
        st.dataframe(reasons_table(known, labels), hide_index=True, width="stretch", height=320)
