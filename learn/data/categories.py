"""What kind of thing an item is: a path of levels, coarsest first, or tags in any order; one rule for all who group.

A path has a tree: the same few names begin it and stand nowhere else in it. Tags ("Diners, Greek, Restaurants",
"Action|Comedy") have none: a name stands now first, now last. Of an item's tags the *most telling* stands for it in
maps, slices and colours: a tag that more than a quarter of the items have says little, of the others the one that most
items have says most; where all its tags are that common, the rarest of them; of equals the first in the alphabet.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from learn.data.notes import Note
from learn.data.schema import Items

COMMON_SHARE = 0.25
"""A tag that more of the items have says little."""

# Where a name stands, over all cells: in a tree, nine times in ten at one depth; tags wander.
_ROOTED = 0.85
_MANY = 0.1  # share of the cells that hold more than one name, for there to be tags at all
_LEAST_PATHS = 4  # fewer different ones show no tree
_SEPARATORS = {">": r"\s*>\s*", "|": r"\s*\|\s*", ";": r"\s*;\s*", ",": r",\s+"}
_TIGHT_COMMA = r",(?=\S)"  # where names are parted by "," alone, a ", " belongs to a name
_DOTTED = re.compile(r"[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*")


@dataclass(frozen=True)
class Kinds:
    """A column of categories, understood.

    Attributes:
        text: [n] str or missing: paths joined by `Items.CATEGORY_SEPARATOR`, tags by ", ".
        telling: [n] the most telling tag, missing where there is none; None: these are paths.
        notes: what was decided.
    """

    text: pd.Series
    telling: pd.Series | None
    notes: tuple[Note, ...] = ()


def read_categories(category: pd.Series) -> Kinds:
    """Tells tags from paths.

    Args:
        category: [n] clean text or missing; parts of lists are joined by `Items.CATEGORY_SEPARATOR`.
    """
    given = category.dropna()
    mark = _separator(given)
    if mark is None:
        return _dotted(category, given)
    tight = mark == "," and given.str.contains(_TIGHT_COMMA).mean() >= _MANY
    pattern = _TIGHT_COMMA if tight else _SEPARATORS[mark]
    cells = [[part.strip() for part in re.split(pattern, text) if part.strip()] for text in given]
    if not _are_tags(cells):
        if mark in (">", ",") or not _are_paths(cells, mark):
            return Kinds(category, None)
        paths = pd.Series([Items.CATEGORY_SEPARATOR.join(parts) for parts in cells], index=given.index, dtype="str")
        said = f"Categories such as {given.iloc[0]!r:.80} are read as levels: {paths.iloc[0]!r:.80}."
        return Kinds(paths.reindex(category.index), None, (Note(said),))
    cells = [list(dict.fromkeys(parts)) for parts in cells]
    telling = pd.Series(_most_telling(cells), index=given.index, dtype="str")
    joint = " | " if any("," in part for parts in cells for part in parts) else ", "
    text = pd.Series([joint.join(parts) for parts in cells], index=given.index, dtype="str")
    said = (
        f"The categories are tags in any order, such as {text.iloc[0]!r:.80}, not levels: {text.nunique():,} "
        f"different combinations of {len({part for parts in cells for part in parts}):,} tags. Maps, slices and "
        f"colours go by the most telling tag of each item ({telling.nunique():,} different; here "
        f"{telling.iloc[0]!r:.40})."
    )
    return Kinds(text.reindex(category.index), telling.reindex(category.index), (Note(said),))


def category_levels(items: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """The coarsest category of every item, and the rest of it; "" where there is none.

    The most telling tag is an item's coarsest and only level where its category is made of tags.

    Args:
        items: [n] columns of a Dataset's items.
    """
    blank = pd.Series("", index=items.index, dtype=object)
    column = Items.TELLING if Items.TELLING in items else Items.CATEGORY
    if column not in items:
        return blank, blank
    text = items[column].astype(object).where(items[column].notna(), "").astype(str).str.strip()
    if column == Items.TELLING:
        return text.astype(object), blank
    levels = text.str.split(Items.CATEGORY_SEPARATOR, n=1, regex=False)
    return levels.str[0].astype(object), levels.str[1].astype(object).fillna("")


def category_groups(items: pd.DataFrame) -> np.ndarray:
    """[n, 2] int64: a number for the coarsest category of every item, and one for its whole category; items without
    one are a group of their own.

    Args:
        items: [n] columns of a Dataset's items.
    """
    coarse, rest = category_levels(items)
    fine = coarse + Items.CATEGORY_SEPARATOR + rest
    return np.stack([pd.factorize(coarse)[0], pd.factorize(fine)[0]], axis=1).astype(np.int64)


def tags_between_blanks(category: pd.Series) -> pd.Series:
    """Names in a row ("Action Comedy"), as sequences of tokens are written, as tags joined by ", "; else as it is.

    They are tags where few names make many combinations; names of several words are not taken apart.

    Args:
        category: [n] text or missing.
    """
    given = category.dropna().astype(str)
    cells = [text.split() for text in given]
    counts = Counter(part for parts in cells for part in parts)
    if given.str.contains(r"[,>|;'\"&]").mean() > 0.5 or len(counts) >= len(set(given)) or not _are_tags(cells):
        return category
    return pd.Series([", ".join(parts) for parts in cells], index=given.index, dtype=object).reindex(category.index)


def _separator(given: pd.Series) -> str | None:
    """The first of the separators that a tenth of the cells have; None: each cell is one name."""
    for mark in _SEPARATORS:
        if len(given) and given.str.contains(mark, regex=False).mean() >= _MANY:
            return mark
    return None


def _are_tags(cells: list[list[str]]) -> bool:
    """Whether names stand at any place of a cell and are shared by different cells."""
    several = [parts for parts in cells if len(parts) > 1]
    if len(several) < max(_MANY * len(cells), 3):
        return False
    first = Counter(parts[0] for parts in cells)
    later = Counter(part for parts in cells for part in parts[1:])
    both = {name: (first[name], later[name]) for name in first.keys() | later.keys()}
    shared = {name: pair for name, pair in both.items() if sum(pair) > 1}  # a name that comes once tells nothing
    total = sum(map(sum, shared.values()))
    if not total:
        return False
    rooted = sum(max(pair) for pair in shared.values()) / total
    wandering = sum(sum(pair) for pair in shared.values() if min(pair)) / total
    return rooted < _ROOTED and wandering > 1 - _ROOTED


def _are_paths(cells: list[list[str]], mark: str) -> bool:
    """Whether cells that are no tags are paths: few beginnings that each branch. Commas also stand in plain names."""
    paths = {tuple(parts) for parts in cells}
    roots = {parts[0] for parts in paths}
    if mark == ".":
        return len(roots) < len(paths)
    deep = sum(len(parts) > 1 for parts in cells) / len(cells)
    return deep >= 0.5 and len(roots) * 2 <= len(paths) >= _LEAST_PATHS


def _dotted(category: pd.Series, given: pd.Series) -> Kinds:
    """ "electronics.audio.headphone" as levels, where all cells are written so and most have levels."""
    if not len(given) or not given.map(lambda text: bool(_DOTTED.fullmatch(text))).all():
        return Kinds(category, None)
    cells = [text.split(".") for text in given]
    if any(part.isdecimal() for parts in cells for part in parts) or not _are_paths(cells, "."):
        return Kinds(category, None)
    paths = given.str.replace("_", " ", regex=False).str.replace(".", Items.CATEGORY_SEPARATOR, regex=False)
    said = f"Categories such as {given.iloc[0]!r:.80} are read as levels: {paths.iloc[0]!r:.80}."
    return Kinds(paths.reindex(category.index), None, (Note(said),))


def _most_telling(cells: list[list[str]]) -> list[str]:
    """Of every cell's tags the one that this file's head describes."""
    counts = Counter(part for parts in cells for part in parts)
    common = max(COMMON_SHARE * len(cells), 1)

    def place(tag: str) -> tuple[bool, int, str]:
        n = counts[tag]
        return (n > common, n if n > common else -n, tag)

    places = {tag: place(tag) for tag in counts}
    return [min(parts, key=places.__getitem__) for parts in cells]
