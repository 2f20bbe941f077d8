"""What a table must have before anything of it is read."""

from __future__ import annotations

import pandas as pd

from learn.errors import LearnError


def require(frame: pd.DataFrame, columns: tuple[str, ...], where: str, what: str) -> None:
    """Nothing where ``frame`` has rows and all of ``columns``.

    Raises:
        LearnError: it has not; ``where`` names the table, ``what`` its rows.
    """
    if frame.empty:
        raise LearnError(f"{where} has no rows, so there are no {what}.", f"Give at least one row of {what}.")
    for column in columns:
        if column not in frame:
            raise LearnError(
                f"{where} has no column {column}; it has: {', '.join(map(str, frame.columns))}.",
                f"Rename a column, or name it with --map {column}=YOUR_COLUMN.",
            )
