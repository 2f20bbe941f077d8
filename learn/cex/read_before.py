"""Texts that the same LLM has read for another dataset of the workspace are taken from there, not read again.

A catalogue under a second name, with another split or one field corrected, costs the texts that differ.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from learn.cex.store import COMPACT, ContentStore, text_hash
from learn.errors import LearnError

_NONE = np.zeros(0, np.float32)


def take_read_before(store: ContentStore, prompts: Sequence[str]) -> set[bytes]:
    """Copies into ``store`` what of ``prompts``, distinct ones that it lacks, a store of the same key beside it has.

    Packed copies are no source: their vectors are not quite those that the LLM gave. Of a store that is damaged what is
    whole is taken.

    Returns:
        The hashes of the texts that were taken.
    """
    missing, own = dict.fromkeys(prompts), store.folder
    for folder in sorted(own.parents[1].glob(f"*/{own.name}")):
        if folder == own or not missing:
            continue
        texts, vectors, lengths = _of_theirs(folder, list(missing))
        if texts:
            store.append(texts, vectors, lengths)
            for text in texts:
                del missing[text]
    return {text_hash(text) for text in prompts if text not in missing}


def _of_theirs(folder: Path, wanted: list[str]) -> tuple[list[str], np.ndarray, np.ndarray]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is damaged there is said when that dataset is opened
        try:
            theirs = ContentStore(folder)
            rows, vectors, lengths = ({}, _NONE, _NONE) if COMPACT in theirs.settings else theirs.load()
        except LearnError:
            return [], _NONE, _NONE
    texts = [text for text in wanted if text_hash(text) in rows]
    places = np.array([rows[text_hash(text)] for text in texts], dtype=np.int64)
    return texts, vectors[places], lengths[places]
