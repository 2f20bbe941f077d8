"""Objects of JSON lines, of a JSON list or of Python literals (Amazon 2014), one by one and as a table."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from learn.data.notes import IDS, NOTHING, Note
from learn.data.reading.form import counted, shown
from learn.errors import LearnError

if TYPE_CHECKING:
    import pandas as pd

DEEPEST = 64  # lists and objects within each other
_SURROGATE = re.compile("[\ud800-\udfff]")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"' + r"|'(?:[^'\\]|\\.)*+'")
_ONE_PER_LINE = "Write one whole JSON object on each line."


@dataclass
class Found:
    """What was met on the way, for the notes.

    Attributes:
        literals: lines that are Python literals.
        surrogates: lines with half characters, and the first of them.
        first_surrogate: its line; 0: none.
    """

    literals: int = 0
    surrogates: int = 0
    first_surrogate: int = 0

    def notes(self, where: str) -> list[Note]:
        """In words."""
        notes = []
        if self.literals:
            notes.append(
                Note(f"{counted(self.literals, 'line')} of {where}: Python literals, not JSON, read as that.", NOTHING)
            )
        if self.surrogates:
            notes.append(
                Note(
                    f"{counted(self.surrogates, 'line')} of {where} with half characters (lone surrogates), the first "
                    f"line {self.first_surrogate}; each is replaced by \N{REPLACEMENT CHARACTER}.",
                    IDS,
                )
            )
        return notes


def looks_like_json(content: bytes) -> bool:
    """Whether a file begins as an object or a list of them does, in JSON or as Python writes it."""
    return re.match(rb"\s*(?:\{\s*(?:u?[\"']|\})|\[\s*[\[{\]])", content[:4096]) is not None


def parse_lines(lines: Iterator[tuple[int, str]], where: str, found: Found) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every (line number from 1, object); blank lines are passed over.

    Whole numbers beyond 64 bits stay text.

    Raises:
        LearnError: a line that is no object, or one that is nested too deep, with its number.
    """
    for number, line in lines:
        if line.strip():
            yield number, _checked(_parse(line, number, where, found), line, number, where, found)


def parse_list(text: str, where: str, found: Found) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every (number from 1, object) of a JSON list.

    Raises:
        LearnError: it is no list of objects.
    """
    _check_depth(text, f"{where}")
    try:
        values = json.loads(text, parse_int=whole, object_pairs_hook=_unrepeated)
    except json.JSONDecodeError as error:
        raise LearnError(
            f"{where}, line {error.lineno} is not JSON: {error.msg} at character {error.colno}.",
            "Write a list of JSON objects, or one whole object on each line.",
        ) from None
    except (ValueError, RecursionError) as error:
        raise LearnError(f"{where} is no JSON list that can be read: {error}.", _ONE_PER_LINE) from None
    if not isinstance(values, list):
        raise LearnError(f"{where} is one JSON object, not a list of them.", _ONE_PER_LINE)
    for number, value in enumerate(values, start=1):
        if not isinstance(value, dict):
            raise LearnError(
                f"{where}, line 1 begins a JSON list whose entry {number} is not an object: {shown(repr(value))}.",
                "Write a list of JSON objects, or one object on each line.",
            )
        yield number, _without_surrogates(value, number, found)


def to_frame(records: Iterator[tuple[int, dict[str, Any]]], where: str) -> pd.DataFrame:
    """Objects as rows, their keys as columns in order of appearance, values as they are.

    Raises:
        LearnError: no object at all, or keys that differ by blanks only.
    """
    import pandas as pd

    columns: dict[str, list[Any]] = {}
    count = 0
    for _, record in records:
        for key, value in record.items():
            column = columns.get(key)
            if column is None:
                column = columns[key] = []
            column.extend([None] * (count - len(column)))
            column.append(value)
        count += 1
    if not count:
        raise LearnError(f"{where} has only blank lines.", "Export it again with one JSON object on each line.")
    for column in columns.values():
        column.extend([None] * (count - len(column)))
    names = [str(key).strip() for key in columns]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise LearnError(f"{where} has two keys that differ by blanks only: {twice!r}.", "Rename one of the two.")
    # As written: ids stay whole.
    return pd.DataFrame(dict(zip(names, columns.values(), strict=True)), dtype="object", index=range(count))


def whole(text: str) -> int | str:
    """A whole number, as text where 64 bits do not hold it."""
    if len(text) < 19:
        return int(text)
    if len(text) > 20:
        return text
    number = int(text)
    return number if -(1 << 63) <= number < 1 << 63 else text


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"an object has the key {twice!r} twice")
    return record


def _parse(line: str, number: int, where: str, found: Found) -> Any:
    if line.count("[") + line.count("{") > DEEPEST:
        _check_depth(line, f"{where}, line {number}")
    try:
        return json.loads(line, parse_int=whole, object_pairs_hook=_unrepeated)
    except json.JSONDecodeError as error:
        if re.match(r"\s*\{\s*(?:u['\"]|')", line):
            return _literal(line, number, where, found)
        raise LearnError(
            f"{where}, line {number} is not JSON: {error.msg} at character {error.pos + 1} of {shown(line)}.",
            _ONE_PER_LINE,
        ) from None
    except ValueError as error:
        raise LearnError(f"{where}, line {number}: {error}: {shown(line)}.", "Keep one of the two.") from None


def _literal(line: str, number: int, where: str, found: Found) -> Any:
    try:
        value = ast.literal_eval(line.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise LearnError(
            f"{where}, line {number} is neither JSON nor a Python literal: {error}: {shown(line)}.", _ONE_PER_LINE
        ) from None
    found.literals += 1
    return _narrow(value)


def _narrow(value: Any) -> Any:
    """A literal's value as JSON would have given it."""
    if isinstance(value, dict):
        return {str(key): _narrow(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_narrow(one) for one in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    if isinstance(value, int) and not isinstance(value, bool):
        return whole(str(value))
    return value


def _check_depth(text: str, place: str) -> None:
    depth = deepest = 0
    for sign in re.findall(r"[\[\]{}]", _STRING.sub("", text)):
        depth += 1 if sign in "[{" else -1
        deepest = max(deepest, depth)
    if deepest > DEEPEST:
        raise LearnError(
            f"{place} is nested {deepest:,} deep; more than {DEEPEST} is no table.",
            "Remove what is nested, or write it as text.",
        )


def _checked(value: Any, line: str, number: int, where: str, found: Found) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise LearnError(
            f"{where}, line {number} is JSON but not an object: {shown(line)}.",
            "Write one JSON object on each line, or one list of objects around all of them.",
        )
    if "\\ud" in line or "\\uD" in line:
        return _without_surrogates(value, number, found)
    return value


def _without_surrogates(record: dict[str, Any], number: int, found: Found) -> dict[str, Any]:
    hit = False

    def mend(value: Any) -> Any:
        nonlocal hit
        if isinstance(value, str):
            if value.isascii() or not _SURROGATE.search(value):
                return value
            hit = True
            return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value)
        if isinstance(value, dict):
            return {mend(key): mend(one) for key, one in value.items()}
        return [mend(one) for one in value] if isinstance(value, list) else value

    mended: dict[str, Any] = mend(record)
    if hit:
        found.surrogates += 1
        found.first_surrogate = found.first_surrogate or number
    return mended
