"""Reads a table of recommendations that somebody else made, and names the line of whatever is wrong in it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

from learn.errors import LearnError

COLUMNS: dict[str, tuple[str, ...]] = {
    "user": ("user_id", "user", "userid", "household_id", "customer_id", "reviewerid", "uid"),
    "item": ("item_id", "item", "itemid", "product_id", "parent_asin", "asin", "iid"),
    "rank": ("rank", "position"),
    "score": ("score", "prediction", "rating", "relevance"),
}
"""What each column may be called, in any case, the first that is there wins."""

FORMATS = ".csv, .tsv, .parquet, .jsonl"


def read_ranked_table(path: Path | str) -> pd.DataFrame:
    """The rows of a CSV, TSV, Parquet or JSON lines file.

    Returns:
        user and item (str), ``order`` (float, ascending is better within a user) and ``score`` (float32, as given, or
        minus the rank), one row per row of the file.

    Raises:
        LearnError: see `learn.evaluation.import_run.import_run`; line 1 of a CSV is its header.
    """
    path = Path(path)
    table, first, unit = _read(path)
    if not len(table):
        raise LearnError(f"{path} has no row.", "Give a table with one row per recommendation.")
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
            raise LearnError(f"{path}, {unit} {row + first}: {column} = {value!r} {problem}{others}.", remedy)

    result = pd.DataFrame(index=range(len(table)))
    for role in ("user", "item"):
        values = table[found[role]]
        ids = values.map(_as_id)
        refuse((values.isna() | (ids == "")).to_numpy(), found[role], "is empty", "Give every row a user and an item.")
        result[role] = ids.to_numpy()
    if found["score"] is not None:
        scores = pd.to_numeric(table[found["score"]], errors="coerce").to_numpy(np.float64)
        refuse(~np.isfinite(scores), found["score"], "is not a finite number", "Correct the score, or leave rows out.")
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
            f"{path}, {unit} {row + first}: item {item!r} is recommended to user {user!r} a second time "
            f"({int(twice.sum())} such rows).",
            "Keep the best row of each user and item.",
        )
    return result


def _as_id(value: object) -> str:
    """An id as text; a whole number that a float column holds loses its ".0"."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _read(path: Path) -> tuple[pd.DataFrame, int, str]:
    """The raw table, the number of its first row, and what rows are called in messages."""
    remedy = f"Give a table in one of: {FORMATS} (.gz of the text ones too)."
    kinds = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    kind = kinds[-1] if kinds else ""
    try:
        if kind in (".csv", ".tsv"):
            separator = "\t" if kind == ".tsv" else ","
            table = pd.read_csv(path, sep=separator, dtype=str, keep_default_na=False, skip_blank_lines=False)
            return table, 2, "line"
        if kind == ".parquet":
            return pd.read_parquet(path), 1, "row"
        if kind in (".jsonl", ".ndjson", ".json"):
            return _read_json_lines(path), 1, "line"
    except pd.errors.EmptyDataError:
        raise LearnError(f"{path} is empty.", remedy) from None
    except FileNotFoundError:
        raise LearnError(f"{path} does not exist.", "Check the path.") from None
    except (OSError, ValueError) as error:
        raise LearnError(f"{path} cannot be read: {error}", remedy) from error
    raise LearnError(f"{path} is of a kind that is not known ({kind or 'no suffix'}).", remedy)


def _read_json_lines(path: Path) -> pd.DataFrame:
    import gzip

    opener = gzip.open if path.suffix.lower() == ".gz" else open
    rows = []
    with opener(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise LearnError(f"{path}, line {number} is not JSON: {error}.", "Give one object per line.") from None
            if not isinstance(row, dict):
                raise LearnError(f"{path}, line {number} is not an object.", 'Give lines like {"user": ..., ...}.')
            rows.append(row)
    return pd.DataFrame(rows)
