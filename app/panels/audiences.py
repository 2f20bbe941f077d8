"""An item under every variant, a card each: what it stands beside, and who would see it earliest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st

from app.components.answers import show_answers as draw
from app.components.answers import show_figures as draw_figures
from app.components.bench_lists import short_labels
from app.panels.words import all_said
from app.shared import cache, links, origin, pictures, theme, variant_texts
from learn.explore.catalogue import NO_CATEGORY
from learn.explore.colours import category_colours, category_legend
from learn.explore.figures.places import how_to_read, places_figure
from learn.explore.lists import newcomer, newcomer_head, newcomer_words, numbers
from learn.explore.lists.audience import Audience
from learn.explore.lists.likeness import LIKE
from learn.explore.lists.newcomer import Answer, Change
from learn.explore.lists.origin import of_answers
from learn.explore.lists.pushed_up import how_marked, pushed_up_by, rarer
from learn.runs.recommender import Recommender
from learn.runs.suggestions import Suggestions
from learn.runs.vectors import has_popularity_bias

NEIGHBOURS, PEOPLE = 4, 4
MOST_BESIDE = 5
"""Variants: the figures of more leave no room beside them."""
ALIKE = "Most alike"
BOUGHT = "✓ bought it later"
HOW = (
    "Pushed up by: of their earlier purchases the one or two without which its score would fall most; where one is "
    f"named, no other pushes it up. Alike: among the {LIKE:.0%} of the catalogue whose texts are nearest to its own; "
    "all others are unlike."
)
PARTS = [
    {"name": ALIKE, "none": "Nothing."},
    {"name": "Place · person · pushed up by", "none": "Nobody has a history to go by."},
]


@dataclass(frozen=True)
class Shown:
    """What is known of the item itself.

    Attributes:
        like: [N] bool, the catalogue's items that are like it in text; None: nobody reads texts.
        item: its index in the catalogue; None for a new one.
        buyers: [n] users who got it later; ranks: Run name -> [n] its places in their lists.
        recall: a row of figures of all items of its kind (`stored_recall.cold_recall`); None: not known.
    """

    like: np.ndarray | None
    item: int | None = None
    buyers: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    ranks: Mapping[str, np.ndarray] = field(default_factory=dict)
    recall: tuple[str, str, Mapping[str, str]] | None = None


def answers(
    opened: dict[str, Recommender], vectors: dict[str, np.ndarray], view: cache.View, item: int | None
) -> dict[str, Answer]:
    """Run name -> `Answer` of one item.

    Args:
        opened: Run name -> what answers for it.
        vectors: Run name -> [d] the item's vector.
        item: its index in the catalogue; None for a new one.
    """
    warm = view.counts > 0
    return {
        name: newcomer.answer(one, vectors[name], view.history, warm, NEIGHBOURS, PEOPLE, item)
        for name, one in opened.items()
    }


def _length(view: cache.View, item: int | None) -> np.ndarray:
    """[U] how long each one's whole list is: a new item (None) is one more in it."""
    return view.new_to_each + int(item is None)


def say(
    found: Mapping[str, Answer],
    opened: Mapping[str, Recommender],
    view: cache.View,
    labels: Mapping[str, str],
    item: int | None = None,
    known: str = "",
) -> None:
    """The lines over the cards: the verdict, what is ``known`` of all items of its kind, and what it is taken for.

    Args:
        opened: Run name -> what answers for it, of every Run in ``found``.
    """
    named = {labels[name]: one for name, one in found.items()}
    untrained = [labels[name] for name in found if variant_texts.is_untrained(opened[name].run)]
    theme.conclude(newcomer_words.verdict(named, _length(view, item)))
    said = [theme.plain(newcomer_words.recognised(named, view.catalogue, item, untrained))]
    if which := newcomer_words.what_it_is(named, view.catalogue):
        said.append(f"**Taken for:** {theme.plain(which)}")
    said += [
        f"[Show it on the maps]({link['href']})" for link in ([] if item is None else links.on_maps(view.dataset, item))
    ]
    st.markdown("  \n".join(filter(None, [theme.plain(known), " ".join(filter(None, said))])))


