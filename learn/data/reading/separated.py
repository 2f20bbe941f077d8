"""Separated cells (CSV and its kin): the one separator and the one rule of quoting that fit every line of the file."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from learn.data.notes import NOTHING, TEXT, Note
from learn.data.reading.cells import checked_cells, needless_quotes, to_cells
from learn.data.reading.form import PLAIN, SEPARATORS, Asked, Table, counted, line_at, line_number, shown
from learn.data.reading.header import column_names, named_columns
from learn.data.reading.known_files import known_file, note_on
from learn.data.reading.rules import CARRY, Quotes, Rule
from learn.errors import LearnError

_EXCEL_HINT = re.compile(rb'\A"?sep=(.)"?\r?\n')
_QUOTING_ADVICE = 'Put values that contain the separator or a line break in double quotes, and a quote inside as "".'


@dataclass(frozen=True)
class Fit:
    """A rule that every line keeps to.

    Attributes:
        between: the separator as it stands in the file.
        content: the file, with `CARRY` for a separator of two characters.
        names: the header's cells.
        start: where the first line after the header begins.
        headless: whether there is no header: the first line is a row.
    """

    between: str
    rule: Rule
    content: bytes
    names: list[bytes]
    start: int
    headless: bool = False

    def without_header(self) -> Fit:
        """The same, with the first line as a row."""
        return replace(self, start=len(self.content) - len(self.content.lstrip(b"\r\n")), headless=True)


def read_separated(
    content: bytes, where: str, asked: Asked = PLAIN, usual: str = ",", *, quotes_are_text: bool = False
) -> Table:
    """The table of a file of separated cells, every cell as text, empty ones missing.

    Args:
        content: UTF-8 without a mark.
        where: the file, for messages.
        asked: what the user says of it.
        usual: the separator that needs no note.
        quotes_are_text: whether the format knows no quoting.

    Raises:
        LearnError: blank, zero bytes, no rule that fits all lines, several that do, no header, a column named twice.
    """
    if (zero := content.find(b"\0")) >= 0:
        raise LearnError(
            f"{where}, line {line_number(content, zero)} has a zero byte: {shown(line_at(content, zero))}.",
            "The file is damaged or of another kind; export it again (or drop such bytes: tr -d '\\000' < OLD > NEW).",
        )
    between = asked.between
    if between is None and (hint := _EXCEL_HINT.match(content)) is not None:
        between, content = hint.group(1).decode("latin-1"), content[hint.end() :]
    if not content.strip():
        raise LearnError(f"{where} has only blank lines: no header.", "Export it again with a header and its rows.")
    known = known_file(where, content) if asked.columns is None else None
    if known is not None and between not in (None, known.separator):
        known = None
    if known is not None:
        between, quotes_are_text = known.separator, known.quotes_are_text
    fit = _choose(content, where, between, usual, quotes_are_text)
    if known is not None:
        fit, names, notes = fit.without_header(), list(known.columns), [note_on(known, where)]
    elif asked.columns is not None:
        names, notes = named_columns(fit.names, asked, where)
        fit = fit.without_header()
    else:
        names, notes = column_names(fit.names, fit.content, fit.start, where, fit.between, asked.table)
    notes = _notes_on(fit, where, usual, quotes_are_text) + notes
    cells = to_cells(fit.rule, fit.content, fit.start, names)
    if fit.rule.quotes not in (Quotes.TEXT, Quotes.SPACED) and len(names) > 1 and b'"' in fit.content:
        notes += _compare_with_text(fit, where, names, cells.num_rows)
    stray = fit.rule.quotes == Quotes.TEXT and b'"' in content and not quotes_are_text
    frame, more = checked_cells(cells, fit.rule, fit.between, where, stray_quotes=stray)
    if frame.empty:
        raise LearnError(f"{where} has the columns {', '.join(names)} but no rows.", "Export it with its rows.")
    return Table(frame, notes + more, separated=True, known=known.code if known is not None else None)


def _choose(content: bytes, where: str, between: str | None, usual: str, quotes_are_text: bool) -> Fit:
    first_line = content.lstrip(b"\r\n").splitlines()[0] if len(content) < 1 << 16 else _first_line(content)
    candidates = [one for one in SEPARATORS.values() if one.encode() in first_line]
    if between is not None:
        candidates = [between]
    fits = [fit for one in candidates or [usual] if (fit := _fit(content, one, quotes_are_text)) is not None]
    wide = [fit for fit in fits if len(fit.names) > 1]
    if len(wide) > 1:
        said = " or ".join(f"{_name(fit.between)} ({len(fit.names)} columns)" for fit in wide)
        raise LearnError(
            f"{where} can be parted by {said}: every line fits each.",
            f"Say which is meant, for example --separator {_name(wide[0].between)}",
        )
    if wide:
        return wide[0]
    if fits and (between is None and not candidates):
        return fits[0]
    raise _misfit(content, where, candidates or [usual], quotes_are_text)


def _first_line(content: bytes) -> bytes:
    start = len(content) - len(content.lstrip(b"\r\n"))
    return line_at(content, start)


def _name(between: str) -> str:
    return next((name for name, text in SEPARATORS.items() if text == between), repr(between))


def _carried(content: bytes, between: str) -> tuple[bytes, bytes]:
    """``content`` parted by one byte, and that byte."""
    return (content, between.encode()) if len(between) == 1 else (content.replace(between.encode(), CARRY), CARRY)


def _rules(content: bytes, separator: bytes, quotes_are_text: bool) -> list[Rule]:
    """What may hold, the likeliest first."""
    kinds = [Quotes.TEXT]
    if b'"' in content and not quotes_are_text:
        slashed = [Quotes.BACKSLASH] if b'\\"' in content else []
        kinds = [Quotes.DOUBLED, Quotes.SPACED, *slashed, Quotes.TEXT]
    return [Rule(separator, kind) for kind in kinds]


def _fit(content: bytes, between: str, quotes_are_text: bool) -> Fit | None:
    if len(between) > 1 and CARRY in content:
        return None
    content, separator = _carried(content, between)
    for rule in _rules(content, separator, quotes_are_text):
        names, start = rule.first(content)
        stray = rule.quotes == Quotes.TEXT and not quotes_are_text and b'"' in content
        if stray and rule.parted(content) is not None:
            continue
        if names and rule.misfit(content, start, len(names)) is None:
            return Fit(between, rule, content, names, start)
    return None


def _misfit(content: bytes, where: str, candidates: list[str], quotes_are_text: bool) -> LearnError:
    """What to say where no rule fits: the first line that breaks the likeliest of them."""
    best: tuple[int, int, Rule, bytes, str] | None = None
    for between in candidates:
        carried, separator = _carried(content, between)
        for rule in _rules(carried, separator, quotes_are_text)[:1]:
            names, start = rule.first(carried)
            names = names or _first_line(carried).split(separator)
            place = rule.misfit(carried, start, len(names))
            if best is None or len(names) > best[0]:
                best = (len(names), start if place is None else place, rule, carried, between)
    assert best is not None
    width, place, rule, carried, between = best
    number, line = line_number(carried, place), line_at(carried, place)
    cells = line.count(rule.separator) + 1
    said = f"{where}, line {number}"
    readable = shown(line.replace(CARRY, between.encode()))
    if rule.quotes != Quotes.TEXT and b'"' in line:
        return LearnError(
            f"{said} has a quote that is not closed as it should be, or another number of cells than the header's "
            f"{width}: {readable}.",
            _QUOTING_ADVICE,
        )
    following = line_at(carried, min(place + len(line) + 1, len(carried) - 1))
    together = cells + following.count(rule.separator)
    broken = " It and the next line together have as many: a line break stands inside a cell." * (together == width)
    return LearnError(
        f"{said} has {counted(cells, 'cell')}, the header has {width} (parted by {_name(between)}): "
        f"{readable}.{broken}",
        (
            f"Part cells by {_name(between)} everywhere, and keep it out of the values."
            if quotes_are_text
            else _QUOTING_ADVICE
        )
        + (" Give a row that lacks cells its separators." if cells < width else "")
        + (" Remove lines above the header, if that is what line 1 is." if width == 1 else ""),
    )


def _notes_on(fit: Fit, where: str, usual: str, quotes_are_text: bool) -> list[Note]:
    notes = []
    if fit.between != usual and len(fit.names) > 1:
        notes.append(Note(f"{where} is parted by {_name(fit.between)}."))
    if fit.rule.quotes == Quotes.BACKSLASH:
        notes.append(Note(f'Quotes inside the quoted cells of {where} have a backslash before them (\\").'))
    if fit.rule.quotes == Quotes.SPACED:
        notes.append(Note(f"Blanks stand around quoted cells of {where}; they are left out."))
    if fit.rule.quotes == Quotes.TEXT and b'"' in fit.content and not quotes_are_text:
        place, quotes = fit.content.find(b'"'), fit.content.count(b'"')
        notes.append(
            Note(
                f"{counted(quotes, 'quote')} in {where}: read as text, not as marks around cells, they do not come in "
                f"pairs; the first is in line {line_number(fit.content, place)}: {shown(line_at(fit.content, place))}.",
                TEXT,
                _QUOTING_ADVICE,
            )
        )
    if b"\n" not in fit.content and b"\r" in fit.content:
        notes.append(Note(f"The lines of {where} end with carriage returns alone (old Mac).", NOTHING))
    return notes


def _compare_with_text(fit: Fit, where: str, names: list[str], rows: int) -> list[Note]:
    """A note on cells whose quotes nothing asked for, in a file that fits with its quotes as text as well.

    Raises:
        LearnError: read in that way, the file would have other rows.
    """
    text = Rule(fit.rule.separator, Quotes.TEXT)
    others, start = text.first(fit.content)
    start = fit.start if fit.headless else start
    if len(others) != len(names) or text.misfit(fit.content, start, len(names)) is not None:
        return []
    cells = to_cells(text, fit.content, start, names)
    if cells.num_rows != rows:
        place = fit.content.find(b'"', fit.start)
        raise LearnError(
            f"{where} reads in two ways: {rows:,} rows if the quotes from line {line_number(fit.content, place)} on "
            f"hold line breaks together, {cells.num_rows:,} rows if they are text: "
            f"{shown(line_at(fit.content, place))}.",
            "Remove the quotes, or double those that are text and put each such cell in quotes.",
        )
    return [
        Note(
            f"{counted(count, 'cell')} of column {name} of {where} in quotes that nothing asks for, others without: "
            f"read without, not as text: {shown(example)}.",
            TEXT,
        )
        for name, (count, example) in needless_quotes(cells).items()
    ]
