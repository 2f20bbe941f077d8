"""Content embeddings brought to a common scale before the projection (numpy only: the app reads it too).

A decoder LLM's vectors point into a narrow cone; standardising spreads the dimensions, whitening also decorrelates
them.
Statistics come from the items of the training period only, so that nothing of a cold-start item reaches the model.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from learn.config import Preprocessing
from learn.errors import LearnError
from learn.scratch import is_large, let_go, scratch

BLOCK = 1 << 17
"""Rows that are looked at together; a catalogue of no more is looked at once."""
SHRINKAGE = 1e-3
"""Added to every eigenvalue at the least, as a share of their mean: directions without variance are not blown up."""


def distinct_rows(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """[m] where each distinct row of ``rows`` ([n, d]) comes first, increasing, and [n] which of them every row is.

    A matrix product may give two equal rows other last bits, by their places in it: items that share a text are read
    once, so that their vectors are equal, and their scores.
    """
    seen: dict[bytes, int] = {}
    place = np.empty(len(rows), dtype=np.int64)
    for number, row in enumerate(np.ascontiguousarray(rows)):
        place[number] = seen.setdefault(hashlib.blake2b(row, digest_size=16).digest(), len(seen))
    return np.unique(place, return_index=True)[1], place


@dataclass(frozen=True)
class ContentPreprocessing:
    """x -> (x - mean) @ matrix, or (x - mean) * scale.

    Attributes:
        mean: [D_llm] float32.
        scale: [D_llm] float32, or None when whitening.
        matrix: [D_llm, D_llm] float32, or None when standardising.
    """

    mean: np.ndarray
    scale: np.ndarray | None = None
    matrix: np.ndarray | None = None

    def apply(self, vectors: np.ndarray) -> np.ndarray:
        """[n, D_llm] content embeddings -> [n, D_llm] float32."""
        if vectors.shape[-1] != len(self.mean):
            raise LearnError(
                f"Content embeddings have {vectors.shape[-1]} dimensions, this Run was trained on {len(self.mean)}.",
                "Use the content store that the Run names (learn runs DATASET shows it), or train again.",
            )
        if is_large(4 * vectors.size):
            return self._apply_in_blocks(vectors)
        centred = vectors.astype(np.float32) - self.mean
        if self.matrix is not None:
            first, place = distinct_rows(centred)
            return (centred[first] @ self.matrix)[place]
        return centred * self.scale

    def _apply_in_blocks(self, vectors: np.ndarray) -> np.ndarray:
        """As `apply`, of what is too large to be held twice: what comes out is a `scratch` array."""
        found = scratch(vectors.shape, np.float32)
        seen: dict[bytes, int] = {}
        for start in range(0, len(vectors), BLOCK):
            centred = vectors[start : start + BLOCK].astype(np.float32) - self.mean
            if self.matrix is None:
                found[start : start + BLOCK] = centred * self.scale
                continue
            found[start : start + BLOCK] = centred @ self.matrix
            for number, row in enumerate(centred, start):  # as `distinct_rows`: equal rows stay equal
                first = seen.setdefault(hashlib.blake2b(row, digest_size=16).digest(), number)
                if first != number:
                    found[number] = found[first]
            let_go(found)
            let_go(vectors)
        return found

    def tensors(self) -> dict[str, np.ndarray]:
        """What preprocessing.safetensors holds."""
        found = {"mean": self.mean, "scale": self.scale, "matrix": self.matrix}
        return {name: value for name, value in found.items() if value is not None}

    @classmethod
    def from_tensors(cls, tensors: dict[str, np.ndarray]) -> ContentPreprocessing:
        """The inverse of `tensors`."""
        found = {name: tensors[name].astype(np.float32) for name in ("mean", "scale", "matrix") if name in tensors}
        return cls(**found)


def fit_preprocessing(
    vectors: np.ndarray,
    kind: Preprocessing,
    shrinkage: float = 0.0,
    wording: float = 0.0,
    differences: np.ndarray | None = None,
    rows: np.ndarray | None = None,
) -> ContentPreprocessing:
    """Statistics of ``vectors`` ([N, D_llm] content embeddings).

    Args:
        kind: what is done.
        rows: [n] which of them are items of the training period, increasing; None: all.
        shrinkage: see `learn.config.PALConfig`. With any, the whole is scaled so that what comes out is as long as of
            whitening without: towers start from the same place.
        wording: see there; above 0 each dimension is standardised first.
        differences: [m, D_llm] what rewording made of items' vectors; needed where ``wording`` is above 0.

    Raises:
        LearnError: no row, or a value that is not finite.
    """
    rows = np.arange(len(vectors)) if rows is None else rows
    if not len(rows) or not all(np.isfinite(part).all() for part in _blocks(vectors, rows)):
        raise LearnError(
            f"Content embeddings of the {len(rows)} training-time items are empty or not finite.",
            "Extract them again: learn extract DATASET.",
        )
    width = vectors.shape[1]
    if kind is Preprocessing.NONE:
        return ContentPreprocessing(np.zeros(width, np.float32), scale=np.ones(width, np.float32))
    if wording and kind is Preprocessing.WHITEN:
        return _whiten_against_wording(vectors[rows].astype(np.float64), shrinkage, wording, differences)
    mean = sum(part.sum(axis=0) for part in _blocks(vectors, rows)) / len(rows)
    if kind is Preprocessing.STANDARDISE:
        deviation = np.sqrt(sum(((part - mean) ** 2).sum(axis=0) for part in _blocks(vectors, rows)) / len(rows))
        scale = np.where(deviation > 0, 1.0 / np.maximum(deviation, 1e-12), 0.0)
        return ContentPreprocessing(mean.astype(np.float32), scale=scale.astype(np.float32))
    values, directions = np.linalg.eigh(_covariance(vectors, rows, mean))
    values = np.maximum(values, 0.0)
    shrunk = values + max(shrinkage, SHRINKAGE) * max(values.mean(), 1e-12)
    if shrinkage > SHRINKAGE:
        shrunk *= (values / shrunk).mean()
    # ZCA: back in the original axes, the rotation that moves the vectors least.
    matrix = (directions / np.sqrt(shrunk)) @ directions.T
    return ContentPreprocessing(mean.astype(np.float32), matrix=matrix.astype(np.float32))


def _blocks(vectors: np.ndarray, rows: np.ndarray) -> Iterator[np.ndarray]:
    """``vectors[rows]`` in float64, `BLOCK` rows at a time."""
    for start in range(0, len(rows), BLOCK):
        yield vectors[rows[start : start + BLOCK]].astype(np.float64)
        let_go(vectors)


def _covariance(vectors: np.ndarray, rows: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """[D_llm, D_llm] of ``vectors[rows]`` around their ``mean``."""
    if len(rows) <= BLOCK:
        return np.atleast_2d(np.cov(vectors[rows].astype(np.float64), rowvar=False, bias=True))
    total = np.zeros((len(mean), len(mean)))
    for part in _blocks(vectors, rows):
        part -= mean
        total += part.T @ part
    return total / len(rows)


def _whiten_against_wording(
    vectors: np.ndarray, shrinkage: float, wording: float, differences: np.ndarray | None
) -> ContentPreprocessing:
    """Whitening by the covariance of the items and, ``wording`` times, of their rewording."""
    if differences is None or not len(differences) or not np.isfinite(differences).all():
        raise LearnError(
            f"pal.wording = {wording:g} needs what rewording makes of items' vectors, and there is none.",
            "Train through learn.train or `learn train`, which read it, or set pal.wording to 0.",
        )
    mean, deviation = vectors.mean(axis=0), vectors.std(axis=0)
    scale = np.where(deviation > 0, 1.0 / np.maximum(deviation, 1e-12), 0.0)
    standard, changes = (vectors - mean) * scale, differences.astype(np.float64) * scale
    covariance = standard.T @ standard / len(standard)
    ridge = max(shrinkage, SHRINKAGE) * max(np.trace(covariance) / len(mean), 1e-12)
    both = covariance + wording * (changes.T @ changes) / len(changes) + ridge * np.eye(len(mean))
    values, directions = np.linalg.eigh(both)
    root = (directions / np.sqrt(np.maximum(values, 1e-12))) @ directions.T
    length = np.sqrt(max(np.trace(root @ covariance @ root) / len(mean), 1e-12))
    return ContentPreprocessing(mean.astype(np.float32), matrix=(scale[:, None] * root / length).astype(np.float32))
