"""The last step of every Run, trained, reference or imported: evaluate it and write its folder in one go."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from learn.config import Config
from learn.data.dataset import Dataset
from learn.data.slices import SliceConfig
from learn.data.splits import Phase, Split
from learn.errors import LearnError
from learn.evaluation.protocol import Evaluation, evaluate
from learn.files import atomic_folder, write_json
from learn.runs.info import RunInfo, write_info, write_table, write_vectors
from learn.runs.lists_file import write_lists
from learn.runs.run import Run
from learn.tensor_files import save_tensors


def finish_run(
    folder: Path | str,
    info: RunInfo,
    *,
    dataset: Dataset,
    split: Split,
    ranked: Mapping[str, tuple[np.ndarray, np.ndarray]],
    config: Config | None = None,
    user_vectors: np.ndarray | None = None,
    item_vectors: np.ndarray | None = None,
    weights: Mapping[str, Any] | None = None,
    preprocessing: Mapping[str, np.ndarray] | None = None,
    curves: pd.DataFrame | list[dict[str, Any]] | None = None,
    slices: SliceConfig | None = None,
) -> Run:
    """Evaluates on the test phase and writes every file of a Run; what was in ``folder`` before is replaced as a whole.

    Args:
        folder: the Run's, ``Workspace.run(dataset, name)``.
        info: what run.json will hold; its name must be the folder's.
        dataset, split: what ``ranked`` was made from.
        ranked: candidates -> (items [U, K] int64, -1 padded; scores [U, K] float), best first; 100 are stored.
        config: None where nothing was trained.
        user_vectors: [U, d]; item_vectors: [N, d]; either may be None.
        weights: parameter name -> tensor (NumPy, or torch on the CPU).
        preprocessing: name -> array: how content embeddings are prepared for these weights.
        curves: one row per epoch.
        slices: thresholds of the slices; None: the defaults.

    Raises:
        LearnError: ``ranked`` does not fit the dataset, the folder is not the Run's, or it cannot be written.
    """
    folder = Path(folder)
    if folder.name != info.name:
        raise LearnError(
            f"Run {info.name!r} would be written into a folder called {folder.name!r}.", "Give both the same name."
        )
    slices = slices or SliceConfig()
    lists = {candidates: items for candidates, (items, _) in ranked.items()}
    evaluation = evaluate(lists, split, Phase.TEST, slices=slices)
    with atomic_folder(folder) as temporary:
        if config is not None:
            write_json(temporary / "config.json", config.model_dump(mode="json"))
        for name, tensors in (("weights", weights), ("preprocessing", preprocessing)):
            if tensors:
                arrays = {key: np.asarray(value) for key, value in tensors.items()}
                save_tensors(temporary / f"{name}.safetensors", arrays)
        if user_vectors is not None:
            write_vectors(temporary / "user_vectors.safetensors", user_vectors)
        if item_vectors is not None:
            write_vectors(temporary / "item_vectors.safetensors", item_vectors)
        write_lists(temporary / "recommendations.parquet", ranked, dataset)
        write_evaluation(temporary, evaluation, slices)
        if curves is not None and len(curves):
            write_json(temporary / "curves.json", _records(pd.DataFrame(curves)))
        write_info(temporary, info)
    return Run(folder, dataset.with_split(split))


def write_evaluation(folder: Path, evaluation: Evaluation, slices: SliceConfig) -> None:
    """Writes per_user.parquet, metrics.json and slices.json of a Run.

    Raises:
        LearnError: ``folder`` cannot be written to.
    """
    about = {"config": slices.model_dump(), "slices": _records(evaluation.slices), "users": evaluation.users}
    write_table(folder / "per_user.parquet", evaluation.per_user)
    write_json(folder / "metrics.json", _records(evaluation.metrics))
    write_json(folder / "slices.json", about)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON values: NaN becomes null, which plain JSON readers accept."""
    return json.loads(table.to_json(orient="records", double_precision=15))
