"""Well-known files without a header: told by their name, and checked against what their first lines hold."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from learn.data.notes import Note

_LINES = 50  # that are checked
_WHOLE, _NUMBER, _ANY = r"\d+", r"-?\d+(\.\d+)?", r".*"
_RATING, _SECONDS = r"\d(\.\d+)?", r"\d{9,10}(\.0)?"
_ASIN, _REVIEWER = r"[0-9B][0-9A-Z]{9}", r"#?A[0-9A-Z]{7,}"
_ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d.*"
_CLOCK = r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d:\d\d [AP]M"
GENRES = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy",
    "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
"""The last columns of MovieLens's ``u.item``, each 0 or 1."""


@dataclass(frozen=True)
class KnownFile:
    """A file as it is published.

    Attributes:
        code: what `learn.data.known_tables` knows it by.
        label: whose it is, for the note.
        name: pattern of the file's name, without what it is packed by.
        separator: between its cells.
        columns: column -> pattern of its cells.
        quotes_are_text: whether it is written without quoting.
    """

    code: str
    label: str
    name: str
    separator: str
    columns: dict[str, str] = field(hash=False)
    quotes_are_text: bool = True

    def fits(self, lines: list[list[str]]) -> bool:
        """Whether the cells of the first lines are what the columns hold."""
        patterns = list(self.columns.values())
        return all(
            len(cells) == len(patterns)
            and all(re.fullmatch(one, cell, re.DOTALL) for one, cell in zip(patterns, cells, strict=True))
            for cells in lines
        )


_RATED = {"user_id": _WHOLE, "item_id": _WHOLE, "rating": _RATING, "timestamp": _SECONDS}
KNOWN_FILES = (
    KnownFile("ratings", "MovieLens", r"ratings\.dat", "::", _RATED),
    KnownFile("movies", "MovieLens", r"movies\.dat", "::", {"item_id": _WHOLE, "title": r".+", "genres": _ANY}),
    KnownFile("u.data", "MovieLens 100k", r"u\.data|u[1-5ab]\.(base|test)", "\t", _RATED),
    KnownFile(
        "u.item", "MovieLens 100k", r"u\.item", "|",
        {"item_id": _WHOLE, "title": r".+", "release_date": _ANY, "video_release_date": _ANY, "imdb_url": _ANY}
        | dict.fromkeys(GENRES, "[01]"),
    ),
    KnownFile(
        "mind.behaviors", "MIND", r"behaviors\.tsv", "\t",
        {"impression_id": _WHOLE, "user_id": r"\S+", "time": _CLOCK, "history": r"(N\d+( N\d+)*)?",
         "impressions": r"N\d+-[01]( N\d+-[01])*"},
    ),
    KnownFile(
        "mind.news", "MIND", r"news\.tsv", "\t",
        {"news_id": r"N\d+", "category": r"\w*", "subcategory": _ANY, "title": r".+", "abstract": _ANY,
         "url": r"(https?://.*)?", "title_entities": r"(\[.*\])?", "abstract_entities": r"(\[.*\])?"},
    ),
    KnownFile(
        "amazon.2014", "Amazon 2014, ratings only", r"ratings_.+\.csv", ",",
        {"user_id": r"A[0-9A-Z]{7,}", "item_id": _ASIN, "rating": _RATING, "timestamp": _SECONDS},
    ),
    KnownFile(
        "amazon.2018", "Amazon 2018, ratings only", r".+\.csv", ",",
        {"item_id": _ASIN, "user_id": _REVIEWER, "rating": r"[1-5]\.0", "timestamp": _SECONDS},
    ),
    KnownFile(
        "yoochoose.clicks", "YooChoose", r"yoochoose-(clicks|test)\.dat", ",",
        {"session_id": _WHOLE, "timestamp": _ISO, "item_id": _WHOLE, "category": r"\w*"},
    ),
    KnownFile(
        "yoochoose.buys", "YooChoose", r"yoochoose-buys\.dat", ",",
        {"session_id": _WHOLE, "timestamp": _ISO, "item_id": _WHOLE, "price": _WHOLE, "quantity": _WHOLE},
    ),
    KnownFile(
        "taobao", "Taobao", r"UserBehavior\.csv", ",",
        {"user_id": _WHOLE, "item_id": _WHOLE, "category_id": _WHOLE, "behavior": r"pv|buy|cart|fav",
         "timestamp": r"-?\d+"},
    ),
    KnownFile(
        "steam.200k", "Steam 200k", r"steam-200k\.csv", ",",
        {"user_id": _WHOLE, "item_id": r".+", "behavior": r"purchase|play", "hours": _NUMBER, "unused": "0"},
        quotes_are_text=False,
    ),
    KnownFile(
        "lastfm.1k", "Last.fm 1K", r"userid-timestamp-artid-artname-traid-traname\.tsv", "\t",
        {"user_id": r"user_\d+", "timestamp": _ISO, "artist_id": r"[0-9a-f-]*", "artist_name": _ANY,
         "track_id": r"[0-9a-f-]*", "track_name": _ANY},
    ),
)  # fmt: skip


def known_file(where: str, content: bytes) -> KnownFile | None:
    """Which well-known file without a header this is, by its name and its first lines; None: none of them.

    Args:
        where: the file.
        content: UTF-8.
    """
    name = re.sub(r"\.(gz|gzip|bz2|xz|zst|zstd|zip)$", "", Path(where).name)
    named = [one for one in KNOWN_FILES if re.fullmatch(one.name, name)]
    if not named:
        return None
    *lines, _ = content[: 1 << 20].decode("utf-8", errors="ignore").split("\n", _LINES)
    if len(content) < 1 << 20 and content.count(b"\n") < _LINES:
        lines = content.decode("utf-8", errors="ignore").split("\n")
    lines = [line.rstrip("\r") for line in lines if line.strip()]
    for one in named:
        if lines and one.fits([_cells(line, one) for line in lines]):
            return one
    return None


def note_on(known: KnownFile, where: str) -> Note:
    """What was understood."""
    names = [name for name in known.columns if name not in GENRES]
    more = f" and {len(GENRES)} genres" if len(names) < len(known.columns) else ""
    return Note(
        f"{where} has no header; it is read as {known.label} publishes it: {', '.join(names)}{more}.",
        remedy="If its columns are others, name them all with --columns",
    )


def _cells(line: str, known: KnownFile) -> list[str]:
    if known.quotes_are_text or '"' not in line:
        return line.split(known.separator)
    import csv

    return next(csv.reader([line], delimiter=known.separator))