def _what_words_mean(
    found: Mapping[str, Answer],
    opened: Mapping[str, Recommender],
    view: cache.View,
    shown: Shown,
    called: Mapping[str, str],
) -> str:
    """Behind the question mark: where the item stands in a typical list, how the cards are read, whose item vectors are
    the same, and what each variant is."""
    named = {called[name]: one for name, one in found.items()}
    untrained = [called[name] for name in found if variant_texts.is_untrained(opened[name].run)]
    places = {called[name]: own for name, own in shown.ranks.items() if name in called}
    typical = newcomer_words.typical_place(named, _length(view, shown.item), places, untrained)
    same = [line for name in found if (line := _shared_and_not(named, name, opened, called))]
    return "\n".join(filter(None, [typical, HOW, *same, all_said([opened[name].run for name in found], list(named))]))


def show_answers(
    found: dict[str, Answer],
    opened: Mapping[str, Recommender],
    view: cache.View,
    labels: dict[str, str],
    colours: dict[str, str],
    key: str,
    shown: Shown,
    changes: Mapping[str, Change] | None = None,
) -> None:
    """Draws `answers` in cards.

    ``changes`` marks what was not there before the text was changed.
    """
    columns: list[dict[str, Any]] = []
    hits, length, called = 0, _length(view, shown.item), short_labels(labels)
    heads = {}
    told = [items for one in found.values() for items in one.audience.reasons]
    rare = rarer(told, shown.like)
    same = newcomer_words.shared_vectors({called[name]: one for name, one in found.items()})
    for name, one in found.items():
        new = changes[name].new if changes else frozenset()
        parts = [_beside(one.beside, view, new), _people(one.audience, view, shown, rare)]
        hits += sum(row["hit"] for row in parts[1])
        if far := newcomer_head.far(one.audience):
            parts[1].insert(0, {"key": f"far from {name}", "title": far, "hit": False})
        if more := newcomer_head.more_seen(one.audience, length):
            parts[1].append({"key": f"more of {name}", "title": more, "hit": False})
        above = newcomer_head.head(one.audience, length, shown.ranks.get(name, np.zeros(0, np.int64)), shown.buyers)
        heads[called[name]] = above
        said = [*above.lines, *filter(None, [same.get(called[name])])]
        if changes and changes[name].best[0] != changes[name].best[1]:
            said.append(f"best place {changes[name].best[1]:,}, before {changes[name].best[0]:,}")
        about = variant_texts.in_plain_words(opened[name].run)
        heading = {"name": name, "label": labels[name], "colour": colours[name], "about": about, "said": said}
        columns.append(heading | {"parts": parts, "names": [_alike(one, view), ""]})
    beside = [str(view.catalogue.categories[item]) for one in found.values() for item in one.beside.items.tolist()]
    legend = [(words, colour) for words, colour, _ in category_legend(beside, view.catalogue.category_order)]
    if len(legend) == 1:  # one colour tells nothing apart
        legend = []
        for row in (row for column in columns for row in column["parts"][0]):
            row["colour"] = ""
    trained = [one for name, one in found.items() if not variant_texts.is_untrained(opened[name].run)]
    marks = how_marked(told, [items for one in trained for items in one.audience.reasons], shown.like)
    words = _what_words_mean(found, opened, view, shown, called)
    table = newcomer_head.figures(heads, shown.recall)
    caption = f"{newcomer_head.what_rows_mean(table, len(shown.buyers))}{_places(found, length)}"
    show_figures(table, heads, {called[name]: colours[name] for name in found}, key, caption)
    draw(PARTS, columns, key, legend, marks, words, BOUGHT if hits else "")


def show_figures(
    table: newcomer_head.Figures,
    heads: Mapping[str, newcomer_head.Head],
    colours: Mapping[str, str],
    key: str,
    caption: str,
) -> None:
    """Draws the figures of all variants, and beside them, where they leave room, the places that they are told from."""
    spreads = {label: one.spread for label, one in heads.items() if one.spread is not None}
    beside = len(heads) <= MOST_BESIDE and bool(spreads)
    left, right = st.columns([31, 19], gap="small") if beside else (st.container(), st.container())
    with left:
        draw_figures(table, f"{key}_figures", [caption, how_to_read(spreads)] if spreads else [])
    if spreads:
        with right:
            theme.chart(places_figure(spreads, colours), f"{key}_places")


