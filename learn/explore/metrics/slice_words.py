"""The plain names of the slices of users and items: one table for all pages; the glossary has the paper's words."""

from __future__ import annotations

from collections.abc import Mapping

from learn.data.schema import Slices
from learn.data.slices import ITEM_PREFIX, USER_PREFIX

SLICE_WORDS = {
    Slices.WHOLE: "everybody, every item",
    f"{USER_PREFIX}{Slices.COLD_START}": "new users",
    f"{USER_PREFIX}{Slices.LONG_TAIL}": "users with a short history",
    f"{USER_PREFIX}{Slices.OTHERS}": "users with a long history",
    f"{ITEM_PREFIX}{Slices.COLD_START}": "never-bought items",
    f"{ITEM_PREFIX}{Slices.LONG_TAIL}": "seldom-bought items",
    f"{ITEM_PREFIX}{Slices.OTHERS}": "often-bought items",
}
OF_BOTH = {
    Slices.COLD_START: "new, never bought",
    Slices.LONG_TAIL: "short history, seldom bought",
    Slices.OTHERS: "long history, often bought",
}
"""What users and items of one slice are called together."""


def slice_words(name: str) -> str:
    """A slice in words that need no glossary: "users with a long history" of "user:others"."""
    kind, _, part = name.partition(":")
    return SLICE_WORDS.get(name) or (f"{part} {kind}s" if part else name)


def slice_rules(rules: Mapping[str, str]) -> str:
    """Of `overview.slice_rules`: who and what is in each slice but the last, of users and of items."""
    told = [
        "; ".join(f"{slice_words(f'{kind}{name}')}: {rules[f'{kind}{name}']}" for name in Slices.NAMES[:2])
        for kind in (USER_PREFIX, ITEM_PREFIX)
    ]
    return " ".join(f"{words[0].upper()}{words[1:]}." for words in told)
