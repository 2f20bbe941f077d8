"""RecBole atomic files: NAME.inter and NAME.item, tab separated, with a type behind every column name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from learn.data.categories import tags_between_blanks
from learn.data.columns import INTERACTIONS, ITEMS, check_mapping, find_columns, parse_mapping
from learn.data.dataset import Dataset
from learn.data.reading.encodings import to_utf8
from learn.data.reading.form import PLAIN, Asked, Table
from learn.data.reading.separated import read_separated
from learn.data.reading.unpack import read_whole, unpacked
from learn.data.schema import Items
from learn.data.tables import dataset_of_tables
from learn.errors import LearnError

TYPES = ("token", "token_seq", "float", "float_seq")

# RecBole writes a list of names that contain spaces as Python would print it: 'Beauty', 'Hair Care'.
# Blanks have one place each in the pattern: with two beside each other a row of blanks takes quadratic time.
_QUOTED_LIST = re.compile(r"(?:'[^']*'|\"[^\"]*\")\s*(?:,\s*(?:'[^']*'|\"[^\"]*\")\s*)*")
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")


def load_recbole(
    path: Path | str,
    name: str | None = None,
    mapping: Mapping[str, str] | Iterable[str] = (),
    date_order: str | None = None,
    asked: Asked = PLAIN,
) -> Dataset:
    """Reads the pair of atomic files that ``path`` names; columns are found as in `learn.data.tables.load_tables`.

    Args:
        path: the folder that holds one pair, or either file, or their common path without the ending.
        name: the dataset's name; None: the files'.
        mapping: field -> column without its type, or ``["title=movie_name", ...]``.
        date_order: "dmy" or "mdy", for dates that can be read in two ways.
        asked: how both files are encoded, where it is not UTF-8.

    Raises:
        LearnError: a file is absent or ambiguous, its header untyped, a needed column missing, a line broken (with its
            number); or `validate` refuses.
    """
    mapping = parse_mapping(mapping)
    prefix = _prefix(Path(path))
    inter_path, item_path = Path(f"{prefix}.inter"), Path(f"{prefix}.item")
    inter_table, item_table = read_typed(inter_path, asked), read_typed(item_path, asked)
    inter, item = inter_table.frame, item_table.frame
    check_mapping(mapping, [(ITEMS, item), (INTERACTIONS, inter)])
    category = find_columns(item, ITEMS, mapping, str(item_path))[0].get(Items.CATEGORY)
    if category is not None:
        item = item.assign(**{category: tags_between_blanks(item[category].map(_levels, na_action="ignore"))})
    source = {
        "kind": "recbole",
        "items": str(item_path),
        "interactions": str(inter_path),
        "notes": [*item_table.notes, *inter_table.notes],
    }
    return dataset_of_tables(name or prefix.name, item, inter, mapping, source, date_order)


def _prefix(path: Path) -> Path:
    """The pair's common path without the ending."""
    if path.is_dir():
        found = sorted(path.glob("*.inter"))
        if len(found) != 1:
            listed = ", ".join(file.name for file in found) or "none"
            raise LearnError(
                f"Folder {path} should hold one .inter file; it holds: {listed}.",
                "Give --path the file that you mean (FOLDER/NAME.inter).",
            )
        return found[0].with_suffix("")
    return path.with_suffix("") if path.suffix in (".inter", ".item") else path


def read_atomic(path: Path) -> pd.DataFrame:
    """The frame of `read_typed`, for callers that show no notes."""
    return read_typed(path).frame


def read_typed(path: Path, asked: Asked = PLAIN) -> Table:
    """One atomic file, every value as str (missing where empty), columns without their types; quotes are text.

    Raises:
        LearnError: absent, empty, of no encoding that is sure, a header cell without a type, or a line with too many
            or too few cells.
    """
    if not path.is_file():
        raise LearnError(
            f"{path} does not exist.", "RecBole data is a pair: put NAME.inter and NAME.item side by side."
        )
    with unpacked(path) as (handle, packings):
        content = read_whole(path, handle, packings)
    content, notes = to_utf8(content, str(path), asked.encoding)
    _check_header(path, content.lstrip(b"\r\n").partition(b"\n")[0].partition(b"\r")[0].decode("utf-8"))
    table = read_separated(content, str(path), Asked(separator="tab"), "\t", quotes_are_text=True)
    frame = table.frame.rename(columns=lambda name: str(name).partition(":")[0])
    return Table(frame, notes + table.notes)


def _check_header(path: Path, line: str) -> None:
    names = []
    for cell in line.split("\t"):
        name, _, kind = cell.strip().partition(":")
        if not name or kind not in TYPES:
            raise LearnError(
                f"{path}, line 1: {cell!r} is not a typed column.",
                f"Write every column as name:type, separated by tabs; the types are {', '.join(TYPES)}.",
            )
        names.append(name)
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise LearnError(f"{path}, line 1 names {repeated[0]!r} twice.", "Rename or remove one of the two columns.")


def _levels(value: str) -> str:
    """A printed list of names, level after level; other text as it is."""
    inside = value.strip().removeprefix("[").removesuffix("]").strip()
    if not _QUOTED_LIST.fullmatch(inside):
        return value
    return Items.CATEGORY_SEPARATOR.join(a or b for a, b in _QUOTED.findall(inside) if a or b)
