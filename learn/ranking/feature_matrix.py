"""Features as rankers take them: numbers, and categories as codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class FeatureMatrix:
    """Attributes:
    numbers: [n, f] float32; nothing is missing.
    codes: [n, c] int64; 0 is a category that training rarely or never met.
    sizes: [c] how many codes each column has.
    number_names, code_names: of the columns.
    """

    numbers: np.ndarray
    codes: np.ndarray
    sizes: tuple[int, ...]
    number_names: tuple[str, ...]
    code_names: tuple[str, ...]

    def with_numbers(self, added: dict[str, np.ndarray]) -> FeatureMatrix:
        """The same with more columns of numbers ([n] each)."""
        if not added:
            return self
        numbers = np.column_stack([self.numbers, *added.values()]).astype(np.float32)
        return FeatureMatrix(numbers, self.codes, self.sizes, (*self.number_names, *added), self.code_names)


def make_feature_matrix(features: pd.DataFrame, train: np.ndarray, rare: int = 10) -> FeatureMatrix:
    """Text columns become codes, in the order of the alphabet; nothing of the test is in the coding.

    Args:
        train: [n] bool; a text that fewer than ``rare`` of these rows have is code 0.
    """
    numbers, codes, sizes = {}, {}, []
    for name in features:
        column = features[name]
        if pd.api.types.is_numeric_dtype(column):
            numbers[name] = column.to_numpy(np.float32)
            continue
        counts = column[train].value_counts()
        known = pd.Index(sorted(counts.index[counts >= rare]))
        codes[name] = known.get_indexer(column) + 1
        sizes.append(len(known) + 1)
    n = len(features)
    return FeatureMatrix(
        np.column_stack(list(numbers.values())).astype(np.float32) if numbers else np.zeros((n, 0), np.float32),
        np.column_stack(list(codes.values())).astype(np.int64) if codes else np.zeros((n, 0), np.int64),
        tuple(sizes),
        tuple(map(str, numbers)),
        tuple(map(str, codes)),
    )
