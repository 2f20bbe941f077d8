"""Which colour stands for which category, variant, part and slice, on every page and in every figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from learn.data.schema import Slices
from learn.explore.catalogue import OTHER_CATEGORIES
from learn.explore.metrics.overview import PARTS
from learn.explore.metrics.result import BOTH, COUNTS, FOREIGN, LEARNED, UNTRAINED
from learn.item_towers import ITEM_TOWERS
from learn.runs.baselines import BASELINES

# Categories have the hues from orange by green to sky blue; variants (here, in `ITEM_TOWERS` and in `BASELINES`) those
# from blue by violet to red where something was learned, greys where nothing was: on no page does a colour mean both.
# Each has a contrast of 3 on both grounds. The first three, of the largest categories, stay far apart for eyes without
# red or green cones, too: orange and green would not.
CATEGORY_COLOURS = ("#cd5508", "#038bda", "#0ba596", "#ac9307", "#008a00", "#cb816f")
CATEGORY_HUES, VARIANT_HUES = (10, 205), (215, 360)
"""In degrees, from and to."""

REST_COLOUR = "#8b93a0"

SCALE = [[0.0, "rgba(59, 125, 196, 0.06)"], [1.0, "rgba(59, 125, 196, 1)"]]
"""For quantities from 0 up: from the page's own colour to blue."""
DIVERGING = [[0.0, "rgba(224, 138, 30, 1)"], [0.5, "rgba(128, 132, 140, 0.08)"], [1.0, "rgba(59, 125, 196, 1)"]]
"""For quantities on both sides of 0: orange below, blue above."""

TOWER_SYMBOLS = ("circle", "triangle-down", "hourglass", "bowtie")
"""Of the paper's towers, in their order."""
BASELINE_SYMBOLS = ("square", "diamond", "cross", "triangle-up", "pentagon", "star", "octagon", "hexagon", "x")
"""Of baselines, in their order."""
_SPARE_SYMBOLS = (
    "star-diamond",
    "star-triangle-up",
    "hexagram",
    "diamond-tall",
    "star-square",
    "diamond-wide",
    "square-open",
)
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")

_SPARE_COLOURS = ("#cf4fc0", "#57708f", "#8a4cbc", "#6f7fe8", "#bb3a6a", "#a04a8a")

CHANGE_COLOURS = (
    "#b5331c", "#cf5a1e", "#e07f2a", "#dc9c34", "#bfae52", "#9db573",
    "#78b094", "#58a1b1", "#4489bd", "#3b6fb8", "#4a58ae",
)  # fmt: skip
"""From nothing kept to all kept, in eleven steps; every step is told apart on white and on near-black."""
CROSSED_COLOURS = ("#8b93a0", "#d4622f")
"""Of what stayed among its kind, and of what went elsewhere."""

PART_COLOURS = dict(zip(PARTS, ("#7fa3cf", "#e0b04a", "#d4622f"), strict=True))

SLICE_COLOURS = {Slices.COLD_START: "#56a7d9", Slices.LONG_TAIL: "#e08a1e", Slices.OTHERS: REST_COLOUR}


def category_colours(category_order: Sequence[str]) -> dict[str, str]:
    """Category -> colour: the most frequent have one of `CATEGORY_COLOURS` each, every other is grey."""
    colours = dict.fromkeys(category_order, REST_COLOUR)
    colours.update(zip(category_order[: len(CATEGORY_COLOURS)], CATEGORY_COLOURS, strict=False))
    colours[OTHER_CATEGORIES] = REST_COLOUR
    return colours


def category_legend(shown: Iterable[str], category_order: Sequence[str]) -> list[tuple[str, str, list[str]]]:
    """What the colours of ``shown`` mean: (words, colour, its categories), the most frequent category first.

    Categories without a colour of their own are one entry, the last.
    """
    colours, present = category_colours(category_order), set(shown)
    own = [name for name in category_order if name in present and colours[name] != REST_COLOUR]
    rest = sorted(present.difference(own))
    entries = [(name, colours[name], [name]) for name in own]
    return entries + ([(OTHER_CATEGORIES, REST_COLOUR, rest)] if rest else [])


def variant_colour(variant: str) -> str | None:
    """The colour of an item tower or a baseline, by its code; None for one that has none, and for anything else."""
    entry = ITEM_TOWERS.get(variant) or BASELINES.get(variant)
    return None if entry is None else entry.colour


def variant_symbol(variant: str) -> str:
    """The mark of a variant's dots: one of its own for each of the first towers and baselines; a spare one for others.

    A colour alone is not told apart by everybody, and the greys of the baselines by nobody.
    """
    for entries, symbols in ((ITEM_TOWERS, TOWER_SYMBOLS), (BASELINES, BASELINE_SYMBOLS)):
        codes = list(entries)
        if variant in codes and codes.index(variant) < len(symbols):
            return symbols[codes.index(variant)]
    return _SPARE_SYMBOLS[0]


KIND_COLOURS = {
    COUNTS: "#76869d",
    LEARNED: variant_colour("b") or REST_COLOUR,
    BOTH: "#cf4fc0",
    UNTRAINED: variant_colour("without-align") or REST_COLOUR,
    FOREIGN: REST_COLOUR,
}
"""Of what a Run goes by (`learn.explore.metrics.result.kind_words`), where kinds are drawn and not single Runs."""


def run_symbols(runs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Run name -> mark, from (name, variant) pairs: a variant's own for its first Run, then spare ones in turn."""
    symbols: dict[str, str] = {}
    for name, variant in runs:
        taken = set(symbols.values())
        free = [symbol for symbol in (variant_symbol(variant), *_SPARE_SYMBOLS) if symbol not in taken]
        symbols[name] = free[0] if free else variant_symbol(variant)
    return symbols


def run_colours(runs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Run name -> colour, from (name, variant) pairs: a variant's own for its first Run, then spare ones in turn."""
    colours: dict[str, str] = {}
    for name, variant in runs:
        wanted = variant_colour(variant)
        free = [colour for colour in _SPARE_COLOURS if colour not in colours.values()]
        if wanted is None or wanted in colours.values():
            wanted = free[0] if free else REST_COLOUR
        colours[name] = wanted
    return colours
