"""How large well-known datasets are as published, so that a copy that lost rows on its way is seen."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

COUNTED = ("users", "items", "interactions")
TOLERANCE = 0.001  # share by which a count may differ and still be the same: releases are corrected by a few rows


@dataclass(frozen=True)
class Published:
    """One release of a dataset.

    Attributes:
        label: what people call it.
        names: regular expressions; one that is found in a dataset's or a file's name suggests it.
        users, items, interactions: as its publishers count them.
        items_used: items that have an interaction, where the publishers count that too.
    """

    label: str
    names: str
    users: int
    items: int
    interactions: int
    items_used: int | None = None

    def to_json(self) -> dict[str, Any]:
        """As a report's facts hold it."""
        return {"label": self.label, "items_used": self.items_used} | {one: getattr(self, one) for one in COUNTED}


def _amazon_2014(category: str, users: int, items: int, interactions: int) -> Published:
    words = category.lower().replace(" ", "-")
    return Published(f"Amazon {category}, 2014, 5-core", rf"reviews-{words}-5\b", users, items, interactions)


def _amazon_2018(category: str, users: int, items: int, interactions: int) -> Published:
    """As RecFormer's authors prepared it (Li et al., 2023, Table 1)."""
    return Published(f"Amazon {category}, RecFormer's", rf"recformer.*{category.lower()}", users, items, interactions)


PUBLISHED = (
    Published("MovieLens 100K", r"ml-?100k|movielens-?100k", 943, 1_682, 100_000),
    Published("MovieLens 1M", r"ml-?1m\b|movielens-?1m\b", 6_040, 3_883, 1_000_209, 3_706),
    Published("MovieLens 10M", r"ml-?10m|movielens-?10m", 69_878, 10_681, 10_000_054, 10_677),
    Published("MovieLens 20M", r"ml-?20m|movielens-?20m", 138_493, 27_278, 20_000_263, 26_744),
    Published("MovieLens 25M", r"ml-?25m|movielens-?25m", 162_541, 62_423, 25_000_095, 59_047),
    Published("MovieLens 32M", r"ml-?32m|movielens-?32m", 200_948, 87_585, 32_000_204, 84_432),
    Published("MovieLens latest-small", r"ml-?latest-?small", 610, 9_742, 100_836, 9_724),
    _amazon_2014("Beauty", 22_363, 12_101, 198_502),
    _amazon_2014("Sports and Outdoors", 35_598, 18_357, 296_337),
    _amazon_2014("Toys and Games", 19_412, 11_924, 167_597),
    _amazon_2014("Video Games", 24_303, 10_672, 231_780),
    _amazon_2014("Office Products", 4_905, 2_420, 53_258),
    _amazon_2014("Digital Music", 5_541, 3_568, 64_706),
    _amazon_2014("Musical Instruments", 1_429, 900, 10_261),
    _amazon_2014("Cell Phones and Accessories", 27_879, 10_429, 194_439),
    _amazon_2014("Grocery and Gourmet Food", 14_681, 8_713, 151_254),
    _amazon_2014("Baby", 19_445, 7_050, 160_792),
    _amazon_2018("Scientific", 11_041, 5_327, 76_896),
    _amazon_2018("Instruments", 27_530, 10_611, 231_312),
    _amazon_2018("Arts", 56_210, 22_855, 492_492),
    _amazon_2018("Office", 101_501, 27_932, 798_914),
    _amazon_2018("Games", 11_036, 15_402, 100_255),
    _amazon_2018("Pet", 47_569, 37_970, 420_662),
    Published("Yelp's open dataset", r"yelp", 1_987_897, 150_346, 6_990_280),
    Published("Steam's reviews", r"\bsteam", 2_567_538, 15_474, 7_793_069),
    Published("Book-Crossing", r"book-?crossing|\bbx-", 278_858, 271_379, 1_149_780),
    Published("RetailRocket", r"retail-?rocket", 1_407_580, 417_053, 2_756_101, 235_061),
    Published("H&M", r"\bh-?(and-?|n-?|&)m\b|\bhm\b", 1_371_980, 105_542, 31_788_324),
    Published("MIND (large)", r"\bmind-?large|\bmind\b", 1_000_000, 161_013, 24_155_470),
)


def find_published(names: Iterable[str], users: int, items: int, interactions: int) -> Published | None:
    """The release that a dataset's size is, or else that one of its names suggests.

    Args:
        names: of the dataset and of its files and their folder.
        users, items, interactions: what was read; two of the three, the interactions among them, say which it is.
    """
    counts = {"users": users, "items": items, "interactions": interactions}
    for one in PUBLISHED:
        same = [name for name in COUNTED if same_count(one, name, counts[name])]
        if len(same) >= 2 and "interactions" in same:
            return one
    texts = [re.sub(r"[_\s]+", "-", name.lower()) for name in names]
    return next((one for one in PUBLISHED if any(re.search(one.names, text) for text in texts)), None)


def same_count(published: Published, name: str, count: int) -> bool:
    """Whether ``count`` is what was published under ``name``, one of COUNTED."""
    expected = [getattr(published, name), published.items_used if name == "items" else None]
    return any(one is not None and abs(count - one) <= TOLERANCE * one for one in expected)


def differing(stored: dict[str, Any], counts: dict[str, int]) -> list[str]:
    """Those of COUNTED in which a dataset differs from the release that its facts hold (`Published.to_json`)."""
    users, items, interactions = (int(stored[name]) for name in COUNTED)
    published = Published(stored["label"], "", users, items, interactions, stored.get("items_used"))
    return [name for name in COUNTED if not same_count(published, name, counts[name])]
