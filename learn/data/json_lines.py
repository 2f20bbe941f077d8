"""One line of JSON from somebody else's file: what Python's own reader takes and nothing later can hold is refused."""

from __future__ import annotations

import json
import re
from typing import Any

_LONGEST_NUMBER = 308  # digits; a longer one is no float
_LONG_NUMBER = re.compile(rb"[0-9]{309}")
_ESCAPED_SURROGATE = re.compile(rb"\\[uU][dD][89a-fA-F]")


def read_line(line: bytes) -> Any:
    r"""The value on ``line``; lone surrogates (``"\ud800"``), which no file can hold as UTF-8, are taken out of texts.

    Raises:
        UnicodeDecodeError: not UTF-8.
        ValueError: not JSON (`json.JSONDecodeError`), nested too deeply, or with a number of over 308 digits.
    """
    text = line.decode("utf-8-sig")
    try:
        value = json.loads(text)
        if _ESCAPED_SURROGATE.search(line):
            value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "ignore"))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if _LONG_NUMBER.search(line) and _has_long_number(value):
        raise ValueError(f"it has a number of more than {_LONGEST_NUMBER} digits")
    return value


def _has_long_number(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_long_number, value.values()))
    if isinstance(value, list):
        return any(map(_has_long_number, value))
    return isinstance(value, int) and abs(value) >= 10**_LONGEST_NUMBER
