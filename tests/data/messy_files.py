"""Files as people have them, made from known rows: separator x quoting x encoding x line end x packing x damage.

`make_file` draws one, `compare` says whether reading it was right: exactly the rows written, or refused, or noted. To
add a form of cells (times, ids, lists), add an entry of `CELLS`; to add a way of writing, an entry of `WAYS`; to add a
damage, one of `DAMAGES`: a function from the file's text to the damaged text, or None where it cannot be done to it.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import random
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

WORDS = ("Red kettle", "Blue lamp", "tent", "mug no. 4", "A4 paper", "Bread", "x")
TEXTS = (
    '5" pipe',
    '"Heroes"',
    'say "hi"',
    "Milk, fresh",
    "a;b",
    "a|b",
    "C::D",
    "two\nlines",
    "",
    " blank ",
    "Men's",
    "1,5",
)
ACCENTS = {
    "utf-8": ("Café", "红色水壶", "赤いやかん", "чайник", "🍞"),
    "cp1252": ("crème brûlée", "Grüße", "Smörgåsbord"),
    "gb18030": ("红色水壶蓝色台灯", "中文商品名称"),
    "cp932": ("赤いやかん", "カタカナの品"),
    "cp1251": ("Красный чайник", "Синяя лампа"),
}


@dataclass(frozen=True)
class Written:
    """One file: its bytes and name, and what was written into it."""

    name: str
    content: bytes
    header: list[str]
    rows: list[list[str]]
    how: dict[str, str]


def _ids(rng: random.Random, row: int) -> str:
    return rng.choice((f"p{row:03d}", f"{row:05d}", f"B0{row:04d}"))


def _number(rng: random.Random, row: int) -> str:
    return f"{rng.randrange(1, 9999) / 100:.2f}"


def _text(rng: random.Random, row: int) -> str:
    return rng.choice(WORDS) if rng.random() < 0.8 else rng.choice(TEXTS)


CELLS: dict[str, Callable[[random.Random, int], str]] = {
    "item_id": _ids,
    "title": _text,
    "price": _number,
    "note": _text,
}


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def _minimal(cell: str, separator: str) -> str:
    return _quoted(cell) if any(one in cell for one in (separator, '"', "\n", "\r")) else cell


WAYS: dict[str, Callable[[str, str], str]] = {
    "minimal": _minimal,
    "all": lambda cell, separator: _quoted(cell),
    "backslash": lambda cell, separator: '"' + cell.replace('"', '\\"') + '"',
    "spaced": lambda cell, separator: f" {_quoted(cell)} ",
    "none": lambda cell, separator: cell,
}
SEPARATORS = (",", ";", "\t", "|", "::")
LINE_ENDS = ("\n", "\r\n", "\r", "mixed")


def _drop_a_cell(text: str, rng: random.Random, separator: str) -> str | None:
    place = text.rfind(separator)
    return text[:place] + text[place + len(separator) :] if place >= 0 else None


def _insert(what: str) -> Callable[[str, random.Random, str], str | None]:
    def damage(text: str, rng: random.Random, separator: str) -> str | None:
        place = rng.randrange(len(text) // 2, len(text))
        return text[:place] + (what or separator) + text[place:]

    return damage


DAMAGES: dict[str, Callable[[str, random.Random, str], str | None]] = {
    "short row": _drop_a_cell,
    "long row": _insert(""),
    "stray quote": _insert('"'),
    "raw line break": _insert("\n"),
    "zero byte": _insert("\0"),
    "lone CR": _insert("\r"),
    "cut off": lambda text, rng, separator: text[: rng.randrange(len(text) // 2, len(text))],
}


def _zipped(content: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("table.csv", content)
    return held.getvalue()


PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes, "gzip": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zip": _zipped,
    "zstd": lambda content: pa.compress(content, codec="zstd", asbytes=True),
}  # fmt: skip


def make_file(seed: int) -> Written:
    """The file of a seed: a table of 2 to 4 columns and 3 to 9 rows; every fourth is damaged."""
    rng = random.Random(seed)
    header = ["item_id", *rng.sample(["title", "price", "note"], rng.randint(1, 3))]
    rows = [[CELLS[name](rng, row) for name in header] for row in range(rng.randint(3, 9))]
    encoding = rng.choice(("utf-8",) * 4 + ("utf-8-sig", "utf-16", "utf-16-le", "utf-32", *list(ACCENTS)[1:]))
    if (len(header) > 1 and rng.random() < 0.7) or encoding in list(ACCENTS)[1:]:
        for row in rows[:3]:
            row[1] = rng.choice(ACCENTS.get(encoding, ACCENTS["utf-8"]))
    if rng.random() < 0.12:
        return _json(rng, header, rows)
    separator, way, line_end = rng.choice(SEPARATORS), rng.choice(list(WAYS)), rng.choice(LINE_ENDS)
    damage = rng.choice(list(DAMAGES)) if rng.random() < 0.25 else "none"
    if way == "none" and damage != "none":  # with a second fault in its cells, a damaged file can be a whole other one
        rows = [[re.sub(r'[",;|:\n]', "", cell) for cell in row] for row in rows]
    ends = [rng.choice(LINE_ENDS[:3]) if line_end == "mixed" else line_end for _ in range(len(rows) + 1)]
    lines = [separator.join(WAYS[way](cell, separator) for cell in row) for row in [header, *rows]]
    text = "".join(line + end for line, end in zip(lines, ends, strict=True))
    if rng.random() < 0.2:
        text = text.rstrip("\r\n")
    packing = rng.choice(list(PACKINGS)) if rng.random() < 0.4 else "plain"
    if damage != "none":
        text = DAMAGES[damage](text, rng, separator) or text
    how = {"separator": separator, "way": way, "line_end": repr(line_end), "encoding": encoding}
    how |= {"packing": packing, "damage": damage}
    name = rng.choice(("t.csv", "t.tsv", "t.txt", "t.dat", "t.csv.gz", "t"))
    return Written(name, PACKINGS[packing](text.encode(encoding)), header, rows, how)


def _json(rng: random.Random, header: list[str], rows: list[list[str]]) -> Written:
    records = [dict(zip(header, row, strict=True)) for row in rows]
    form = rng.choice(("lines", "list", "indented", "literals"))
    if form in ("list", "indented"):
        text = json.dumps(records, indent=2 if form == "indented" else None, ensure_ascii=rng.random() < 0.5)
    else:
        dump = repr if form == "literals" else json.dumps
        text = "\n".join(map(dump, records)) + "\n"
    damage = "cut off" if rng.random() < 0.25 else "none"
    content = text.encode()[: rng.randrange(len(text) // 2, len(text)) if damage != "none" else None]
    return Written(rng.choice(("t.json", "t.jsonl", "t")), content, header, rows, {"form": form, "damage": damage})


def compare(written: Written, frame: pd.DataFrame, notes: list[str]) -> str | None:
    """What is wrong with what was read: None where it is what the file says, or a note says what may differ."""
    rows = [["" if pd.isna(cell) else str(cell) for cell in row] for row in frame.itertuples(index=False)]
    read, wrote = [list(frame.columns), *rows], [written.header, *written.rows]
    if read == wrote or _says(written.how["damage"], wrote, read) or _told(written, " ".join(notes), read):
        return None
    return f"{written.how}: wrote {wrote}, read {read}, noted {notes}"


def _says(damage: str, wrote: list[list[str]], read: list[list[str]]) -> bool:
    """Whether the damaged file itself says what was read: one sign more in one cell, or fewer rows at the end."""
    if damage == "none" or list(map(len, read)) != list(map(len, wrote))[: len(read)]:
        return False
    differing = [
        (was, now) for a, b in zip(wrote, read, strict=False) for was, now in zip(a, b, strict=True) if was != now
    ]
    if damage == "cut off":
        last, was_last = ["\n".join(row) for row in (read[-1], wrote[len(read) - 1])]
        signs = str.maketrans(dict.fromkeys(",;\t|:\n"))  # an unquoted separator parts what is left of the last cell
        return read[:-1] == wrote[: len(read) - 1] and was_last.translate(signs).startswith(last.translate(signs))
    was, now = differing[0] if differing else ("", "")
    signs = ('"', "\n", "\r", *SEPARATORS)
    return (
        len(read) == len(wrote)
        and len(differing) < 2
        and any(now.replace(one, "") == was.replace(one, "") for one in signs)
    )


def _told(written: Written, notes: str, read: list[list[str]]) -> bool:
    """Whether a note covers the difference: quotes or points of cells; never rows, unless it says so."""

    def bare(rows: list[list[str]]) -> list[list[str]]:
        return [[re.sub(r'["\\, .]', "", cell) for cell in row] for row in rows]

    wrote, read = bare([written.header, *written.rows]), bare(read)
    if "left out" in notes:
        wrote = [wrote[0], *(row for row in wrote[1:] if any(row) and row != wrote[0])]
    if not any(word in notes for word in ("left out", "as text", "inside cells", "decimal")):
        return False
    return read == wrote or _says(written.how["damage"], wrote, read)
