"""One interface to "the k best items for these users", whatever searches behind it."""

from __future__ import annotations

import os

import numpy as np

from learn.errors import LearnError
from learn.retrieval.base import Index, IndexKind
from learn.retrieval.kinds import INDEXES, Kind

INDEX_VARIABLE = "LEARN_INDEX"
"""The environment variable that says what finds the items where a command does not."""


def build_index(
    kind: IndexKind | str, item_vectors: np.ndarray, queries: np.ndarray | None = None, name: str = "items"
) -> Index:
    """An index of ``kind`` over [N, d] ``item_vectors``; FAISS and Milvus are imported only for their own kinds.

    Args:
        kind: a code of `learn.retrieval.kinds.INDEXES`, or ``milvus@PLACE`` with a folder or a server's address.
        queries: [Q, d] like those that will come, by which an approximate index chooses how far it looks.
        name: what the items are called at a place that holds others' too.

    Raises:
        LearnError: no such kind, no item, or vectors that are not finite.
    """
    entry, place = named_kind(kind)
    return entry.build(item_vectors, queries, place, name)


def named_kind(kind: IndexKind | str) -> tuple[Kind, str]:
    """The entry that ``kind`` names, and its place ("" where none is given).

    Raises:
        LearnError: no such kind, a place for a kind that has none, or none for one that needs it.
    """
    code, at, place = str(kind).partition("@")
    entry = INDEXES[code]
    if bool(place) != entry.placed or (at and not place):
        needs = "needs a place" if entry.placed else "has no place"
        raise LearnError(f"Index {str(kind)!r}: {code} {needs}.", "Write it like ivf, or milvus@FOLDER-OR-ADDRESS.")
    return entry, place


def checked_kind(kind: IndexKind | str) -> str:
    """``kind`` as it is, after the checks of `named_kind`."""
    named_kind(kind)
    return str(kind)


def chosen_kind(kind: str | None = None) -> str:
    """``kind``, else $LEARN_INDEX, else "exact".

    Raises:
        LearnError: see `named_kind`.
    """
    return checked_kind(kind or os.environ.get(INDEX_VARIABLE) or IndexKind.EXACT)
