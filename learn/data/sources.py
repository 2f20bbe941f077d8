"""Any source -> one Dataset, and the split that suits it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from learn.data.dataset import Dataset
from learn.errors import LearnError
from learn.workspace import checked_name


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
    mapping: Mapping[str, str] | Iterable[str] = (),
) -> Dataset:
    """Reads and validates a source.

    Args:
        kind: which.
        name: the dataset's name; None: the source's own.
        items, interactions: files, of tables and amazon (metadata and reviews).
        path: folder or file, of recbole.
        mapping: our field -> the table's column, or ``["title=product_name", ...]``, of tables.

    Raises:
        LearnError: an unknown kind, a file not given or not used, or what the source's reader refuses.
    """
    if kind not in list(SourceKind):
        raise LearnError(f"There is no source {str(kind)!r}.", f"Choose one of: {', '.join(SourceKind)}.")
    kind = SourceKind(kind)
    mapping = dict(mapping) if isinstance(mapping, Mapping) else list(mapping)
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
