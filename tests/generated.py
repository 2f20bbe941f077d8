"""Inputs that nobody would think of, from a seed: for every door through which other people's data comes in."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stderr, suppress
from pathlib import Path

import pandas as pd

from learn.errors import LearnError

VALUES = (
    None, True, False, 0, -1, 1, 3.5, 7.0, float("nan"), float("inf"), 1e308, 2**63, -(2**70), 10**400, [], {},
    [1, [2, ["x"]]], {"a": {"b": None}}, "", " ", "\u3000", "nan", "None", "<NA>", "null", "0", "007", "7.0",
    "-0", "1e999", "NaN", "Infinity", "1,299.00", "$12", "12,99", "3-5", "2024-05-31", "2024-02-30", "20240531",
    "1700000000", "1700000000000", "99999999999999999999", "2024-05-31T18:00:00+99:00", "2024-05-31 25:61",
    "0001-01-01", "9999-12-31", "=1+1", "@SUM(A1)", "+1", "-x", "\x1b[2J", "a\x00b", "\ud800", "\u202eabc",
    "👩‍🌾", "a\nb", "a\rb", "\t", '"', "'", "a,b;c|d", "../../etc/passwd", "/dev/zero", "C:\\x", "con",
    "<script>x</script>", "[red]x[/red]", "{{x}}", "%s%n", "${HOME}", "x" * 5000, " " * 20000, "1" * 6000,
    "[" * 3000, "{\"a\":" * 2000, "item_id", "user_id", "i01", "u01", "i02", "u02",
)  # fmt: skip
NAMES = (
    "item_id", "title", "category", "brand", "price", "keywords", "attributes", "user_id", "timestamp",
    "position", "label", "value", "visit", "other_label", "rank", "score", "id", "name", "asin", "Item_ID",
    " item_id", "item_id ", "", " ", "index", "level_0", "0", "nan", "\ud800", "\x1b[1m", "a\nb", "x" * 300,
    "order", "user", "parent_asin", "items.item_id", "é", "__index_level_0__",
)  # fmt: skip
ENDINGS = (
    ".csv",
    ".csv",
    ".tsv",
    ".jsonl",
    ".json",
    ".parquet",
    ".csv.gz",
    ".jsonl.gz",
    ".txt",
    "",
    ".CSV",
    ".parquet.gz",
)


def items_rows(rng: random.Random) -> list[dict]:
    rows = [{"item_id": f"i{n:02d}", "title": f"Thing {n}", "category": "A > B", "price": n} for n in range(1, 9)]
    return [{**row, **({"colour": rng.choice(VALUES)} if rng.random() < 0.3 else {})} for row in rows]


def event_rows(rng: random.Random) -> list[dict]:
    return [
        {"user_id": f"u{n % 4:02d}", "item_id": f"i{rng.randint(1, 8):02d}", "timestamp": 1_700_000_000 + n * 86_400}
        for n in range(24)
    ]


def damaged_rows(rng: random.Random, rows: list[dict]) -> list[dict]:
    """``rows`` with up to four things changed: cells, columns, rows."""
    rows = [dict(row) for row in rows]
    for _ in range(rng.choice((0, 1, 1, 1, 2, 2, 4))):
        name = rng.choice([*rows[0], *NAMES]) if rows else "x"
        kind = rng.random()
        if kind < 0.5 and rows:
            for row in rng.sample(rows, min(rng.choice((1, 1, 2, len(rows))), len(rows))):
                row[name] = rng.choice(VALUES)
        elif kind < 0.65:
            rows = [{rng.choice(NAMES) if key == name else key: value for key, value in row.items()} for row in rows]
        elif kind < 0.8:
            rows = [{key: value for key, value in row.items() if key != name} for row in rows]
        elif kind < 0.9:
            rows = rows + rows[: rng.randint(0, 3)]
        else:
            rows = rows[: rng.randint(0, len(rows))]
    return rows or [{}]


def written(rng: random.Random, rows: list[dict], path: Path, separator: str = "") -> Path:
    """``rows`` in a file of a type that ``path``'s ending says, or not; perhaps with bytes changed afterwards."""
    ending = rng.choice(ENDINGS) if not path.suffix else ""
    path = path.with_name(path.name + ending)
    content = b""
    if ".parquet" in path.name:
        buffer = io.BytesIO()
        with suppress(Exception):  # what Parquet cannot hold is left out
            frame = pd.DataFrame(rows, dtype="object")
            (frame.convert_dtypes() if rng.random() < 0.5 else frame.astype(str)).to_parquet(buffer)
        content = buffer.getvalue()
    elif "json" in path.name:
        content = b"\n".join(json.dumps(row, default=str).encode() for row in rows)
    else:
        separator = separator or (rng.choice((*"," * 9, "\t", ";", "|")) if "tsv" not in path.name else "\t")
        names = list(dict.fromkeys(name for row in rows for name in row))
        text = io.StringIO(newline="")
        lines = csv.writer(text, delimiter=separator, lineterminator=rng.choice(("\n", "\n", "\r\n")))
        lines.writerows([names, *([row.get(name) for name in names] for row in rows)])
        content = text.getvalue().encode("utf-8", "surrogatepass")
    if rng.random() < 0.15:
        content = damaged_bytes(rng, content)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" and rng.random() < 0.9 else content)
    return path


