"""RecBole atomic files: NAME.inter and NAME.item, tab separated, with a type behind every column name."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pandas as pd

from learn.data.dataset import Dataset
from learn.data.schema import Interactions, Items
from learn.data.validation import validate
from learn.errors import LearnError

TYPES = ("token", "token_seq", "float", "float_seq")

_ITEM_ALIASES = {
    Items.TITLE: ("title", "movie_title", "name", "product_name", "item_name"),
    Items.CATEGORY: ("category", "categories", "genre", "genres", "class"),
    Items.BRAND: ("brand", "store"),
    Items.PRICE: ("price",),
    Items.KEYWORDS: ("keywords", "tags"),
    Items.ATTRIBUTES: ("attributes",),
}
# RecBole writes a list of names that contain spaces as Python would print it: 'Beauty', 'Hair Care'.
# Blanks have one place each in the pattern: with two beside each other a row of blanks takes quadratic time.
_QUOTED_LIST = re.compile(r"(?:'[^']*'|\"[^\"]*\")\s*(?:,\s*(?:'[^']*'|\"[^\"]*\")\s*)*")
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")


def load_recbole(path: Path | str, name: str | None = None) -> Dataset:
    """Reads the pair of atomic files that ``path`` names.

    Args:
        path: the folder that holds one pair, or either file, or their common path without the ending.
        name: the dataset's name; None: the files'.

    Raises:
        LearnError: a file is absent or ambiguous, its header untyped, a needed column missing, a line broken (with its
            number); or `validate` refuses.
    """
    prefix = _prefix(Path(path))
    inter_path, item_path = Path(f"{prefix}.inter"), Path(f"{prefix}.item")
    inter = read_atomic(inter_path)
    columns = {"user_id": Interactions.USER, "item_id": Interactions.ITEM, "timestamp": Interactions.TIME}
    _require(inter_path, inter, ("user_id", "item_id"))
    inter = inter[[column for column in columns if column in inter]].rename(columns=columns)

    item = read_atomic(item_path)
    _require(item_path, item, ("item_id",))
    catalogue = pd.DataFrame({Items.ID: item["item_id"]})
    for target, aliases in _ITEM_ALIASES.items():
        found = next((alias for alias in aliases if alias in item), None)
        if found is not None:
            catalogue[target] = item[found]
    if Items.TITLE not in catalogue and Items.CATEGORY not in catalogue:
        raise LearnError(
            f"{item_path} has no column of text among: {', '.join(item.columns)}.",
            f"Name one of them {', '.join(_ITEM_ALIASES[Items.TITLE])}, with the type token_seq.",
        )
    if Items.CATEGORY in catalogue:
        catalogue[Items.CATEGORY] = catalogue[Items.CATEGORY].map(_levels, na_action="ignore")
    source = {"kind": "recbole", "items": str(item_path), "interactions": str(inter_path)}
    return validate(name or prefix.name, catalogue, inter, source)


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
    """One atomic file, every value as str (missing where empty), columns without their types.

    Raises:
        LearnError: absent, empty, not UTF-8, a header cell without a type, or a line with too many or too few cells.
    """
    if not path.is_file():
        raise LearnError(
            f"{path} does not exist.", "RecBole data is a pair: put NAME.inter and NAME.item side by side."
        )
    names = _header(path)
    try:
        frame = pd.read_csv(
            path,
            sep="\t",
            header=None,
            skiprows=1,
            names=[*names, ""],  # one more than the header, so that a line that is too long can be seen
            index_col=False,
            dtype="str",
            quoting=csv.QUOTE_NONE,
            keep_default_na=False,
            na_values=[""],
            skip_blank_lines=False,
            encoding="utf-8",
        )
    except UnicodeDecodeError:
        raise LearnError(
            f"{path}, line {_first_bad_line(path, len(names))} is not UTF-8.", "Save the file as UTF-8."
        ) from None
    except pd.errors.ParserError as error:
        raise _ragged(path, len(names), str(error)) from None
    if frame[""].notna().any() or (len(frame) and frame[names[-1]].isna().any() and _is_ragged(path, len(names))):
        raise _ragged(path, len(names), "")
    if frame.empty:
        raise LearnError(f"{path} has a header and nothing below it.", "Give a file with at least one line of data.")
    return frame.drop(columns="")


def _header(path: Path) -> list[str]:
    try:
        with open(path, "rb") as handle:  # decoded line by line, so that a later line is not blamed on this one
            cells = handle.readline().decode("utf-8-sig").rstrip("\r\n").split("\t")
    except UnicodeDecodeError:
        raise LearnError(f"{path}, line 1 is not UTF-8.", "Save the file as UTF-8.") from None
    if cells == [""]:
        raise LearnError(f"{path} is empty.", "Give a file with a header such as user_id:token<TAB>item_id:token.")
    names = []
    for cell in cells:
        name, _, kind = cell.partition(":")
        if not name or kind not in TYPES:
            raise LearnError(
                f"{path}, line 1: {cell!r} is not a typed column.",
                f"Write every column as name:type, separated by tabs; the types are {', '.join(TYPES)}.",
            )
        names.append(name)
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise LearnError(f"{path}, line 1 names {repeated[0]!r} twice.", "Rename or remove one of the two columns.")
    return names


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().split(b"\n")


def _first_bad_line(path: Path, width: int) -> int:
    """1-based number of the first line that is not UTF-8 or has another number of cells than ``width``; 0: none."""
    lines = _lines(path)
    for number, line in enumerate(lines, start=1):
        if number == len(lines) and not line:
            return 0
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            return number
        if line.count(b"\t") != width - 1:
            return number
    return 0


def _is_ragged(path: Path, width: int) -> bool:
    return _first_bad_line(path, width) > 0


def _ragged(path: Path, width: int, detail: str) -> LearnError:
    number = _first_bad_line(path, width)
    cells = _lines(path)[number - 1].count(b"\t") + 1 if number else "another number of"
    return LearnError(
        f"{path}, line {number} has {cells} cells, the header has {width}. {detail}".rstrip(),
        "Separate the cells by single tabs and keep tabs out of the values.",
    )


def _require(path: Path, frame: pd.DataFrame, columns: tuple[str, ...]) -> None:
    for column in columns:
        if column not in frame:
            raise LearnError(
                f"{path} has no column {column}; it has: {', '.join(frame.columns)}.",
                f"Name the column {column}:token in the header.",
            )


def _levels(value: str) -> str:
    """A printed list of names, level after level; other text as it is."""
    inside = value.strip().removeprefix("[").removesuffix("]").strip()
    if not _QUOTED_LIST.fullmatch(inside):
        return value
    return Items.CATEGORY_SEPARATOR.join(a or b for a, b in _QUOTED.findall(inside) if a or b)
