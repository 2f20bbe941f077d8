"""A ranker of boosted trees (LightGBM)."""

from __future__ import annotations

import numpy as np

from learn.errors import LearnError
from learn.ranking.feature_matrix import FeatureMatrix

SETTINGS = ({"num_leaves": 15}, {"num_leaves": 31})
"""What validation chooses among."""
ROUNDS, PATIENCE = 600, 30


def fit_lightgbm(
    frame: FeatureMatrix, labels: np.ndarray, train: np.ndarray, validation: np.ndarray, setting: dict, seed: int
) -> np.ndarray:
    """Trains on ``train`` rows ([n] bool) until ``validation`` rows stop it; [n] probabilities of conversion.

    Raises:
        LearnError: LightGBM is not installed.
    """
    try:
        import lightgbm
    except ImportError:
        raise LearnError(
            "This ranker needs the package lightgbm, which is not installed.",
            'Type: pip install "learn-explorer[ranking]"',
        ) from None

    columns = [*frame.number_names, *frame.code_names]
    names = [f"f{place}" for place in range(len(columns))]  # LightGBM refuses commas and quotes in a name
    categories = names[len(frame.number_names) :]
    table = np.column_stack([frame.numbers, frame.codes.astype(np.float32)])
    settings = {
        "objective": "binary",
        "learning_rate": 0.05,
        "min_child_samples": 50,
        "feature_fraction": 0.7,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "cat_smooth": 20,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "verbose": -1,
        **setting,
    }
    data = lightgbm.Dataset(table[train], labels[train], feature_name=names, categorical_feature=categories)
    watched = lightgbm.Dataset(table[validation], labels[validation], reference=data)
    stop = lightgbm.early_stopping(PATIENCE, verbose=False)
    trees = lightgbm.train(settings, data, ROUNDS, valid_sets=[watched], callbacks=[stop])
    return np.asarray(trees.predict(table, num_iteration=trees.best_iteration))
