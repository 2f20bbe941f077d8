"""Any source -> one Dataset, and the split that suits it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

import pandas as pd

from learn.data.dataset import Dataset
from learn.data.history_target import Phase, Split, leave_one_out, split_by_time
from learn.errors import LearnError
from learn.workspace import checked_name

MINIMUM_DAYS = 60
MINIMUM_EVENTS = 20  # mean per user: with fewer, most users have nothing on one side of a cut by time
MINIMUM_TESTED = 0.2  # share of the users that must have both a history and a target


class SourceKind(StrEnum):
    """What a Dataset can be read from."""

    COMPLETEJOURNEY = "completejourney"
    TABLES = "tables"
    AMAZON = "amazon"
    RECBOLE = "recbole"


def load_source(
    kind: SourceKind | str,
    *,
    name: str | None = None,
    items: Path | str | None = None,
    interactions: Path | str | None = None,
    path: Path | str | None = None,
    mapping: Iterable[str] = (),
) -> Dataset:
    """Reads and validates a source.

    Args:
        kind: which.
        name: the dataset's name; None: the source's own.
        items, interactions: files, of tables and amazon (metadata and reviews).
        path: folder or file, of recbole.
        mapping: ``["title=product_name", ...]``, of tables.

    Raises:
        LearnError: an unknown kind, a file not given or not used, or what the source's reader refuses.
    """
    if kind not in list(SourceKind):
        raise LearnError(f"There is no source {str(kind)!r}.", f"Choose one of: {', '.join(SourceKind)}.")
    kind = SourceKind(kind)
    mapping = list(mapping)
    given = {"--items": items, "--interactions": interactions, "--path": path, "--map": mapping}
    _check_given(kind, {option for option, value in given.items() if value})
    if name is not None:
        checked_name(name, "Dataset")
    if kind is SourceKind.COMPLETEJOURNEY:
        from learn.data.completejourney import load_completejourney

        dataset = load_completejourney()
        return dataset if name is None else replace(dataset, name=name)
    if kind is SourceKind.TABLES:
        from learn.data.tables import load_tables

        return load_tables(items, interactions, name, mapping)
    if kind is SourceKind.AMAZON:
        from learn.data.amazon import load_amazon

        return load_amazon(items, interactions, name)
    from learn.data.recbole import load_recbole

    return load_recbole(path, name)


_NEEDS = {
    SourceKind.COMPLETEJOURNEY: (set(), set()),
    SourceKind.TABLES: ({"--items", "--interactions"}, {"--map"}),
    SourceKind.AMAZON: ({"--items", "--interactions"}, set()),
    SourceKind.RECBOLE: ({"--path"}, set()),
}


def _check_given(kind: SourceKind, given: set[str]) -> None:
    needed, allowed = _NEEDS[kind]
    usage = f"Type: learn prepare {kind}" + "".join(f" {option} PATH" for option in sorted(needed))
    if needed - given:
        raise LearnError(f"Source {kind} needs {' and '.join(sorted(needed - given))}.", usage)
    if given - needed - allowed:
        raise LearnError(f"Source {kind} does not use {' and '.join(sorted(given - needed - allowed))}.", usage)


def default_split(dataset: Dataset) -> Split:
    """The split that suits ``dataset``.

    completejourney is cut at 1 November 2017, with two weeks of validation before. Another dataset is cut by time when
    its timestamps span 60 days or more, its users average 20 events or more, and a fifth of them have events on both
    sides of the cut; else leave-one-out, as in the published benchmarks on short sequences.
    """
    from learn.data.completejourney import NAME, TEST_START

    if dataset.source.get("kind") == NAME:
        return split_by_time(dataset, TEST_START)
    sequences = dataset.sequences
    if sequences.times is None or sequences.lengths.mean() < MINIMUM_EVENTS:
        return leave_one_out(dataset)
    if pd.Timedelta(int(sequences.times.max() - sequences.times.min())) < pd.Timedelta(days=MINIMUM_DAYS):
        return leave_one_out(dataset)
    try:
        split = split_by_time(dataset)
    except LearnError:  # a part of the calendar without events
        return leave_one_out(dataset)
    both = (split.history(Phase.TEST).lengths > 0) & (split.target(Phase.TEST).lengths > 0)
    return split if both.mean() >= MINIMUM_TESTED else leave_one_out(dataset)
