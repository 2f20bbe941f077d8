"""Amazon reviews as downloaded, plain or packed: the releases of 2014, 2018 and 2023, reviews and ``meta_*``."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from learn.data.columns import INTERACTIONS, ITEMS, NO_COLUMN, fields_of, parse_mapping
from learn.data.dataset import Dataset
from learn.data.readers import records
from learn.data.reading.form import PLAIN, Asked
from learn.data.reading.json_records import Found
from learn.data.schema import Interactions, Items
from learn.data.validation import validate
from learn.errors import LearnError

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_PICTURES = ("imageURLHighRes", "imageURL", "imUrl", "images", "image")
"""Fields of pictures of the releases, the largest first."""
_PRICE = r"^\s*(?:from\s+)?(?:\$\s*)?([\d,]*\d(?:\.\d+)?)"  # blanks have one place each: two take quadratic time


@dataclass(frozen=True)
class Release:
    """What one release calls the fields that are read; ``mark`` is a field that no later release has."""

    year: int
    user: str
    item: str
    time: str
    brand: str
    categories: str
    main_category: str
    mark: str = ""


RELEASES = (
    Release(2014, "reviewerID", "asin", "unixReviewTime", "brand", "categories", "", "helpful"),
    Release(2018, "reviewerID", "asin", "unixReviewTime", "brand", "category", "main_cat"),
    Release(2023, "user_id", "parent_asin", "timestamp", "store", "categories", "main_category"),
)


def load_amazon(
    items: Path | str,
    interactions: Path | str,
    name: str | None = None,
    mapping: Mapping[str, str] | Iterable[str] = (),
    date_order: str | None = None,
    asked: Asked = PLAIN,
) -> Dataset:
    """Reads a metadata file and a reviews file of the same release; the first review says which release it is.

    The catalogue holds the reviewed items only, as in the published benchmarks: the metadata of a category describes
    many more than its 5-core reviews mention. An item described twice keeps its first record. Of a price range the
    lower end counts.

    Args:
        items: ``meta_*.json`` or ``meta_*.jsonl``, plain or packed; 2014's hold Python literals.
        interactions: reviews, for example ``Industrial_and_Scientific_5.json.gz``.
        name: the dataset's name; None: the reviews file's, in lower case.
        mapping: our field -> the record's, for what is read otherwise: ``["attributes=feature"]``.
        date_order: "dmy" or "mdy", for dates that can be read in two ways.
        asked: how both files are encoded, where it is not UTF-8.

    Raises:
        LearnError: a file is absent, damaged, or not of these releases, with the line; or `validate` refuses.
    """
    items, interactions = Path(items), Path(interactions)
    mapping = parse_mapping(mapping)
    of_reviews, of_items = Found(), Found()
    release = _detect(interactions, asked)
    reviews = _read_reviews(interactions, release, fields_of(mapping, INTERACTIONS), asked, of_reviews)
    reviewed = set(reviews[Interactions.ITEM])
    catalogue, about = _read_meta(items, release, reviewed, fields_of(mapping, ITEMS), asked, of_items)
    source = {
        "kind": "amazon",
        "release": release.year,
        "items": str(items),
        "interactions": str(interactions),
        **about,
        "notes": of_items.notes(str(items)) + of_reviews.notes(str(interactions)),
    }
    return validate(name or _default_name(interactions), catalogue, reviews, source, date_order=date_order)


def _default_name(path: Path) -> str:
    stem = re.sub(r"\.jsonl?(\.gz)?$", "", path.name)
    return re.sub(r"[^a-z0-9._-]+", "-", f"amazon-{stem}".lower().replace("_", "-"))


def _detect(path: Path, asked: Asked) -> Release:
    for number, record in records(path, asked):
        for release in RELEASES:
            if {release.user, release.item, release.time, release.mark or release.item} <= record.keys():
                return release
        fields = ", ".join(sorted(record)[:12])
        raise LearnError(
            f"{path}, line {number} is not an Amazon review: its fields are {fields}.",
            "Give the reviews with --interactions and the metadata (meta_*) with --items; a review has "
            + " or ".join(f"{r.user}, {r.item}, {r.time} ({r.year})" for r in RELEASES)
            + ".",
        )
    raise LearnError(f"{path} is empty.", "Download it again.")


def _read_reviews(path: Path, release: Release, mapped: Mapping[str, str], asked: Asked, met: Found) -> pd.DataFrame:
    chosen = {
        Interactions.USER: release.user,
        Interactions.ITEM: release.item,
        Interactions.TIME: release.time,
        **mapped,
    }
    chosen = {name: column for name, column in chosen.items() if column != NO_COLUMN}
    fields = tuple(chosen.values())
    columns: tuple[list[Any], ...] = tuple([] for _ in fields)
    for number, record in records(path, asked, met):
        for field, column in zip(fields, columns, strict=True):
            if record.get(field) in (None, ""):
                raise LearnError(
                    f"{path}, line {number} has no {field}.",
                    f"Give reviews of one release only (this one is read as {release.year}); mend or remove that line.",
                )
            column.append(_one_value(record[field], field, path, number))
    return pd.DataFrame(dict(zip(chosen, columns, strict=True)))


def _one_value(value: Any, field: str, path: Path, number: int) -> Any:
    if isinstance(value, list | dict):
        raise LearnError(
            f"{path}, line {number}: {field} is {value!r:.80}, not one text or number.",
            "Give the files as downloaded; mend or remove that line.",
        )
    return value


def _read_meta(
    path: Path, release: Release, reviewed: set[str], mapped: Mapping[str, str], asked: Asked, found: Found
) -> tuple[pd.DataFrame, dict[str, int]]:
    met: set[str] = set()
    rows: dict[str, dict[str, Any]] = {}
    repeated, unreviewed = 0, 0
    number = 0
    for number, record in records(path, asked, found):
        item = record.get(release.item)
        if item in (None, ""):
            raise LearnError(
                f"{path}, line {number} has no {release.item}.",
                f"Give the metadata (meta_*) of the same release as the reviews, {release.year}.",
            )
        if _one_value(item, release.item, path, number) not in reviewed:
            unreviewed += 1
        elif item in rows:
            repeated += 1
        else:
            rows[item] = {
                Items.ID: item,
                Items.TITLE: _title(record.get("title")),
                Items.CATEGORY: _category(record, release),
                Items.BRAND: _text(record.get(release.brand)),
                Items.PRICE: record.get("price"),
                Items.PICTURE: next((record[name] for name in _PICTURES if record.get(name)), None),
            }
            rows[item].update({name: record.get(column) for name, column in mapped.items()})
            met.update(column for column in mapped.values() if column in record)
    if not rows:
        raise LearnError(
            f"None of the {number:,} items of {path} is reviewed in the interactions file.",
            "Give the metadata and the reviews of the same category and release.",
        )
    for name, column in mapped.items():
        if column not in met and column != NO_COLUMN:
            raise LearnError(f"--map {name}={column}: no record of {path} has a field {column!r}.", "Name one it has.")
    frame = pd.DataFrame(list(rows.values()))
    frame[Items.PRICE] = _prices(frame[Items.PRICE])
    if frame[Items.PICTURE].isna().all():
        frame = frame.drop(columns=Items.PICTURE)
    return frame, {"repeated_records": repeated, "unreviewed_left_out": unreviewed}


def _text(value: Any) -> str | None:
    """Without HTML escapes and tags; None for what is no text."""
    if not isinstance(value, str):
        return None
    return _TAG.sub(" ", html.unescape(value)).strip() or None


def _title(value: Any) -> str | None:
    # Some 2018 titles are a piece of the page's JavaScript; the release's own notes filter them by this word.
    return None if isinstance(value, str) and "getTime" in value else _text(value)


def _category(record: dict[str, Any], release: Release) -> str | None:
    levels = record.get(release.categories) or record.get("categories")
    if isinstance(levels, list) and levels and all(isinstance(one, list) for one in levels):
        levels = levels[0]  # 2014: a list of paths
    # 2018 mixes feature sentences into the path from a certain level on; they carry markup or run long.
    texts = [_text(level) for level in levels if isinstance(level, str)] if isinstance(levels, list) else []
    kept = [level for level in texts if level and len(level) <= 80]
    return Items.CATEGORY_SEPARATOR.join(kept) or _text(record.get(release.main_category))


def _prices(raw: pd.Series) -> pd.Series:
    """The number in "$1,299.00"; what holds none stays as it is, for `validate` to count."""
    text = raw.map(lambda value: value if isinstance(value, str) else None).astype("object")
    number = text.astype("str").str.extract(_PRICE, expand=False).str.replace(",", "")
    result = raw.astype("object").where(text.isna() | number.isna(), number)
    return result.map(lambda value: None if isinstance(value, str) and value.strip() in ("", "None", "—") else value)
