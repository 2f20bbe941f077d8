"""Why an item is not shown, in a table and sentences computed from `learn.explore.lists.why_not`; plain text."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from learn.explore.catalogue import Catalogue
from learn.explore.lists.numbers import adding_up, fixed
from learn.explore.lists.why_not import HISTORY, MOST_ADDED, WhyNot
from learn.explore.lists.why_words import SHORT_TERMS, listed

VARIANT, PLACE, BY, BROUGHT = "Variant", "Place now", "If they had also bought …", "Place then"


def heading(explained: str = "", chosen: str = "") -> str:
    """What is asked; ``explained``: the variant that is explained in place of the ``chosen`` one."""
    question = "Why not another product?"
    return f"{question} Explained for {explained}, not {chosen}: it comes nearest" if explained else question


def why_not_table(found: Mapping[str, WhyNot], labels: Mapping[str, str], catalogue: Catalogue) -> pd.DataFrame:
    """One row a variant: where the item stands, and which purchases bring it how far, in words.

    Args:
        found: Run name -> its answer.

    Returns:
        Columns `VARIANT` and `PLACE`, and `BY` with what was tried and `BROUGHT` where anything was tried.
    """
    rows = [
        {VARIANT: labels[name], PLACE: _place(one), BY: _added(one, catalogue), BROUGHT: _then(one)}
        for name, one in found.items()
    ]
    table = pd.DataFrame(rows, columns=[VARIANT, PLACE, BY, BROUGHT])
    tried = tried_words(found)
    return table.rename(columns={BY: f"{BY} ({tried})"}) if tried else table[[VARIANT, PLACE]]


def _place(one: WhyNot) -> str:
    if one.held_back_by == HISTORY:
        return f"hidden: they had it before (else place {one.rank_if_not_hidden:,} of all)"
    return f"{one.breakdown.rank:,}, so it is shown" if one.shown else f"{one.breakdown.rank:,}"


def _added(one: WhyNot, catalogue: Catalogue) -> str:
    """The purchases that bring it, or why none is named."""
    if one.added is not None:
        return _products(one.added.tolist(), one.item, catalogue)
    if one.tried:
        return f"None of these sets brings it among the first {one.k}."
    return "" if one.shown or one.had else "nothing can be tried"


def _products(added: list[int], item: int, catalogue: Catalogue) -> str:
    """The titles of ``added``; of those that differ in their size only, what they share once."""
    titles = [str(catalogue.titles[one]).rpartition(", ") for one in added]
    same = {stem for stem, _, _ in titles}
    told = [_told_apart(one, [item, *added], catalogue) for one in added]
    if len(added) < 2 or len(same) > 1 or not all(stem and size[:1].isdigit() for stem, _, size in titles):
        return listed(told)
    sizes = [words.replace(f"“{stem}, {size}”", size) for words, (stem, _, size) in zip(told, titles, strict=True)]
    return f"“{same.pop()}”: {listed(sizes)}"


def _then(one: WhyNot) -> str:
    if one.rank_with is None:
        return ""
    return f"{one.rank_with:,}" if one.added is not None else f"{one.rank_with:,} at best"


def _told_apart(item: int, among: list[int], catalogue: Catalogue) -> str:
    """A product's title, and of several of one title what tells it from them: brand, price or kind."""
    title = str(catalogue.titles[item])
    same = [one for one in among if one != item and str(catalogue.titles[one]).casefold() == title.casefold()]
    if not same:
        return f"“{title}”"
    told = {
        f"brand {catalogue.brands[item]}": catalogue.brands,
        f"price {catalogue.prices[item]:,.2f}": catalogue.prices,
        str(catalogue.finer[item]): catalogue.finer,
    }
    for words, values in told.items():
        known = np.isfinite(values[item]) if values is catalogue.prices else bool(values[item])
        if known and all(values[one] != values[item] for one in same):
            return f"another “{title}” ({words})"
    return f"another “{title}”"


def points_behind(one: WhyNot) -> str:
    """By how many points the last one shown is ahead, as it is told."""
    return fixed(sum(adding_up(list(one.gap.values()))), 1)


def tried_words(found: Mapping[str, WhyNot]) -> str:
    """Which purchases were tried; "" where none was."""
    tried = max((one.tried for one in found.values()), default=0)
    if not tried:
        return ""
    return "the product most like it" if tried == 1 else f"up to {MOST_ADDED} of the {tried} products most like it"


def nearest(found: Mapping[str, WhyNot]) -> str:
    """The name of the Run of ``found`` (one at least) under which the item has the best place."""
    return min(found, key=lambda name: (found[name].breakdown.rank, sum(found[name].gap.values())))


def nearest_miss(found: Mapping[str, WhyNot], labels: Mapping[str, str]) -> str:
    """Under which variant an item that none of ``found`` shows has the best place, what it lacks there and what makes
    up for a part of it. Points are of each variant's own scale: only places are compared.

    Args:
        found: Run name -> its answer, with a gap.
    """
    if not found:
        return ""
    near = nearest(found)
    one = found[near]
    behind = f"{points_behind(one)} points behind place {one.k:,}"
    words = f"{labels[near]} comes nearest to showing it: place {one.breakdown.rank:,}, {behind}"
    told = sorted(zip(one.gap, adding_up(list(one.gap.values())), strict=True), key=lambda pair: -abs(pair[1]))
    lacks = [(SHORT_TERMS[term], value) for term, value in told if value > 0]
    helps = [(SHORT_TERMS[term], -value) for term, value in told if value < 0]
    if not lacks:
        return f"{words}."
    if not helps:
        return f"{words}, {'all' if len(lacks) == 1 else 'most'} by {lacks[0][0]}."
    lacking = listed([f"{value:.1f} by {term}" for term, value in lacks])
    helping = listed([f"{value:.1f} by {term}" for term, value in helps])
    return f"{words}. It loses {lacking}, and gains {helping}."
