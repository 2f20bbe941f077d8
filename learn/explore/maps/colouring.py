"""What the points of a map are coloured by: every item gets one of a few named, coloured groups.

One entry of `COLOURINGS` each. To add one, copy this to the end of this file, and nothing else:

    def _by_length(catalogue: Catalogue, items: np.ndarray, counts: np.ndarray) -> Colouring:
        lengths = np.array([len(title) for title in catalogue.titles[items]], dtype=float)
        return _ramp(lengths, lengths > 0, "no title", REST_COLOUR, _range_words)
    COLOURINGS.register(ColouringRule("length of the title", _by_length))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from learn.explore.catalogue import OTHER_CATEGORIES, Catalogue
from learn.explore.colours import CATEGORY_COLOURS, REST_COLOUR, category_colours
from learn.registry import Registry

RAMP = ("#5b6bbf", "#3f8fc0", "#35a79c", "#7fb65a", "#d9ad2c", "#e06a2c")
"""From little to much; every step is told apart on white and on near-black."""
COLD_COLOUR, WARM_COLOUR = "#e0452f", "#7f9bc4"


@dataclass(frozen=True)
class Colouring:
    """Groups of items.

    Attributes:
        codes: [M] uint8, the group of each item.
        names, colours: of each group; counts: how many items it has.
    """

    codes: np.ndarray
    names: list[str]
    colours: list[str]

    @property
    def counts(self) -> list[int]:
        """How many items each group has."""
        return np.bincount(self.codes, minlength=len(self.names)).tolist()


def colouring(name: str, catalogue: Catalogue, items: np.ndarray, training_counts: np.ndarray) -> Colouring:
    """The `Colouring` called ``name`` (of `COLOURINGS`) of ``items`` ([M] indices); groups without items are left out.

    Args:
        training_counts: [N] training interactions of every item.

    Raises:
        LearnError: there is none of that name; those there are are named.
    """
    return COLOURINGS[name].groups(catalogue, items, training_counts[items])


@dataclass(frozen=True)
class ColouringRule:
    """A way to colour items.

    Attributes:
        code: what people choose, and what links carry.
        groups: (catalogue, items [M], their training interactions [M]) -> `Colouring`.
    """

    code: str
    groups: Callable[[Catalogue, np.ndarray, np.ndarray], Colouring]


def _by_category(catalogue: Catalogue, items: np.ndarray, counts: np.ndarray) -> Colouring:
    colours = category_colours(catalogue.category_order)
    own = [one for one in catalogue.category_order if colours[one] != REST_COLOUR]
    return _named(catalogue.categories[items], own, [colours[one] for one in own], OTHER_CATEGORIES)


def _by_brand(catalogue: Catalogue, items: np.ndarray, counts: np.ndarray) -> Colouring:
    order = list(catalogue.brand_order[: len(CATEGORY_COLOURS)])
    brands = np.where(catalogue.brands[items] == "", "no brand", catalogue.brands[items])
    return _named(brands, [*order, "no brand"], [*CATEGORY_COLOURS[: len(order)], "#c3c8d0"], "other brands")


def _by_price(catalogue: Catalogue, items: np.ndarray, counts: np.ndarray) -> Colouring:
    prices = catalogue.prices[items]
    return _ramp(prices, np.isfinite(prices), "no price", REST_COLOUR, lambda low, high: f"{low:,.2f} to {high:,.2f}")


def _by_popularity(catalogue: Catalogue, items: np.ndarray, counts: np.ndarray) -> Colouring:
    return _ramp(counts.astype(float), counts > 0, "cold start: none in training", COLD_COLOUR, _range_words)


def _by_warmth(catalogue: Catalogue, items: np.ndarray, counts: np.ndarray) -> Colouring:
    names = ["cold start: nobody had it in training", "warm"]
    return _compact(Colouring((counts > 0).astype(np.uint8), names, [COLD_COLOUR, WARM_COLOUR]))


COLOURINGS: Registry[ColouringRule] = Registry(
    "colouring",
    ColouringRule("category", _by_category),
    ColouringRule("brand", _by_brand),
    ColouringRule("price", _by_price),
    ColouringRule("popularity", _by_popularity),
    ColouringRule("cold or warm", _by_warmth),
)


def _range_words(low: float, high: float) -> str:
    return f"{low:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"


def _named(values: np.ndarray, names: Sequence[str], colours: Sequence[str], rest: str) -> Colouring:
    found = pd.Index(names).get_indexer(pd.Index(values.astype(object)))
    codes = np.where(found < 0, len(names), found).astype(np.uint8)
    return _compact(Colouring(codes, [*names, rest], [*colours, REST_COLOUR]))


def _ramp(
    values: np.ndarray, known: np.ndarray, missing: str, missing_colour: str, words: Callable[[float, float], str]
) -> Colouring:
    """Groups of about equal size from low to high, and one of what has no value."""
    codes = np.full(len(values), len(RAMP), dtype=np.uint8)
    names = [""] * len(RAMP)
    if known.any():
        inside = values[known]
        edges = np.unique(np.quantile(inside, np.linspace(0, 1, len(RAMP) + 1)[1:-1]))
        codes[known] = np.searchsorted(edges, inside, side="left")
        for code in np.unique(codes[known]):
            group = values[codes == code]
            names[code] = words(group.min(), group.max())
    return _compact(Colouring(codes, [*names, missing], [*RAMP, missing_colour]))


def _compact(made: Colouring) -> Colouring:
    """Without groups that nobody is in."""
    used = np.unique(made.codes)
    codes = np.searchsorted(used, made.codes).astype(np.uint8)
    return Colouring(codes, [made.names[code] for code in used], [made.colours[code] for code in used])
