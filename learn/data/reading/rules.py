"""How a file of separated cells is written: one rule that holds for every line of it, or none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

CARRY = b"\x1f"
"""Stands for a separator of two characters, so that cells are parted by one byte everywhere."""


class Quotes(StrEnum):
    """What a double quote means."""

    DOUBLED = "doubled"  # it opens and closes a cell, one inside is doubled: RFC 4180
    BACKSLASH = "backslash"  # the same, one inside has a backslash before it
    SPACED = "spaced"  # as DOUBLED, with blanks between the separator and the quote
    TEXT = "text"  # a character like others


@dataclass(frozen=True)
class Rule:
    """One way of writing cells.

    Attributes:
        separator: one byte.
        quotes: what a double quote means.
    """

    separator: bytes
    quotes: Quotes = Quotes.TEXT

    @property
    def end(self) -> bytes:
        """Pattern of a line's end: CR LF, LF or CR, all three in one file too."""
        return rb"(?:\r\n?|\n)"

    @cached_property
    def cell(self) -> bytes:
        """Pattern of a cell; it never gives back what it took."""
        between = re.escape(self.separator)
        plain = rb"[^" + between + rb"\r\n]*+"
        spaces = b" *+" if self.quotes == Quotes.SPACED else b""
        if self.quotes == Quotes.TEXT:
            return plain
        inside = rb'(?:[^"\\]++|\\.|"")*+' if self.quotes == Quotes.BACKSLASH else rb'(?:[^"]++|"")*+'
        return rb'(?:' + spaces + b'"' + inside + b'"' + spaces + rb'|(?! *")' + plain + b")"  # fmt: skip

    def record(self, width: int) -> bytes:
        """Pattern of a line of ``width`` cells, without its end."""
        return self.cell + (rb"(?:" + re.escape(self.separator) + self.cell + rb"){%d}" % (width - 1))

    def first(self, content: bytes) -> tuple[list[bytes], int]:
        """The cells of the first line that is not blank, and where the next one begins; no cells if it does not fit."""
        place = len(content) - len(content.lstrip(b"\r\n"))
        one = re.compile(self.cell, re.DOTALL)
        end = re.compile(self.end + rb"|\Z")
        cells = []
        while (match := one.match(content, place)) is not None:
            cells.append(match.group())
            place = match.end()
            if (line_end := end.match(content, place)) is not None:
                return [self.plain(cell) for cell in cells], line_end.end()
            if content[place : place + 1] != self.separator:
                break
            place += 1
        return [], place

    def misfit(self, content: bytes, start: int, width: int) -> int | None:
        """Where the first line begins that has not ``width`` cells by this rule; None: all fit. Blank lines do."""
        blank = rb"[ \t]*+" if width > 1 and self.separator != b"\t" else rb""
        if width > 1 and self.separator == b"\t":
            blank = rb" *+"
        line = rb"(?:" + self.record(width) + self.end + rb"|" + blank + self.end + rb")"
        lines = re.compile(rb"(?:" + line + rb")*+", re.DOTALL).match(content, start)
        assert lines is not None
        if lines.end() == len(content):
            return None
        last = re.compile(rb"(?:" + self.record(width) + rb"|" + blank + rb")\Z", re.DOTALL)
        return None if last.match(content, lines.end()) else lines.end()

    def rows(self, content: bytes, start: int, width: int) -> list[tuple[bytes, ...]]:
        """The cells of every line of a ``content`` that fits, as they are meant."""
        between = re.escape(self.separator)
        record = b"(" + self.cell + b")" + (b"(?:" + between + b"(" + self.cell + b"))") * (width - 1)
        lines = re.compile(record + b"(?:" + self.end + rb"|\Z)", re.DOTALL)
        skip = re.compile(rb"(?:[ \t]*+" + self.end + b")*+" if width > 1 else b"(?:" + self.end + b")*+")
        if self.separator == b"\t":
            skip = re.compile(rb"(?: *+" + self.end + b")*+")
        found: list[tuple[bytes, ...]] = []
        place = start
        while True:
            blank = skip.match(content, place)
            place = blank.end() if blank else place
            match = lines.match(content, place) if place < len(content) else None
            if match is None:
                return found
            found.append(tuple(self.plain(cell) for cell in match.groups()))
            place = match.end()

    def parted(self, content: bytes) -> int | None:
        """Where a quote opens a cell and, in the same line, behind a separator, another comes; None: nowhere.

        Read as text, such quotes would part what they were to hold together.
        """
        between = re.escape(self.separator)
        inside = rb'[^"\r\n' + between + rb"]*+"
        found = re.search(rb"(?:^|[\r\n" + between + rb']) *+("' + inside + between + rb'[^"\r\n]*+")', content)
        return found.start(1) if found else None

    def plain(self, cell: bytes) -> bytes:
        """A cell without its quotes."""
        if self.quotes == Quotes.TEXT:
            return cell
        stripped = cell.strip(b" ") if self.quotes == Quotes.SPACED else cell
        if not (len(stripped) > 1 and stripped.startswith(b'"') and stripped.endswith(b'"')):
            return cell
        inside = stripped[1:-1].replace(b'""', b'"')
        return re.sub(rb'\\(["\\])', rb"\1", inside) if self.quotes == Quotes.BACKSLASH else inside
