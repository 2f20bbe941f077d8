"""Reads a table of recommendations that somebody else made, and names the line of whatever is wrong in it."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd

from learn.data.readers import read_table
from learn.errors import LearnError

COLUMNS: dict[str, tuple[str, ...]] = {
    "user": ("user_id", "user", "userid", "household_id", "customer_id", "customer", "reviewerid", "uid"),
    "item": ("item_id", "item", "itemid", "product_id", "sku", "parent_asin", "asin", "iid"),
    "rank": ("rank", "position"),
    "score": ("score", "prediction", "rating", "relevance"),
}
"""What each column may be called, in any case, the first that is there wins."""


def read_ranked_table(path: Path | str) -> pd.DataFrame:
    """The rows of a CSV, TSV, Parquet or JSON lines file.

    Returns:
        user and item (str), ``order`` (float, ascending is better within a user) and ``score`` (float32, as given, or
        minus the rank), one row per row of the file.

    Raises:
        LearnError: see `learn.runs.import_run.import_run`; line 1 of a CSV is its header.
    """
    path = Path(path)
    table = _read(path)
    names = {str(column).strip().lower(): column for column in table.columns}
    found = {
        role: next((names[alias] for alias in aliases if alias in names), None) for role, aliases in COLUMNS.items()
    }
    for role in ("user", "item"):
        if found[role] is None:
            raise LearnError(
                f"{path} has no column for the {role}; its columns are {', '.join(map(str, table.columns))}.",
                f"Name it one of: {', '.join(COLUMNS[role])}.",
            )
    if found["rank"] is None and found["score"] is None:
        raise LearnError(
            f"{path} has neither a rank nor a score; its columns are {', '.join(map(str, table.columns))}.",
            f"Add one, called one of: {', '.join(COLUMNS['rank'] + COLUMNS['score'])}.",
        )

    def refuse(bad: np.ndarray, column: str, problem: str, remedy: str) -> None:
        if bad.any():
            row = int(bad.argmax())
            value = table[column].iloc[row]
            others = f" (and {int(bad.sum()) - 1} more)" if bad.sum() > 1 else ""
            raise LearnError(f"{path}, {_place(path, row)}: {column} = {value!r} {problem}{others}.", remedy)

    result = pd.DataFrame(index=range(len(table)))
    for role in ("user", "item"):
        values = table[found[role]]
        ids = values.map(_as_id)
        refuse((values.isna() | (ids == "")).to_numpy(), found[role], "is empty", "Give every row a user and an item.")
        result[role] = ids.to_numpy()
    if found["score"] is not None:
        scores = pd.to_numeric(table[found["score"]], errors="coerce").to_numpy(np.float64)
        bad = ~(np.abs(scores) <= np.finfo(np.float32).max)  # NaN compares as False
        refuse(bad, found["score"], "is not a finite number of 32 bits", "Correct the score, or leave rows out.")
        result["score"], result["order"] = scores.astype(np.float32), -scores
    if found["rank"] is not None:
        ranks = pd.to_numeric(table[found["rank"]], errors="coerce").to_numpy(np.float64)
        bad = ~np.isfinite(ranks) | (ranks < 1) | (ranks != np.round(ranks))
        refuse(bad, found["rank"], "is not a positive whole number", "Count ranks from 1, the best.")
        result["order"] = ranks
        if found["score"] is None:
            result["score"] = -ranks.astype(np.float32)
    twice = result.duplicated(["user", "item"]).to_numpy()
    if twice.any():
        row = int(twice.argmax())
        user, item = result["user"].iloc[row], result["item"].iloc[row]
        raise LearnError(
            f"{path}, {_place(path, row)}: item {item!r} is recommended to user {user!r} a second time "
            f"({int(twice.sum())} such rows).",
            "Keep the best row of each user and item.",
        )
    return result


def _as_id(value: object) -> str:
    """An id as text; a whole number that a float column holds loses its ".0"."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _read(path: Path) -> pd.DataFrame:
    """The raw table; empty cells of CSV and TSV as "", so that a message shows them as they were written."""
    table = read_table(path)
    return table.fillna("") if _header_lines(path) else table


def _header_lines(path: Path) -> int:
    name = path.name.lower().removesuffix(".gz")
    return int(name.endswith((".csv", ".tsv")))


def _place(path: Path, row: int) -> str:
    """Where row ``row`` (from 0) stands in the file; blank lines are no rows, but an editor counts them."""
    if path.suffix.lower() == ".parquet":
        return f"row {row + 1}"
    with gzip.open(path, "rb") if path.suffix.lower() == ".gz" else open(path, "rb") as handle:
        filled = [number for number, line in enumerate(handle, 1) if line.strip(b" \r\n")]
    return f"line {filled[row + _header_lines(path)]}"
