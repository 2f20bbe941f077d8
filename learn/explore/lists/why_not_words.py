"""Why an item is not shown, in a table and sentences computed from `learn.explore.lists.why_not`; plain text."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from learn.explore.catalogue import Catalogue
from learn.explore.lists.numbers import adding_up, fixed
from learn.explore.lists.why_not import HISTORY, MOST_ADDED, WhyNot
from learn.explore.lists.why_words import SHORT_TERMS, listed

VARIANT, PLACE, BEHIND, BROUGHT = "Variant", "Place", "Points behind", "With products like it added"


def why_not_table(found: Mapping[str, WhyNot], labels: Mapping[str, str], catalogue: Catalogue) -> pd.DataFrame:
    """One row a variant: where the item stands, how far behind the last one shown, and which purchases bring it.

    Args:
        found: Run name -> its answer.

    Returns:
        Columns `VARIANT`, `PLACE`, `BEHIND`, `BROUGHT`, all of words; the last one only where a purchase was tried.
    """
    rows = [
        {VARIANT: labels[name], PLACE: _place(one), BEHIND: _behind(one), BROUGHT: _brought(one, catalogue)}
        for name, one in found.items()
    ]
    table = pd.DataFrame(rows, columns=[VARIANT, PLACE, BEHIND, BROUGHT])
    return table if any(one.tried for one in found.values()) else table.drop(columns=BROUGHT)


def _place(one: WhyNot) -> str:
    if one.held_back_by == HISTORY:
        return f"hidden: they had it before (else place {one.rank_if_not_hidden:,} of all)"
    return f"{one.breakdown.rank:,}, so it is shown" if one.shown else f"{one.breakdown.rank:,}"


def _behind(one: WhyNot) -> str:
    return "" if one.shown or one.had else fixed(sum(adding_up(list(one.gap.values()))), 1)


def _brought(one: WhyNot, catalogue: Catalogue) -> str:
    if one.rank_with is None:
        return ""
    if one.added is None:
        return f"place {one.rank_with:,} at best"
    return f"place {one.rank_with:,}, by {listed([f'“{catalogue.titles[item]}”' for item in one.added])}"


def table_note(found: Mapping[str, WhyNot]) -> str:
    """What the table's last two columns are; nothing where no variant keeps the item out by its score."""
    held = [one for one in found.values() if not one.shown and not one.had]
    if not held:
        return ""
    k, tried = held[0].k, max(one.tried for one in held)
    words = f"{BEHIND}: by how many the product at place {k} is ahead."
    if not tried:
        return words
    several = f"up to {MOST_ADDED} of the {tried} products" if tried > 1 else "the product"
    return f"{words} {BROUGHT}: its place if the person also bought {several} most like it."


def nearest_miss(found: Mapping[str, WhyNot], labels: Mapping[str, str]) -> str:
    """Under which variant an item that none of ``found`` shows comes nearest to being shown, and what it lacks there.

    Args:
        found: Run name -> its answer, with a gap.
    """
    if not found:
        return ""
    name = min(found, key=lambda one: found[one].breakdown.rank)
    gap, place = found[name].gap, found[name].breakdown.rank
    words = f"Nearest to being shown under {labels[name]}, at place {place:,}"
    told = dict(zip(gap, adding_up(list(gap.values())), strict=True))
    lack = max(gap, key=lambda term: gap[term], default=None)
    if lack is None or told[lack] <= 0:
        return f"{words}."
    return f"{words}; most is missing by {SHORT_TERMS[lack]}: {fixed(told[lack], 1)} points."
