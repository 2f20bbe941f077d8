"""Other people's words on a page: shown as they are written, whatever Streamlit's Markdown would make of them."""

from __future__ import annotations

import re

from learn.printable import printable

_MARKS = "\\*_{}[]()#+!|~$<>:&"
# What Markdown makes of words is made again after the escapes are gone: addresses become links, " -- " a dash, :cat: a
# picture. A span without a style around a part of them leaves nothing to be found, and nothing to be seen or copied.
_FOUND_LATER = re.compile(
    r"""(?P<www>www)(?=\.)          # www.example.com
      | (?P<scheme>https?)(?=://)   # http://example.com
      | (?P<mail>@)                 # somebody@example.com
      | (?P<colon>:)(?=[\w+-]+[:/]) # :cat: and :material/home:
      | (?<!\S)(?P<arrow><->|->|<-|--|>=|<=|~=)(?!\S)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LINE_START = re.compile(
    r"^(?P<space>[ \t]?)[ \t]*(?:(?P<sign>[-=])|(?P<number>\d+)(?P<dot>[.)])(?=\s|$))?", re.MULTILINE
)


def plain(text: str, commands: bool = False) -> str:
    """``text`` so that Streamlit's Markdown shows every character of it and makes nothing else of it;
    what would turn the line around it, or cannot be seen, is written out (`learn.printable`).

    Args:
        text: an item's or a person's words, a file's name, an error.
        commands: what stands between backquotes is a command, and stays one.
    """
    text = printable(text)
    parts = text.split("`") if commands else [text]
    if len(parts) % 2 == 0:  # a backquote without its partner is a character
        parts[-2:] = ["`".join(parts[-2:])]
    return "`".join(part if place % 2 else _escaped(part) for place, part in enumerate(parts))


def _escaped(text: str) -> str:
    pieces: list[str] = []
    at = 0
    for found in _FOUND_LATER.finditer(text):
        spans = list(found.group()) if found["arrow"] else [found.group()]
        pieces += [_marked(text[at : found.start()]), *(f":color[{_marked(span)}]" for span in spans)]
        at = found.end()
    return _LINE_START.sub(_as_text, "".join([*pieces, _marked(text[at:])]))


def _marked(text: str) -> str:
    return "".join("\\" + character if character in _MARKS + "`" else character for character in text)


def _as_text(start: re.Match[str]) -> str:
    """What would begin a list, a heading or a block of code begins a line of words."""
    space, sign, number, dot = start.groups()
    return f"{space}\\{sign}" if sign else f"{space}{number}\\{dot}" if number else space


def short(value: str, most: int = 60) -> str:
    """A value of the URL to be named in a sentence: on one line, printable, and not too long."""
    line = " ".join("".join(character if character.isprintable() else " " for character in value).split())
    return plain(line if len(line) <= most else line[: most - 1] + "…")
