"""Reads a source of items and interactions into a checked, split Dataset: the first line of everything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from learn import pipeline
from learn.data.dataset import Dataset


def read_tables(
    items: Path | str,
    interactions: Path | str,
    *,
    name: str | None = None,
    mapping: Mapping[str, str] | Iterable[str] = (),
    encoding: str | None = None,
    separator: str | None = None,
    split: str = "auto",
    test_start: str | None = None,
    validation_days: float = 14.0,
    date_order: str | None = None,
    columns: Mapping[str, Iterable[str] | str] | Iterable[str] = (),
    fetch_pictures: bool = False,
    engine: str | None = None,
) -> Dataset:
    """Reads your own items and interactions (CSV, Parquet, JSON and their kin), checks them and splits them.

    Args:
        items: the file of the items: an id and some text for each.
        interactions: the file of the interactions: a user, an item and, if there is one, a time.
        name: the dataset's name; None: from the interactions' file.
        mapping: our field -> your column, for columns that are not recognised: ``{"title": "product_name"}``.
        encoding: of the files (cp1252, ...); None: told by content.
        separator: between cells (comma, semicolon, tab, pipe, colons); None: told by content.
        split: auto, by-time, leave-one-out or item-cold.
        test_start: first day of the test target; None: by the data.
        validation_days: length of the validation target before it.
        date_order: "dmy" or "mdy", for dates that can be read in two ways (01/02/2024).
        columns: names of the columns of files without a header: ``{"interactions": ["user_id", "item_id"]}``.
        fetch_pictures: fetch pictures that the items name by web address, which calls out.
        engine: "duckdb" for interactions that are larger than memory; None: memory.

    Returns:
        The dataset; ``dataset.report`` says what was found, ``dataset.split`` which events train and which test.

    Raises:
        LearnError: a file or the mapping is wrong, with the place in the file, or something that cannot be mended.
    """
    return read(
        "tables", items=items, interactions=interactions, name=name, mapping=mapping, encoding=encoding,
        separator=separator, date_order=date_order, split=split, test_start=test_start, validation_days=validation_days,
        columns=columns,
        fetch_pictures=fetch_pictures, engine=engine,
    )  # fmt: skip


def read(
    source: str,
    *,
    items: Path | str | None = None,
    interactions: Path | str | None = None,
    path: Path | str | None = None,
    name: str | None = None,
    mapping: Mapping[str, str] | Iterable[str] = (),
    encoding: str | None = None,
    separator: str | None = None,
    split: str = "auto",
    test_start: str | None = None,
    validation_days: float = 14.0,
    date_order: str | None = None,
    columns: Mapping[str, Iterable[str] | str] | Iterable[str] = (),
    fetch_pictures: bool = False,
    engine: str | None = None,
) -> Dataset:
    """Reads any source, checks it and splits it: the dataset with its split and report; nothing is written.

    Args:
        source: completejourney (its data come with a package), completejourney-sold, tables, amazon, recbole or
            recformer.
        items: the items' file, of tables; the metadata, of amazon.
        interactions: the interactions' file, of tables; the reviews, of amazon.
        path: folder or file, of recbole; folder, of recformer.
        name: the dataset's name; None: the source's own.
        mapping: our field -> your column.
        encoding: of the files (cp1252, ...); None: told by content.
        separator: between cells (comma, semicolon, tab, pipe, colons); None: told by content.
        split: auto, by-time, leave-one-out or item-cold.
        test_start: first day of the test target; None: by the data.
        validation_days: length of the validation target before it.
        date_order: "dmy" or "mdy", for dates that can be read in two ways (01/02/2024).
        columns: names of the columns of files without a header: ``{"interactions": ["user_id", "item_id"]}``.
        fetch_pictures: fetch pictures that the items name by web address, which calls out.

    Raises:
        LearnError: no such source, a file that is not given or not as it should be, or a split that cannot be.
    """
    how = (
        mapping,
        split,
        test_start,
        validation_days,
        encoding,
        separator,
        date_order,
        columns,
        fetch_pictures,
        engine,
    )
    what = pipeline.Preparation(source, items, interactions, path, name, *how)
    return pipeline.read_dataset(what)
