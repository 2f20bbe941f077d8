"""Which Run is best for whom, in words: over all, and for those users and items where another one is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from learn.data.schema import Metrics, Slices
from learn.evaluation.better import FEW_USERS, too_few
from learn.explore.metrics.leading import listed, split_by_chance
from learn.explore.metrics.overview import run_labels
from learn.explore.metrics.result import BOTH, KINDS, kind_words
from learn.explore.metrics.slice_words import slice_words
from learn.item_towers import brief
from learn.runs.folder import RunFolder

MOST_NAMED = 3
"""So many that share a lead are named; of more their number is told."""


def plain_names(runs: Sequence[RunFolder]) -> dict[str, str]:
    """Label -> what a Run goes by, with its short label in brackets: "untrained text (w/o Align)"."""
    return {label: _plain(kind_words(run), label) for run in runs for label in [run_labels(runs)[run.name]]}


def _plain(kind: str, label: str) -> str:
    sign = re.sub(r"\(([^)]{1,3})\)", r"\1", brief(label))  # no brackets in brackets
    return f"{'text and counts' if kind == BOTH else KINDS[kind][0]} ({sign})"


def best_for_whom(parts: Mapping[str, pd.DataFrame], names: Mapping[str, str] | None = None) -> str:
    """Who leads, or shares the lead, and where another one is clearly ahead of the first of them.

    Args:
        parts: slice -> `leading.against`. A lead counts by `learn.evaluation.better`; of few users nothing is said.
        names: label -> what it is called here (`plain_names`); others by their label.
    """
    tables = {part: _called(table, names or {}) for part, table in _told(parts).items()}
    whole = tables.get(Slices.WHOLE)
    if whole is None or len(whole) < 2:
        return ""
    if _few(whole):
        return f"Fewer than {FEW_USERS} users: too few to say who is best."
    words = [_over_all(whole)]
    where: dict[str, list[str]] = {}  # what is said of parts of users or items -> these parts
    unsure: dict[str, list[str]] = {}
    for name, leader, how in _elsewhere(tables):
        if how:
            where.setdefault(f"{leader} is {how}", []).append(name)
        elif leader not in _sharing(whole):
            unsure.setdefault(f"{leader} {_how_unsure(tables[name], _sharing(whole))}", []).append(name)
    for said, parts_of_it in unsure.items():
        where.setdefault(said, []).extend(parts_of_it)
    words += [f"for {_slices(parts_of_it)} {said}" for said, parts_of_it in where.items()]
    said = "; ".join(words) + "."
    return f"{said[0].upper()}{said[1:]}" if names else said


def _called(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """With what its rows are called in a sentence."""
    return table.assign(label=[names.get(label) or _name(label) for label in table["label"]])


def _slices(names: Sequence[str]) -> str:
    """ "never-bought and seldom-bought items"."""
    words = [slice_words(name) for name in names]
    if all(word.endswith(" items") for word in words):
        return f"{listed([word.removesuffix(' items') for word in words])} items"
    return listed(words)


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
        for name in (leader, *(list(split_by_chance(tables[part])[1]["label"]) if _all_but(tables[part]) else ()))
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
    sharing = _sharing(whole)
    if len(sharing) == 1:
        return f"{sharing[0]} is clearly best"
    if len(sharing) <= MOST_NAMED:
        return f"{listed(sharing)} share the lead"
    return f"{sharing[0]} leads, but not clearly: {len(sharing) - 1} others may be as good"


def _how_unsure(table: pd.DataFrame, sharing: list[str]) -> str:
    """How a slice's leader stands to ``sharing``, those that lead over all, where it is not clearly ahead of the first:
    whom it is clearly ahead of all the same."""
    behind = split_by_chance(table)[0]
    if but := _all_but(table):
        return f"is {but}"
    beaten = behind[behind["label"].isin(sharing[:MOST_NAMED])]
    if beaten.empty:
        return "leads, but not clearly"
    return f"is clearly ahead of {listed(list(beaten['label']))}, but not of {sharing[0]}"


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
            how = "clearly best" if close.empty else _all_but(table) or f"clearly ahead of {first}"
        found.append((name, table.iloc[0]["label"], how))
    return found


def _all_but(table: pd.DataFrame) -> str:
    """That the first of `leading.against` is clearly ahead of all others but a few; "" where it is ahead of fewer than
    two, or of all."""
    behind, close = split_by_chance(table)
    if len(behind) < 2 or not 0 < len(close) <= MOST_NAMED - 1:
        return ""
    return f"clearly ahead of all but {'one' if len(close) == 1 else 'two'}"


def _name(label: str) -> str:
    """``label`` in quotes where its own words would run into the sentence's."""
    return f"“{label}”" if "," in label or " and " in label else label
