"""The linked maps: a component of our own, so that pointing, lassoing and zooming need no trip to the server."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

_PANES = Path(__file__).resolve().parent / "panes"
_FILES = ("points", "grid", "camera", "paint", "labels", "lasso", "star", "dom", "pane", "input", "toolbar", "explorer")
KEY = "maps_view"
LONGEST_TITLE = 300

_mount = st.components.v2.component(
    "learn_maps",
    html='<div class="maps"></div>',
    css=(_PANES / "panes.css").read_text(encoding="utf-8"),
    js="\n".join((_PANES / f"{name}.js").read_text(encoding="utf-8") for name in _FILES),
)


def pack_points(header: dict[str, Any], arrays: dict[str, np.ndarray], titles: np.ndarray) -> bytes:
    """One message with everything that stays the same while the maps are looked at.

    Layout: the header's length (uint32, little-endian), the header as JSON, then the arrays, each at a multiple of 4
    bytes; the header's ``arrays`` says name, type, offset and count. Titles are one UTF-8 array, a line each.

    Args:
        header: JSON values.
        arrays: uint8, uint16, uint32 or float32.
        titles: [n] text.
    """
    lines = "\n".join(" ".join(str(title).split())[:LONGEST_TITLE] for title in titles)
    parts = {**arrays, "titles": np.frombuffer(lines.encode("utf-8", "replace"), np.uint8)}
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


def unpack_mask(text: str, n: int) -> np.ndarray:
    """[n] bool from the component's selection: base64 of one bit a point."""
    bits = np.unpackbits(np.frombuffer(base64.b64decode(text), np.uint8))
    return bits[:n].astype(bool)


def show_maps(
    points: bytes, drawn: dict[str, Any], picked: Callable[[], None] | None = None, key: str = KEY
) -> dict[str, Any] | None:
    """Draws the panes; returns what the component was told: its ``lasso``.

    Two instances: one brings the points, and is sent again only when they change; the other the little that does
    change. ``picked`` is called when an item is clicked; ``st.session_state[key].picked`` is then its point.
    """
    result = _mount(key=key, data=drawn, on_picked_change=picked or _kept, on_lasso_change=_kept)
    _mount(key=f"{key}_points", data=points)
    return result


def _kept() -> None:
    """What the component tells is read from its result, or not at all."""