def damaged_bytes(rng: random.Random, content: bytes) -> bytes:
    at = rng.randint(0, len(content))
    more = rng.choice(
        (
            b"",
            b"\x00",
            b"\xff\xfe",
            b"\xef\xbb\xbf",
            b'"',
            b"\r",
            b"\n\n",
            b",,,,",
            b"[" * 5000,
            b"\x1f\x8b",
            b"PAR1",
            b"null\n[]\n",
        )
    )
    return rng.choice((content[:at], content[:at] + more + content[at:], more + content, content + more, more))


def text(rng: random.Random) -> str:
    """A value as it is typed or stands in an address."""
    words = [str(rng.choice((*VALUES, *NAMES))) for _ in range(rng.choice((1, 1, 1, 2, 3)))]
    return rng.choice(("", "=", ".", ",", " ", "&")).join(words)


def tried(
    seeds: range, doors: dict[str, Callable[[random.Random, Path], object]], folder: Path
) -> tuple[Counter, list[str]]:
    """One input per seed, through the doors in turn.

    Returns:
        How many ended how, by door; and the seeds that ended in something else than success or a LearnError that says
        what and what to do.
    """
    ended: Counter = Counter()
    wrong = []
    names = list(doors)
    for seed in seeds:
        rng, name = random.Random(seed), names[seed % len(names)]
        place = folder / str(seed)
        place.mkdir()
        try:
            with warnings.catch_warnings(), redirect_stderr(io.StringIO()):
                warnings.simplefilter("ignore")
                doors[name](rng, place)
            ended[name, "read"] += 1
        except LearnError as error:
            ended[name, "refused"] += 1
            if not error.what.strip() or not error.remedy.strip() or len(str(error)) > 20_000:
                wrong.append(f"{name}, seed {seed}: says too little or too much: {str(error)[:300]!r}")
        except Exception as error:
            frames = [
                f for f in traceback.extract_tb(error.__traceback__) if "/learn/" in f.filename or "/app/" in f.filename
            ]
            where = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames[-3:]))
            wrong.append(
                f"{name}, seed {seed}: {type(error).__name__}: {str(error)[:200]} ({where or 'the generator'})"
            )
        for file in sorted(place.rglob("*"), reverse=True):
            file.unlink() if file.is_file() else file.rmdir()
        place.rmdir()
    return ended, wrong


def _place(error: Exception) -> str:
    """Where in the project it was raised."""
    frames = [
        one for one in traceback.extract_tb(error.__traceback__) if {"learn", "app"} & {*Path(one.filename).parts}
    ]
    return " < ".join(f"{Path(one.filename).name}:{one.lineno}" for one in reversed(frames[-3:])) or "the generator"
