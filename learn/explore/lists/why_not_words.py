"""Why an item is not shown, in a table and sentences computed from `learn.explore.lists.why_not`; plain text."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from learn.explore.catalogue import Catalogue
from learn.explore.lists.numbers import adding_up, fixed
from learn.explore.lists.why_not import HISTORY, MOST_ADDED, WhyNot
from learn.explore.lists.why_words import SHORT_TERMS, listed

VARIANT, PLACE, BROUGHT, BY = "Variant", "Place", "Best place with products like it added", "Added"


def why_not_table(found: Mapping[str, WhyNot], labels: Mapping[str, str], catalogue: Catalogue) -> pd.DataFrame:
    """One row a variant: where the item stands, and which purchases bring it how far.

    Args:
        found: Run name -> its answer.

    Returns:
        Columns `VARIANT`, `PLACE` (words; where the picture has no bar for some variant), `BROUGHT` (numbers; where a
        purchase was tried) and `BY` (words; where some brought it).
    """
    rows = [
        {
            VARIANT: labels[name],
            PLACE: _place(one),
            BROUGHT: pd.NA if one.rank_with is None else one.rank_with,
            BY: "" if one.added is None else listed([f"“{catalogue.titles[item]}”" for item in one.added]),
        }
        for name, one in found.items()
    ]
    table = pd.DataFrame(rows, columns=[VARIANT, PLACE, BROUGHT, BY]).astype({BROUGHT: "Int64"})
    kept = {
        PLACE: any(one.shown or one.had for one in found.values()),
        BROUGHT: any(one.tried for one in found.values()),
        BY: any(one.added is not None for one in found.values()),
    }
    return table.drop(columns=[name for name, wanted in kept.items() if not wanted])


def _place(one: WhyNot) -> str:
    if one.held_back_by == HISTORY:
        return f"hidden: they had it before (else place {one.rank_if_not_hidden:,} of all)"
    return f"{one.breakdown.rank:,}, so it is shown" if one.shown else f"{one.breakdown.rank:,}"


def points_behind(one: WhyNot) -> str:
    """By how many points the last one shown is ahead, as it is told."""
    return fixed(sum(adding_up(list(one.gap.values()))), 1)


def table_note(found: Mapping[str, WhyNot]) -> str:
    """How the places with added products were found; nothing where none was tried."""
    tried = max((one.tried for one in found.values()), default=0)
    if not tried:
        return ""
    several = f"up to {MOST_ADDED} of the {tried} products" if tried > 1 else "the product"
    return f"Tried: as if the person also bought {several} most like it."


def nearest_miss(found: Mapping[str, WhyNot], labels: Mapping[str, str]) -> str:
    """Under which variant an item that none of ``found`` shows is fewest points behind, and under which it has the best
    place, and what it lacks where both are one.

    Args:
        found: Run name -> its answer, with a gap.
    """
    if not found:
        return ""
    behind = {name: sum(one.gap.values()) for name, one in found.items()}
    near = min(found, key=lambda name: (behind[name], found[name].breakdown.rank))
    best = min(found, key=lambda name: (found[name].breakdown.rank, behind[name]))
    points, place = points_behind(found[near]), f"{found[near].breakdown.rank:,}"
    if found[best].breakdown.rank < found[near].breakdown.rank:
        return (
            f"Fewest points behind under {labels[near]}: {points} (place {place}); best place under {labels[best]}: "
            f"{found[best].breakdown.rank:,}, {points_behind(found[best])} behind."
        )
    words = f"Nearest to being shown under {labels[near]}: at place {place}, {points} points behind"
    gap = found[near].gap
    told = dict(zip(gap, adding_up(list(gap.values())), strict=True))
    lack = max(gap, key=lambda term: gap[term], default=None)
    return f"{words}." if lack is None or told[lack] <= 0 else f"{words}, most by {SHORT_TERMS[lack]}."
