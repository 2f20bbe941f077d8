"""Tables on a terminal: what does not fit beside each other goes below, and no figure and no name is cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import typer

from learn.printable import printable

if TYPE_CHECKING:
    from rich.console import Console

_FIGURE = re.compile(r"[+\-–.±*]*\d|–?$")
_BETWEEN = 3  # characters that a table puts between two columns
_LONGEST_WORD = 18  # of words, longer ones are broken
_NAMES_SHARE = 0.45  # of the width, at most, goes to the names of the rows; longer ones are broken


@dataclass(frozen=True)
class _Column:
    head: str
    cells: tuple[str, ...]

    @property
    def is_figures(self) -> bool:
        return all(_FIGURE.match(cell) for cell in self.cells)

    @property
    def natural(self) -> int:
        from rich.cells import cell_len

        return max(cell_len(line) for text in (self.head, *self.cells) for line in (text.splitlines() or [""]))

    @property
    def least(self) -> int:
        """Characters below which something would be cut or badly broken."""
        from rich.cells import cell_len

        if self.is_figures:
            return self.natural
        words = [word for text in (self.head, *self.cells) for word in text.split()]
        return min(max((cell_len(word) for word in words), default=1), _LONGEST_WORD)


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]], console: Console | None = None) -> None:
    """Prints a table; the first column names the rows, and is repeated where the others need more than one table.

    Args:
        heads: [C] of the columns; may have several lines.
        rows: [n] of C cells; a column that has figures only is never broken, words are.
        console: where; None: the terminal, 80 columns wide where its width is unknown.
    """
    from rich.console import Console

    console = console or Console(highlight=False, markup=False, emoji=False)  # cells are text: brackets mean brackets
    rows = [[printable(cell) for cell in row] for row in rows]
    columns = [_Column(head, tuple(row[place] for row in rows)) for place, head in enumerate(heads)]
    names, others = columns[0], columns[1:]
    width = min(names.natural, max(int(console.width * _NAMES_SHARE), 1))
    for group in _groups(others, console.width - width - _BETWEEN - 1):
        _print(names, width, group, console)


def _groups(columns: Sequence[_Column], room: int) -> Iterator[Sequence[_Column]]:
    """``columns`` in order, in as few groups as ``room`` characters allow, of like size where that fits.

    A column that is wider than ``room`` stands alone.
    """

    def fits(group: Sequence[_Column]) -> bool:
        return sum(one.least + _BETWEEN for one in group) <= room

    greedy: list[list[_Column]] = [[]]
    for column in columns:
        if greedy[-1] and not fits([*greedy[-1], column]):
            greedy.append([])
        greedy[-1].append(column)
    size = -(-len(columns) // len(greedy)) or 1
    even = [columns[at : at + size] for at in range(0, len(columns), size)]
    yield from even if columns and all(map(fits, even)) else greedy


def _print(names: _Column, width: int, columns: Sequence[_Column], console: Console) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table()
    table.add_column(Text(names.head), overflow="fold", min_width=width)
    for column in columns:
        table.add_column(
            Text(column.head),
            overflow="fold",
            no_wrap=column.is_figures,
            min_width=min(column.least, console.width // 2),
            justify="right" if column.is_figures and any(column.cells) else "left",
        )
    for cells in zip(names.cells, *(column.cells for column in columns), strict=True):
        table.add_row(*map(Text, cells))
    console.print(table)


def print_text(text: str) -> None:
    """Prints ``text``; tables in it that are written in Markdown are printed as tables."""
    for is_table, lines in groupby(text.splitlines(), lambda line: line.startswith("|")):
        if not is_table:
            for line in lines:
                typer.echo(line)
            continue
        rows = [[cell.strip().replace("\\*", "*") for cell in line.strip().strip("|").split("|")] for line in lines]
        print_table(rows[0], [row for row in rows[1:] if not set("".join(row)) <= set("-: ")])
