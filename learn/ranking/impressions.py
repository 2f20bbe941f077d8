"""Impressions: what a user was shown, when, and whether they took it; anybody's table, checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from learn.data.columns import TableKind, check_mapping, parse_mapping, rename_columns
from learn.data.dataset import Dataset
from learn.data.readers import read_table
from learn.data.timestamps import clean_times
from learn.errors import LearnError
from learn.ranking.schema import ImpressionColumns

IMPRESSIONS = TableKind("impressions", ImpressionColumns.KNOWN, ImpressionColumns.NEEDED)
"""A table of what users were shown; its columns have our names, or are mapped."""

MISSING = "–"
"""The value of an empty cell of a feature that is text."""


@dataclass(frozen=True)
class Impressions:
    """n impressions of a dataset's items to its users, in the order of time.

    Attributes:
        users, items: [n] int64 indices of the dataset.
        times: [n] int64 nanoseconds since the epoch.
        labels: [n] uint8, 1: converted.
        visits: [n] int64: impressions with the same number were shown together.
        values: [n] float64: what the conversion was worth; 0 without one.
        other_labels: [n] uint8 of another auxiliary task, or None.
        extras: one column per further feature, float32 or text.
        left_out: why rows were left out -> how many.
    """

    users: np.ndarray
    items: np.ndarray
    times: np.ndarray
    labels: np.ndarray
    visits: np.ndarray
    values: np.ndarray
    other_labels: np.ndarray | None
    extras: pd.DataFrame
    left_out: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.labels)

    def keep(self, rows: np.ndarray) -> Impressions:
        """Only ``rows`` ([n] bool, or indices)."""
        one_each = ("users", "items", "times", "labels", "visits", "values")
        other = None if self.other_labels is None else self.other_labels[rows]
        extras = self.extras.iloc[np.flatnonzero(rows) if rows.dtype == bool else rows].reset_index(drop=True)
        kept = {name: getattr(self, name)[rows] for name in one_each}
        return replace(self, **kept, other_labels=other, extras=extras)


def read_impressions(
    path: Path | str, dataset: Dataset, cut: int, mapping: Mapping[str, str] | Iterable[str] = ()
) -> Impressions:
    """Impressions from a CSV, TSV, Parquet or JSON lines file: user_id, item_id, timestamp, label (0 or 1); if there
    are any visit, value, other_label; and further features (numbers or text).

    Args:
        cut: the vectors know what was before this moment (ns since the epoch); earlier impressions are left out.
        mapping: our name -> the file's column, or ``["label=bought", ...]``.

    Raises:
        LearnError: as `check_impressions`, or a file that cannot be read or has no column that was mapped.
    """
    mapping = parse_mapping(mapping, (IMPRESSIONS,))
    table = read_table(path)
    check_mapping(mapping, [(IMPRESSIONS, table)])
    table, _ = rename_columns(table, IMPRESSIONS, mapping, str(path))
    return check_impressions(table, dataset, cut, str(path))


def check_impressions(table: pd.DataFrame, dataset: Dataset, cut: int, where: str) -> Impressions:
    """Impressions from a table with the columns `ImpressionColumns.NEEDED`, perhaps others of its, and features.

    Left out and counted: rows of users or items that the dataset does not know, before ``cut``, with a feature that is
    no finite number in a column of numbers, and second rows of the same user, item and time (a converted one stays).

    Args:
        where: the table's name in messages.

    Raises:
        LearnError: a missing column; a label, other_label or value that cannot be; a time that cannot be read; or
            nothing, or one class only, is left.
    """
    absent = [name for name in ImpressionColumns.NEEDED if name not in table]
    if absent:
        raise LearnError(
            f"{where} has no column {', '.join(map(repr, absent))}; "
            f"an impression needs {', '.join(ImpressionColumns.NEEDED)}.",
            _columns(table),
        )
    users = dataset.find_users(table[ImpressionColumns.USER])
    items = dataset.find_items(table[ImpressionColumns.ITEM])
    moments, _ = clean_times(table[ImpressionColumns.TIME], f"{where}, column {ImpressionColumns.TIME}")
    times = moments.to_numpy("datetime64[ns]").astype(np.int64)
    labels = _zero_or_one(table[ImpressionColumns.LABEL], where)
    other = _zero_or_one(table[ImpressionColumns.OTHER_TASK], where) if ImpressionColumns.OTHER_TASK in table else None
    values = _values(table, labels, where)
    extras, broken = _features(table)
    reasons = {
        "unknown user": users < 0,
        "unknown item": items < 0,
        "before the vectors' cut": times < cut,
        "a feature that is no number": broken,
    }
    left_out, kept = {}, np.ones(len(table), dtype=bool)
    for reason, rows in reasons.items():
        left_out[reason] = int((rows & kept).sum())
        kept &= ~rows
    # Latest label first within user, item, time: of a repeated row the converted one stays.
    order = np.lexsort((-labels.astype(np.int64), items, users, times))
    order = order[kept[order]]
    same = np.zeros(len(order), dtype=bool)
    for column in (users, items, times):
        same[1:] |= column[order][1:] != column[order][:-1]
    same[:1] = True
    left_out["repeated"] = int((~same).sum())
    rows = order[same]
    if not len(rows) or labels[rows].min() == labels[rows].max():
        what = "no impression is left" if not len(rows) else f"every label is {labels[rows][0]}"
        counted = ", ".join(f"{count:,} {reason}" for reason, count in left_out.items() if count) or "none"
        raise LearnError(
            f"{where}: of {len(table):,} rows {what} (left out: {counted}).",
            f"Give impressions of users and items of {dataset.name} from {pd.Timestamp(cut)} on, converted and not.",
        )
    visits = _visits(table, users, times)
    found = Impressions(users, items, times, labels, visits, values, other, extras, left_out)
    return found.keep(rows)


def _columns(table: pd.DataFrame) -> str:
    names = ", ".join(map(str, table.columns))
    return f"Its columns are {names}; name one with --map, e.g. --map {ImpressionColumns.LABEL}=bought"


def _zero_or_one(column: pd.Series, where: str) -> np.ndarray:
    numbers = pd.to_numeric(column.replace({"true": 1, "false": 0, "True": 1, "False": 0}), errors="coerce")
    bad = ~numbers.isin([0, 1]).to_numpy()
    if bad.any():
        row = int(bad.argmax())
        given = _shown_value(column.iloc[row])
        raise LearnError(
            f"{where}, row {row + 1}: {column.name} is {given}, not 0 or 1 ({int(bad.sum()):,} such rows).",
            "Write 1 for an impression that converted and 0 for one that did not.",
        )
    return numbers.to_numpy().astype(np.uint8)


def _shown_value(value: Any) -> str:
    return f"{value.item() if isinstance(value, np.generic) else value!r}"


def _values(table: pd.DataFrame, labels: np.ndarray, where: str) -> np.ndarray:
    if ImpressionColumns.VALUE not in table:
        return labels.astype(np.float64)
    values = pd.to_numeric(table[ImpressionColumns.VALUE], errors="coerce").to_numpy(np.float64)
    bad = (labels == 1) & ~(np.isfinite(values) & (values >= 0))
    if bad.any():
        row = int(bad.argmax())
        given = _shown_value(table[ImpressionColumns.VALUE].iloc[row])
        raise LearnError(
            f"{where}, row {row + 1}: {ImpressionColumns.VALUE} is {given} of a conversion "
            f"({int(bad.sum()):,} such rows).",
            "Give what the conversion was worth, 0 or more, or leave the column out.",
        )
    return np.where(labels == 1, values, 0.0)


def _visits(table: pd.DataFrame, users: np.ndarray, times: np.ndarray) -> np.ndarray:
    """[n] int64: the table's visits, or the same user at the same time."""
    if ImpressionColumns.VISIT in table:
        return pd.factorize(table[ImpressionColumns.VISIT].astype(str))[0].astype(np.int64)
    return pd.factorize(pd.MultiIndex.from_arrays([users, times]))[0].astype(np.int64)


def _features(table: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """The further columns, float32 where all that is not empty are numbers, else text; and the rows with a cell that is
    no finite number in a column of numbers."""
    columns: dict[str, Any] = {}
    broken = np.zeros(len(table), dtype=bool)
    for name in table.columns.difference(ImpressionColumns.KNOWN, sort=False):
        column = table[name]
        numbers = pd.to_numeric(column, errors="coerce").to_numpy(np.float64)
        known = column.notna().to_numpy()
        if known.any() and not np.isnan(numbers[known]).any():
            columns[str(name)] = numbers.astype(np.float32)
            broken |= ~np.isfinite(numbers)
        else:
            columns[str(name)] = column.astype(object).where(known, MISSING).astype(str).to_numpy(dtype=object)
    return pd.DataFrame(columns, index=range(len(table))), broken
