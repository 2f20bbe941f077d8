"""Reads a table of recommendations that somebody else made, and names the line of whatever is wrong in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from learn.data.columns import ITEM_ALIASES, USER_ALIASES, TableKind, check_mapping, find_columns, parse_mapping
from learn.data.ids import ids_as_text
from learn.data.readers import place, read
from learn.data.schema import Recommendations
from learn.errors import LearnError

RANKED = TableKind(
    "recommendations",
    (Recommendations.USER, Recommendations.ITEM, Recommendations.RANK, Recommendations.SCORE),
    (Recommendations.USER, Recommendations.ITEM),
    {
        Recommendations.USER: USER_ALIASES,
        Recommendations.ITEM: (*ITEM_ALIASES, "item"),
        Recommendations.RANK: ("position",),
        Recommendations.SCORE: ("prediction", "rating", "relevance"),
    },
)
"""A table of recommendations: who is shown what, and in which order."""


def read_ranked_table(path: Path | str, mapping: Mapping[str, str] | Iterable[str] = ()) -> pd.DataFrame:
    """The rows of a CSV, TSV, Parquet or JSON lines file.

    Args:
        path: the file.
        mapping: a field of `RANKED` -> the file's column, or ``["user_id=customer", ...]``.

    Returns:
        user and item (str), ``order`` (float, ascending is better within a user) and ``score`` (float32, as given, or
        minus the rank), one row per row of the file.

    Raises:
        LearnError: see `learn.runs.import_run.import_run`; line 1 of a CSV is its header.
    """
    path = Path(path)
    table = _read(path)
    found = _find(table, parse_mapping(mapping, (RANKED,)), path)
    rank_column, score_column = found.get(Recommendations.RANK), found.get(Recommendations.SCORE)

    def refuse(bad: np.ndarray, column: str, problem: str, remedy: str) -> None:
        if bad.any():
            row = int(bad.argmax())
            value = table[column].iloc[row]
            others = f" (and {int(bad.sum()) - 1} more)" if bad.sum() > 1 else ""
            raise LearnError(f"{path}, {place(path, row)}: {column} = {value!r} {problem}{others}.", remedy)

    result = pd.DataFrame(index=range(len(table)))
    for role, column in (("user", found[Recommendations.USER]), ("item", found[Recommendations.ITEM])):
        values = table[column]
        ids = ids_as_text(values)
        refuse((values.isna() | (ids == "")).to_numpy(), column, "is empty", "Give every row a user and an item.")
        result[role] = ids.to_numpy()
    if score_column is not None:
        scores = pd.to_numeric(table[score_column], errors="coerce").to_numpy(np.float64)
        bad = ~(np.abs(scores) <= np.finfo(np.float32).max)  # NaN compares as False
        refuse(bad, score_column, "is not a finite number of 32 bits", "Correct the score, or leave rows out.")
        result["score"], result["order"] = scores.astype(np.float32), -scores
    if rank_column is not None:
        ranks = pd.to_numeric(table[rank_column], errors="coerce").to_numpy(np.float64)
        bad = ~np.isfinite(ranks) | (ranks < 1) | (ranks != np.round(ranks))
        refuse(bad, rank_column, "is not a positive whole number", "Count ranks from 1, the best.")
        result["order"] = ranks
        if score_column is None:
            result["score"] = -ranks.astype(np.float32)
    twice = result.duplicated(["user", "item"]).to_numpy()
    if twice.any():
        row = int(twice.argmax())
        user, item = result["user"].iloc[row], result["item"].iloc[row]
        raise LearnError(
            f"{path}, {place(path, row)}: item {item!r} is recommended to user {user!r} a second time "
            f"({int(twice.sum())} such rows).",
            "Keep the best row of each user and item.",
        )
    return result


def _find(table: pd.DataFrame, mapping: Mapping[str, str], path: Path) -> dict[str, str]:
    """Field of `RANKED` -> its column; a rank, a score or both are there."""
    check_mapping(mapping, [(RANKED, table)])
    found, _ = find_columns(table, RANKED, mapping, str(path))
    if not {Recommendations.RANK, Recommendations.SCORE} & set(found):
        raise LearnError(
            f"{path} has neither a rank nor a score; its columns are {', '.join(map(str, table.columns))}.",
            f"Add one, or say which it is: --map {Recommendations.RANK}=COLUMN.",
        )
    return found


def _read(path: Path) -> pd.DataFrame:
    """The raw table; empty cells of CSV and its kin as "", so that a message shows them as they were written."""
    table = read(path)
    return table.frame.fillna("") if table.separated else table.frame