def _shared_and_not(
    named: Mapping[str, Answer], name: str, opened: Mapping[str, Recommender], called: Mapping[str, str]
) -> str:
    """Who has the same item vectors as ``name`` (`newcomer_words.shared_vectors`), and what differs; "" of nobody."""
    same = newcomer_words.shared_vectors(named).get(called[name])
    if same is None:
        return ""
    other = next(run for run, label in called.items() if same == f"{newcomer_words.SHARED} {label}")
    counted = has_popularity_bias(opened[name].run) != has_popularity_bias(opened[other].run)
    what = f"only {'popularity and ' if counted else ''}the users’ vectors differ"
    return f"{called[name]}: {same[0].lower()}{same[1:]}; {what}."


def _alike(one: Answer, view: cache.View) -> str:
    """ "Most alike: 4 of 4 Dried fruit": how many of the nearest are of the kind that the item is taken for."""
    kind = newcomer.taken_for(one.beside, view.catalogue)
    if kind in ("", NO_CATEGORY):
        return ""
    near = one.beside.items
    of = int(((view.catalogue.finer[near] == kind) | (view.catalogue.categories[near] == kind)).sum())
    return f"{ALIKE}: {of} of {len(near)} {kind}"


def _places(found: Mapping[str, Answer], length: np.ndarray) -> str:
    """Among how many products places are, and what chance means."""
    asked = np.any([one.audience.reach > 0 for one in found.values()], axis=0)
    if not asked.any():
        return ""
    among = newcomer_head.list_length(length[asked])
    return f"Places are in a list of all products new to a person, {among}. Chance: if every list were shuffled."


def show_origin(view: cache.View, opened: Mapping[str, Recommender], found: Mapping[str, Answer]) -> None:
    """Where the cards' numbers come from, on demand."""
    people = max((int((one.audience.reach > 0).sum()) for one in found.values()), default=0)
    counted = (
        f"its place in each person's whole list, k up to {view.dataset.n_items:,}, candidates: products new to them. "
        f"Most alike: of the products that somebody had in training, the first k = {NEIGHBOURS}"
    )
    origin.show(of_answers(view.dataset, [one.run for one in opened.values()], counted, people))


def _beside(one: Suggestions, view: cache.View, new: frozenset[int]) -> list[dict[str, Any]]:
    catalogue, colours = view.catalogue, category_colours(view.catalogue.category_order)
    rows, kind = [], newcomer.taken_for(one, view.catalogue)
    for item, cosine in zip(one.items.tolist(), one.scores, strict=True):
        title, category, near = catalogue.titles[item], catalogue.categories[item], numbers.fixed(float(cosine))
        rows.append(
            {
                "key": str(view.dataset.item_ids[item]),
                "title": title,
                "detail": "" if kind in (category, catalogue.finer[item]) else catalogue.finer[item] or category,
                "about": " · ".join(filter(None, (title, category, catalogue.finer[item], f"cosine {near}"))),
                "category": category,
                "colour": colours[category],
                "sign": "new" if item in new else "",
                **pictures.of_row(catalogue, item),
                "links": [link | {"about": f"{title} on the maps"} for link in links.on_maps(view.dataset, item)],
            }
        )
    return rows


def _people(one: Audience, view: cache.View, shown: Shown, marked: str) -> list[dict[str, Any]]:
    rows, item, buyers = [], shown.item, set(shown.buyers.tolist())
    for user, rank, speaking in zip(one.users.tolist(), one.ranks.tolist(), one.reasons, strict=True):
        user_id = str(view.dataset.user_ids[user])
        go_to = [links.of_user(view.dataset, user_id) | {"about": f"User {user_id}'s recommendations"}]
        if item is not None:
            go_to += [
                link | {"about": f"Why for user {user_id}?"}
                for link in links.of_item(view.dataset, item, user_id)
                if link["text"] == "why?"
            ]
        rows.append(
            {
                "key": f"user {user_id}",
                "place": f"{rank:,}",
                "title": f"User {user_id}{' ✓' if user in buyers else ''}",
                "detail": pushed_up_by(speaking, view.catalogue.titles, shown.like, marked),
                "hit": user in buyers,
                "links": go_to,
            }
        )
    return rows
