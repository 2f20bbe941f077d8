"""What a caller may say about a file, and what reading it gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from learn.data.notes import Note
from learn.errors import LearnError

if TYPE_CHECKING:
    import pandas as pd

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "colons": "::"}
"""What can stand between cells, under the name that messages and ``--separator`` use."""


@dataclass(frozen=True)
class Asked:
    """How the user says that a file is written; None: its content tells.

    Attributes:
        encoding: a name that Python knows: cp1252, gb18030, shift_jis, utf-16, ...
        separator: a name of `SEPARATORS`, or the text itself.
        columns: the names of the columns, of a file without a header; None: its first line names them.
        table: "items" or "interactions", for what messages say of ``--columns``.
    """

    encoding: str | None = None
    separator: str | None = None
    columns: tuple[str, ...] | None = None
    table: str = "interactions"

    @property
    def between(self) -> str | None:
        """The separator itself.

        Raises:
            LearnError: it is none that can part cells.
        """
        if self.separator is None:
            return None
        text = SEPARATORS.get(self.separator.strip().lower(), self.separator.replace("\\t", "\t"))
        if text != "::" and (len(text) != 1 or text in '"\r\n\0' or text.isalnum() or not text.isascii()):
            raise LearnError(
                f"--separator {self.separator!r} is nothing that parts cells.",
                f"Give one of {', '.join(SEPARATORS)}, or the sign itself, for example --separator ';'.",
            )
        return text


PLAIN = Asked()


@dataclass
class Table:
    """A file's table and how it was read.

    Attributes:
        frame: cells of separated files as text (empty ones missing), of others as they are typed.
        notes: every choice that was not the plain one.
        separated: whether it came from separated cells.
        known: what `learn.data.reading.known_files` knows it as; None: it has a header, or its columns were named.
    """

    frame: pd.DataFrame
    notes: list[Note] = field(default_factory=list)
    separated: bool = False
    known: str | None = None


def counted(number: int, what: str) -> str:
    """ "1 cell", "2 cells", "1,000 cells"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def shown(line: bytes | str, most: int = 80) -> str:
    """A line for a message: decoded as far as it goes, quoted, cut to ``most`` characters."""
    text = (line.decode("utf-8", errors="replace") if isinstance(line, bytes) else line).strip()
    text = text.encode("utf-8", errors="replace").decode()  # a lone surrogate cannot be printed
    return repr(text if len(text) <= most else text[: most - 3] + "...")


def line_number(content: bytes, place: int) -> int:
    """1-based number of the line that byte ``place`` stands in; LF, CR LF and CR alone end lines."""
    before = memoryview(content)[:place].tobytes()
    return before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n") + 1


def line_at(content: bytes, place: int) -> bytes:
    """The line that byte ``place`` stands in, without its end."""
    start = max(content.rfind(b"\n", 0, place), content.rfind(b"\r", 0, place)) + 1
    ends = [end for end in (content.find(b"\n", place), content.find(b"\r", place)) if end >= 0]
    return content[start : min(ends, default=len(content))]
