"""Links of rows that the browser makes: one pattern for every item."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode

from app.shared import url


def for_any_item(links: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Links of one item with "{item}" in the place of its id, so that the browser can make those of every other."""
    found = []
    for link in links:
        path, _, query = link["href"].partition("?")
        pairs = [(key, "{item}" if key == url.ITEM else value) for key, value in parse_qsl(query)]
        found.append(link | {"href": f"{path}?{urlencode(pairs, safe='{}')}"})
    return found
