"""Which maps the Atlas shows at first, what it says of them, and the file that can be sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from learn.explore.atlas.html import single_file
from learn.explore.maps.item_maps import ItemMap, K
from learn.explore.maps.spaces import Space

_MOST_TELLING = "b"
"""The tower whose space differs most from the LLM's: it was trained on what people buy together, item by item."""


def first_pair(spaces: Sequence[Space]) -> tuple[str, str]:
    """The names of the two spaces that are compared before anybody chose: the LLM's view and tower (b)'s."""
    content = next((space for space in spaces if space.is_content), spaces[0])
    others = [space for space in spaces if space.name != content.name] or [content]
    telling = next((space for space in others if space.run.info.variant == _MOST_TELLING), others[-1])
    return content.name, telling.name


def about_maps(maps: Sequence[ItemMap], n_items: int) -> list[str]:
    """Sentences on what is shown and how far it can be trusted."""
    shown = len(maps[0].items)
    which = f"All {n_items:,} items are shown."
    if shown < n_items:
        which = (
            f"Shown are {shown:,} of {n_items:,} items: a random sample in which every category, and cold and warm "
            "items, have their share. Neighbours are looked for among them."
        )
    near = ", ".join(f"{found.trust.mean():.1f}" for found in maps)
    return [
        which,
        f"Each map is a {maps[0].method.upper()} drawing of a space with far more than two dimensions. Items that lie "
        "together are alike there; how far apart two far groups lie says little.",
        f"Of an item's {K} true nearest, {near} on average lie near it on its map (one figure a space). Lists and lines "
        "are always of the true ones; a line is dashed where the map has that item elsewhere.",
    ]


def atlas_file(points: bytes, drawn: dict[str, Any], dataset: str) -> bytes:
    """The Atlas of ``dataset`` as one HTML file; of ``drawn`` it takes what needs no server."""
    kept = {name: drawn[name] for name in ("version", "spaces", "about")}
    initial = {name: drawn["initial"][name] for name in ("before", "after", "maps", "colour")}
    return single_file(points, {**kept, "initial": initial}, f"Atlas of {dataset}").encode()
