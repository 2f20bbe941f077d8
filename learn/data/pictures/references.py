"""What a cell of a column of pictures names: one file or one web address."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from learn.data.cells import MISSING_WORDS, read_lists, text_of_bytes, visible

_KEYS = ("large", "hi_res", "url", "src", "path", "file", "name", "thumb", "image")
"""Where an object keeps the address of a picture, the best first."""
_LOOKS = re.compile(r"^(https?:)?//|^data:image/|^file:|\.(png|jpe?g|jfif|webp|gif)(\?.*)?$|[/\\]\W{0,200}\w", re.I)
_SEVERAL = re.compile(r"(?<!\s)\s*[|;\n]\s*|(?<!\s)\s*,\s*(?=https?://)|(?<!\s)\s+(?=https?://)")


def references(raw: pd.Series) -> pd.Series:
    """[n] str or missing: the first picture that each cell names; lists and objects, printed ones too, are looked into.

    Args:
        raw: [n] cells of any type.
    """
    found = [_first(value) for value in read_lists(list(raw.astype("object")), True)]
    return pd.Series(found, index=raw.index, dtype="str")


def _first(value: Any) -> str | None:
    if isinstance(value, dict):
        return next((one for key in _KEYS if (one := _first(value.get(key)))), None)
    if isinstance(value, (list, tuple, np.ndarray)):
        return next((one for part in value if (one := _first(part))), None)
    if isinstance(value, (bytes, bytearray)):
        return "bytes in the table" if b"\0" in value else _first(text_of_bytes(value.decode("utf-8", "replace")))
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return None
    text = next((part for part in _SEVERAL.split(visible(str(value)).strip()) if part), "")
    return None if not text or text in MISSING_WORDS else text


def looks_like_picture(reference: str) -> bool:
    """Whether a text has the form of a web address or of a picture file's name."""
    return bool(_LOOKS.search(reference))


def is_web(reference: str) -> bool:
    """Whether it is an address to call, with or without its scheme."""
    return bool(re.match(r"(https?:)?//", reference, re.I))
