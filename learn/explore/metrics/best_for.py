"""Which Run is best for whom, in words: over all, and for those users and items where another one is."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from learn.data.schema import Metrics, Slices
from learn.evaluation.better import FEW_USERS, too_few
from learn.explore.metrics.leading import listed, split_by_chance
from learn.explore.metrics.slice_words import slice_words
from learn.item_towers import brief

MOST_NAMED = 3
"""So many that share a lead are named; of more their number is told."""


def best_for_whom(parts: Mapping[str, pd.DataFrame]) -> str:
    """Who leads, or shares the lead, and where another one is clearly ahead of the first of them.

    Args:
        parts: slice -> `leading.against`. A lead counts by `learn.evaluation.better`; of few users nothing is said.
    """
    tables = _told(parts)
    whole = tables.get(Slices.WHOLE)
    if whole is None or len(whole) < 2:
        return ""
    if _few(whole):
        return f"Fewer than {FEW_USERS} users: too few to say who is best."
    words = [_over_all(whole)]
    clearly: dict[tuple[str, str], list[str]] = {}
    unsure: dict[tuple[str, str], list[str]] = {}
    for name, leader, how in _elsewhere(tables):
        if how:
            clearly.setdefault((leader, how), []).append(slice_words(name))
        elif leader not in _sharing(whole):
            unsure.setdefault((leader, _how_unsure(tables[name], _sharing(whole))), []).append(slice_words(name))
    words += [f"for {listed(names)} {_name(leader)} is {how}" for (leader, how), names in clearly.items()]
    words += [f"for {listed(names)} {_name(leader)} {how}" for (leader, how), names in unsure.items()]
    return "; ".join(words) + "."


def named(parts: Mapping[str, pd.DataFrame]) -> list[str]:
    """The labels that `best_for_whom` names."""
    tables = _told(parts)
    whole = tables.get(Slices.WHOLE)
    if whole is None or len(whole) < 2 or _few(whole):
        return []
    sharing = _sharing(whole)
    first = sharing if len(sharing) <= MOST_NAMED else sharing[:1]
    others = [
        name
        for part, leader, how in _elsewhere(tables)
        if how or leader not in sharing
        for name in (leader, *_all_but(tables[part])[1])
    ]
    return list(dict.fromkeys([*first, *others]))


def level(table: pd.DataFrame) -> list[str]:
    """The names of the Runs of `leading.against` that share the lead: the first, and who is not clearly behind it."""
    table = table.dropna(subset=[Metrics.MEAN])
    return [*table["run"].head(1), *(split_by_chance(table)[1]["run"] if len(table) > 1 else ())]


def _told(parts: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return {name: table.dropna(subset=[Metrics.MEAN]) for name, table in parts.items()}


def _few(table: pd.DataFrame) -> bool:
    return Metrics.N_USERS in table and too_few(table[Metrics.N_USERS].max())


def _sharing(whole: pd.DataFrame) -> list[str]:
    return [whole.iloc[0]["label"], *split_by_chance(whole)[1]["label"]]


def _over_all(whole: pd.DataFrame) -> str:
    sharing, these = _sharing(whole), f"Of these {len(whole)} recommenders"
    if len(sharing) == 1:
        return f"{these}, {_name(sharing[0])} is clearly best"
    if len(sharing) <= MOST_NAMED:
        return f"{these}, {listed([_name(label) for label in sharing])} share the lead"
    return f"{these}, {_name(sharing[0])} leads, but not clearly: {len(sharing) - 1} others may be as good"


def _how_unsure(table: pd.DataFrame, sharing: list[str]) -> str:
    """How a slice's leader stands to ``sharing``, those that lead over all, where it is not clearly ahead of the first:
    whom it is clearly ahead of all the same."""
    behind = split_by_chance(table)[0]
    but, _ = _all_but(table)
    if but:
        return f"is {but}"
    beaten = behind[behind["label"].isin(sharing[:MOST_NAMED])]
    if beaten.empty:
        return "leads, but not clearly"
    names = listed([_name(label) for label in beaten["label"]])
    return f"is clearly ahead of {names}, but not of {_name(sharing[0])}"


def _elsewhere(tables: Mapping[str, pd.DataFrame]) -> list[tuple[str, str, str]]:
    """Slices that another one leads than everybody's first: slice, its leader, and how clearly; "": not clearly."""
    whole = tables.get(Slices.WHOLE)
    if whole is None or whole.empty:
        return []
    first = whole.iloc[0]["label"]
    found = []
    for name, table in tables.items():
        if name == Slices.WHOLE or table.empty or _few(table) or table.iloc[0]["label"] == first:
            continue
        behind, close = split_by_chance(table)
        how = ""
        if first in set(behind["label"]):
            how = "clearly best" if close.empty else _all_but(table)[0] or f"clearly ahead of {_name(first)}"
        found.append((name, table.iloc[0]["label"], how))
    return found


def _all_but(table: pd.DataFrame) -> tuple[str, list[str]]:
    """That the first of `leading.against` is clearly ahead of all others but a few, and the labels of these; "" where
    it is ahead of fewer than two, or of all."""
    behind, close = split_by_chance(table)
    if len(behind) < 2 or not 0 < len(close) <= MOST_NAMED - 1:
        return "", []
    return f"clearly ahead of all but {listed([_name(brief(label)) for label in close['label']])}", list(close["label"])


def _name(label: str) -> str:
    """``label`` in quotes where its own words would run into the sentence's."""
    return f"“{label}”" if "," in label or " and " in label else label
