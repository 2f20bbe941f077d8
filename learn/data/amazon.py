"""Amazon reviews as downloaded, JSON lines, plain or .gz: the 2018 release (reviews and ``meta_*``) and 2023's."""

from __future__ import annotations

import gzip
import html
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from learn.data.dataset import Dataset
from learn.data.json_lines import read_line
from learn.data.schema import Interactions, Items
from learn.data.validation import validate
from learn.errors import LearnError

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_PRICE = r"^\s*(?:from\s+)?(?:\$\s*)?([\d,]*\d(?:\.\d+)?)"  # blanks have one place each: two take quadratic time


@dataclass(frozen=True)
class Release:
    """What one release calls the fields that are read."""

    year: int
    user: str
    item: str
    time: str
    brand: str
    categories: str
    main_category: str


RELEASES = (
    Release(2018, "reviewerID", "asin", "unixReviewTime", "brand", "category", "main_cat"),
    Release(2023, "user_id", "parent_asin", "timestamp", "store", "categories", "main_category"),
)


def load_amazon(items: Path | str, interactions: Path | str, name: str | None = None) -> Dataset:
    """Reads a metadata file and a reviews file of the same release; the first review says which release it is.

    The catalogue holds the reviewed items only, as in the published benchmarks: the metadata of a category describes
    many more than its 5-core reviews mention. An item described twice keeps its first record. Of a price range the
    lower end counts.

    Args:
        items: ``meta_*.json`` or ``meta_*.jsonl``, plain or .gz.
        interactions: reviews, for example ``Industrial_and_Scientific_5.json.gz``.
        name: the dataset's name; None: the reviews file's, in lower case.

    Raises:
        LearnError: a file is absent, damaged, or not of these releases, with the line; or `validate` refuses.
    """
    items, interactions = Path(items), Path(interactions)
    release = _detect(interactions)
    reviews = _read_reviews(interactions, release)
    catalogue, about = _read_meta(items, release, set(reviews[Interactions.ITEM]))
    source = {
        "kind": "amazon",
        "release": release.year,
        "items": str(items),
        "interactions": str(interactions),
        **about,
    }
    return validate(name or _default_name(interactions), catalogue, reviews, source)


def _default_name(path: Path) -> str:
    stem = re.sub(r"\.jsonl?(\.gz)?$", "", path.name)
    return re.sub(r"[^a-z0-9._-]+", "-", f"amazon-{stem}".lower().replace("_", "-"))


def records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every (line number from 1, object) of a JSON lines file, plain or .gz; empty lines are passed over.

    Raises:
        LearnError: absent, a folder, damaged gzip, not UTF-8, or a line that is no JSON object.
    """
    if not path.is_file():
        raise LearnError(
            f"{path} {'is a folder' if path.is_dir() else 'does not exist'}.", "Give the path of the downloaded file."
        )
    number = 0
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rb") as handle:
            for number, line in enumerate(handle, start=1):
                if line.strip():
                    record = read_line(line)
                    if not isinstance(record, dict):
                        raise ValueError(f"{record!r:.60} is not an object")
                    yield number, record
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise LearnError(
            f"{path} is damaged or only partly downloaded, after line {number}: {error}.", "Download it again."
        ) from None
    except UnicodeDecodeError as error:
        raise LearnError(f"{path}, line {number} is not UTF-8: {error}.", "Save the file as UTF-8.") from None
    except ValueError as error:
        raise LearnError(
            f"{path}, line {number} is not a JSON object: {error}.",
            "Give the file as downloaded (one JSON object a line); remove or mend that line.",
        ) from None


def _detect(path: Path) -> Release:
    for number, record in records(path):
        for release in RELEASES:
            if {release.user, release.item, release.time} <= record.keys():
                return release
        fields = ", ".join(sorted(record)[:12])
        raise LearnError(
            f"{path}, line {number} is not an Amazon review: its fields are {fields}.",
            "Give the reviews with --interactions and the metadata (meta_*) with --items; a review has "
            + " or ".join(f"{r.user}, {r.item}, {r.time} ({r.year})" for r in RELEASES)
            + ".",
        )
    raise LearnError(f"{path} is empty.", "Download it again.")


def _read_reviews(path: Path, release: Release) -> pd.DataFrame:
    fields = (release.user, release.item, release.time)
    columns: tuple[list[Any], ...] = ([], [], [])
    for number, record in records(path):
        for field, column in zip(fields, columns, strict=True):
            if not _is_one_value(record.get(field)):
                raise LearnError(
                    f"{path}, line {number} has no {field}.",
                    f"Give reviews of one release only (this one is read as {release.year}); mend or remove that line.",
                )
            column.append(record[field])
    names = (Interactions.USER, Interactions.ITEM, Interactions.TIME)
    return pd.DataFrame(dict(zip(names, columns, strict=True)))


def _read_meta(path: Path, release: Release, reviewed: set[str]) -> tuple[pd.DataFrame, dict[str, int]]:
    rows: dict[str, dict[str, Any]] = {}
    repeated, unreviewed = 0, 0
    number = 0
    for number, record in records(path):
        item = record.get(release.item)
        if not _is_one_value(item):
            raise LearnError(
                f"{path}, line {number} has no {release.item}.",
                f"Give the metadata (meta_*) of the same release as the reviews, {release.year}.",
            )
        if item not in reviewed:
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
            }
    if not rows:
        raise LearnError(
            f"None of the {number:,} items of {path} is reviewed in the interactions file.",
            "Give the metadata and the reviews of the same category and release.",
        )
    frame = pd.DataFrame(list(rows.values()))
    frame[Items.PRICE] = _prices(frame[Items.PRICE])
    return frame, {"repeated_records": repeated, "unreviewed_left_out": unreviewed}


def _is_one_value(value: Any) -> bool:
    """Whether it can be an id or a time: there, and no list or object."""
    return value not in (None, "") and not isinstance(value, (list, dict))


def _text(value: Any) -> str | None:
    """Without HTML escapes and tags; None for what is no text."""
    if not isinstance(value, str):
        return None
    return _TAG.sub(" ", html.unescape(value)).strip() or None


def _title(value: Any) -> str | None:
    # Some 2018 titles are a piece of the page's JavaScript; the release's own notes filter them by this word.
    return None if isinstance(value, str) and "getTime" in value else _text(value)


def _category(record: dict[str, Any], release: Release) -> str | None:
    levels = record.get(release.categories)
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
