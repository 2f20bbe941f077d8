"""DuckDB, where it is installed: a database in a temporary folder, with a bound on its memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from learn.errors import LearnError

ENGINES = ("memory", "duckdb")
"""What ``--engine`` may be: the whole table in memory (default), or in a stream."""
INSTALL = 'pip install "learn-explorer[scale]"'
MEMORY = "1200MB"
"""What DuckDB may hold; what is more goes to the temporary folder."""


@contextmanager
def database(where: str) -> Iterator[Any]:
    """A connection to an empty database, which is deleted afterwards.

    Args:
        where: the table that is read, for messages.

    Raises:
        LearnError: DuckDB is not installed; or, from inside, it cannot read or hold the table.
    """
    duckdb = _library()
    with tempfile.TemporaryDirectory(prefix="learn-", ignore_cleanup_errors=True) as folder:
        bounds = {"memory_limit": MEMORY, "temp_directory": str(Path(folder) / "spilled")}
        alone = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}  # it calls nobody
        connection = duckdb.connect(str(Path(folder) / "events.duckdb"), config=bounds | alone)
        try:
            yield connection
        except duckdb.Error as error:
            said = str(error).strip().splitlines()[0].rstrip(".")
            raise LearnError(
                f"{where} cannot be read by the engine duckdb: {said}.",
                "Mend the file, make room in the folder for temporary files ($TMPDIR), or leave out --engine duckdb, "
                "which reads more forms of tables and says more of what is wrong.",
            ) from None
        finally:
            connection.close()


def check_engine(engine: str | None) -> None:
    """Refuses what is no engine.

    Raises:
        LearnError: with those there are.
    """
    if engine is not None and engine not in ENGINES:
        raise LearnError(f"There is no engine {engine!r}.", f"Choose one of: {', '.join(ENGINES)}.")


def quoted(name: str) -> str:
    """A column's name, as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


def first_row(connection: Any, sql: str) -> tuple[Any, ...]:
    """The one row that ``sql`` gives."""
    rows: list[tuple[Any, ...]] = connection.execute(sql).fetchall()
    return rows[0]


def _library() -> Any:
    try:
        return import_module("duckdb")
    except ImportError as error:
        raise LearnError(f"The engine duckdb needs {error.name}, which is not installed.", f"Type: {INSTALL}") from None
