"""(A'A + lambda I)^-1 for a tall or a wide A [M, N], by the smaller of its two sides."""

from __future__ import annotations

from typing import Any

import numpy as np

from learn.errors import LearnError
from learn.evaluation.references.base import CannotFit

MOST = 25_000
"""The smaller side at the most: its inverse is then 2.5 GB in float32, and half as much again while it is made."""

_PRECISE = 6_000  # up to this side in float64


def gram_of(rows: Any) -> np.ndarray:
    """A A' or A'A of sparse A ([M, N], users by items), the smaller: what its inverses have in common.

    Raises:
        CannotFit: both sides are greater than `MOST`.
    """
    users, items = rows.shape
    if min(users, items) > MOST:
        raise CannotFit(
            f"EASE and L3AE invert a matrix of {min(users, items):,} by {min(users, items):,} numbers here "
            f"({users:,} users, {items:,} items); {MOST:,} is what fits into memory.",
            "Leave them out, or cut the catalogue or the users down.",
        )
    found: np.ndarray = (rows @ rows.T if users < items else rows.T @ rows).toarray()
    return found


def inverse_of(rows: Any, strength: float, gram: np.ndarray | None = None) -> DenseInverse | LowRankInverse:
    """(A'A + ``strength`` I)^-1 of sparse A ([M, N], users by items).

    Args:
        gram: `gram_of` them, where the caller has it.

    Raises:
        CannotFit: both sides are greater than `MOST`.
    """
    gram = gram_of(rows) if gram is None else gram
    return LowRankInverse(rows, strength, gram) if rows.shape[0] < rows.shape[1] else DenseInverse(gram, strength)


class DenseInverse:
    """The inverse itself, for more users than items.

    Args:
        gram: [N, N] A'A, kept as it is.
        strength: lambda.

    Attributes:
        matrix: [N, N] float32.
    """

    def __init__(self, gram: np.ndarray, strength: float) -> None:
        self.matrix = _invert(np.array(gram, dtype=np.float32, order="F"), strength)

    def times(self, rows: Any) -> np.ndarray:
        """[B, N] ``rows`` (sparse, or a slice of unit rows) times the inverse."""
        return self.matrix[rows] if isinstance(rows, slice) else np.asarray(rows @ self.matrix)

    def diagonal(self) -> np.ndarray:
        """[N] its diagonal."""
        return self.matrix.diagonal()

    def diagonal_with(self, other: LowRankInverse) -> np.ndarray:
        """[N] the diagonal of this times ``other``."""
        inner = np.asarray(self.matrix @ other.rows.T) @ other.kernel
        found: np.ndarray = (self.diagonal() - np.einsum("nm,mn->n", inner, other.rows)) / other.strength
        return found


class LowRankInverse:
    """By Woodbury's identity, (I - A' K A) / lambda with K = (A A' + lambda I)^-1: [N, N] is never made.

    Args:
        rows: A, [M, N], sparse or dense, M < N.
        strength: lambda.
        gram: [M, M] A A', kept as it is; None: reckoned.
    """

    def __init__(self, rows: Any, strength: float, gram: np.ndarray | None = None) -> None:
        self.rows, self.strength = rows, strength
        dtype = np.float64 if rows.shape[0] <= _PRECISE else np.float32
        if gram is None:
            gram = rows @ rows.T
            gram = gram.toarray() if hasattr(gram, "toarray") else gram
        self.kernel = _invert(np.array(gram, dtype=dtype, order="F"), strength).astype(np.float32)
        self._inside = self._diagonal_of(self.kernel, rows)

    def times(self, rows: Any) -> np.ndarray:
        """[B, N] ``rows`` (sparse or dense) times the inverse."""
        inner = rows @ self.rows.T
        inner = np.asarray(inner.toarray() if hasattr(inner, "toarray") else inner) @ self.kernel
        whole = rows.toarray() if hasattr(rows, "toarray") else rows
        found: np.ndarray = (whole - np.asarray(inner @ self.rows)) / np.float32(self.strength)
        return found

    def diagonal(self) -> np.ndarray:
        """[N] its diagonal."""
        return (1.0 - self._inside) / self.strength

    def diagonal_with(self, other: LowRankInverse) -> np.ndarray:
        """[N] the diagonal of this times ``other``."""
        between = self.kernel @ np.asarray(self.rows @ other.rows.T) @ other.kernel
        crossed = self._diagonal_of(between, other.rows)
        return (1.0 - self._inside - other._inside + crossed) / (self.strength * other.strength)

    def _diagonal_of(self, middle: np.ndarray, right: Any, block: int = 2048) -> np.ndarray:
        """[N] float64 diagonal of A' ``middle`` ``right``."""
        found = np.empty(self.rows.shape[1])
        for start in range(0, len(found), block):
            part = slice(start, start + block)
            left, other = self.rows[:, part], right[:, part]
            left = left.toarray() if hasattr(left, "toarray") else left
            found[part] = np.einsum("mn,mn->n", left, np.asarray(middle @ other), dtype=np.float64)
        return found


def _invert(gram: np.ndarray, strength: float) -> np.ndarray:
    """The inverse of ``gram`` + ``strength`` I in the place of ``gram`` ([n, n], Fortran order, positive)."""
    from scipy.linalg.lapack import get_lapack_funcs

    gram[np.diag_indices_from(gram)] += strength
    factorise, invert = get_lapack_funcs(("potrf", "potri"), (gram,))
    factor, failed = factorise(gram, lower=True, overwrite_a=True, clean=True)
    found, failed_too = (factor, 1) if failed else invert(factor, lower=True, overwrite_c=True)
    if failed or failed_too:
        raise LearnError(
            f"A matrix of {len(gram):,} by {len(gram):,} numbers could not be inverted with lambda = {strength:g}.",
            "Report it with the dataset's size; greater lambdas are safe.",
        )
    block = 2048  # the upper half is still 0: mirrored in blocks, without a second matrix
    for start in range(0, len(found), block):
        stop = min(start + block, len(found))
        corner = found[start:stop, start:stop]
        corner += np.tril(corner, -1).T
        found[start:stop, stop:] = found[stop:, start:stop].T
    return found
