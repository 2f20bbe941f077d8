"""One binary message with everything that the browser needs: a JSON header, then plain arrays."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import numpy as np

LONGEST_TITLE = 300


def text_array(lines: Iterable[object]) -> np.ndarray:
    """uint8 of UTF-8: a line each, runs of white space as one space, at most `LONGEST_TITLE` characters."""
    text = "\n".join(" ".join(str(line).split())[:LONGEST_TITLE] for line in lines)
    return np.frombuffer(text.encode("utf-8", "replace"), np.uint8)


def pack_points(header: dict[str, Any], arrays: dict[str, np.ndarray], titles: Iterable[object]) -> bytes:
    """One message with everything that stays the same while the maps are looked at.

    Layout: the header's length (uint32, little-endian), the header as JSON, then the arrays, each at a multiple of 4
    bytes; the header's ``arrays`` says name, type, offset and count. Titles are one UTF-8 array, a line each.

    Args:
        header: JSON values.
        arrays: uint8, uint16, uint32 or float32.
        titles: [n] text.
    """
    parts = {**arrays, "titles": text_array(titles)}
    # The header's own length depends on the offsets in it: written with room to spare, filled with spaces.
    described = [{"name": name, "type": str(part.dtype), "count": part.size} for name, part in parts.items()]
    room = len(json.dumps({**header, "arrays": [{**one, "offset": 2**31} for one in described]}).encode())
    start = 4 + room + (-room) % 4
    at = start
    for one, part in zip(described, parts.values(), strict=True):
        one["offset"] = at
        at += part.nbytes + (-part.nbytes) % 4
    head = json.dumps({**header, "arrays": described}).encode().ljust(start - 4)
    chunks = [np.uint32(len(head)).tobytes(), head]
    for part in parts.values():
        chunks += [
            np.ascontiguousarray(part).astype(part.dtype.newbyteorder("<")).tobytes(),
            b"\0" * ((-part.nbytes) % 4),
        ]
    return b"".join(chunks)


def smallest_codes(codes: np.ndarray) -> np.ndarray:
    """``codes`` (0 and up) in the smallest type that the browser reads and that holds them."""
    highest = int(codes.max(initial=0))
    return codes.astype(np.uint8 if highest < 2**8 else np.uint16 if highest < 2**16 else np.uint32)
