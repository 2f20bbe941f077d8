"""A Run for other systems: vectors, lists and metrics as Parquet, and the towers as a model folder and as ONNX."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from learn.data.schema import Items, Recommendations
from learn.errors import LearnError
from learn.files import atomic_folder
from learn.runs.info import write_table
from learn.runs.model_card import ABOUT_ONNX, model_card
from learn.runs.run import Run
from learn.runs.vectors import has_vectors
from learn.tensor_files import saving

VECTOR = "vector"
"""The column of vectors, beside the one of ids."""


@dataclass(frozen=True)
class Exported:
    """What `export_run` wrote.

    Attributes:
        folder: where it is.
        files: paths in it, in order.
        parity: ONNX file -> its greatest difference from torch, as a share of an embedding's length.
        left_out: what could not be written, each with why and what to do.
    """

    folder: Path
    files: list[str]
    parity: dict[str, float] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


def export_run(run: Run, folder: Path, onnx: bool = True) -> Exported:
    """Writes ``folder``: it replaces an earlier export there, as a whole or not at all.

    item_vectors.parquet (without what is out of stock) and user_vectors.parquet: ids and a list of float32, whose inner
    product is the score; lists.parquet, metrics.parquet; of a Run that embeds also model/
    (`learn.runs.model_folder.LearnModel`, with a card) and in it item_tower.onnx and user_tower.onnx.

    Args:
        run: any Run; one without vectors has its lists and metrics only.
        folder: absent, empty, or an earlier export.
        onnx: write the towers as ONNX too.

    Raises:
        LearnError: ``folder`` holds something else or cannot be written, the Run does not fit its dataset, or the
            towers differ from torch as ONNX by more than `learn.runs.onnx_towers.TOLERANCE`.
    """
    if folder.exists() and not (folder.is_dir() and (not any(folder.iterdir()) or (folder / "lists.parquet").exists())):
        raise LearnError(f"{folder} holds something that is no export.", "Choose another folder: --out FOLDER")
    recommender, dataset = run.recommender, run.dataset
    parity: dict[str, float] = {}
    left_out: list[str] = []
    with atomic_folder(folder) as temporary:
        if has_vectors(run):
            shown = dataset.available
            items = dataset.item_ids[shown], recommender.items[shown]
            write_vector_table(temporary / "item_vectors.parquet", Items.ID, *items)
            users = recommender.users
            write_vector_table(temporary / "user_vectors.parquet", Recommendations.USER, dataset.user_ids, users)
        else:
            left_out.append(f"Run {run.name} ({run.info.label}) has lists only: no vectors and no model.")
        write_table(temporary / "lists.parquet", run.recommendations)
        write_table(temporary / "metrics.parquet", run.metrics)
        if recommender.can_embed:
            parity, more = _write_model(run, temporary / "model", onnx)
            left_out += more
        files = sorted(str(path.relative_to(temporary)) for path in temporary.rglob("*") if path.is_file())
    return Exported(folder, files, parity, left_out)


def write_vector_table(path: Path, id_column: str, ids: Sequence[str] | np.ndarray, vectors: np.ndarray) -> None:
    """Stores [n] ``ids`` and [n, d] ``vectors`` as a Parquet table of an id and a list of float32, bit by bit.

    Raises:
        LearnError: the file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as parquet

    from learn.files import atomic_path

    rows = np.ascontiguousarray(vectors, dtype=np.float32)
    offsets = pa.array(np.arange(len(rows) + 1, dtype=np.int32) * rows.shape[1], type=pa.int32())
    lists = pa.ListArray.from_arrays(offsets, pa.array(rows.ravel()))
    with atomic_path(path) as temporary:
        parquet.write_table(pa.table({id_column: pa.array(list(ids), pa.string()), VECTOR: lists}), temporary)


def read_vector_table(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The ids [n] and float32 vectors [n, d] of a table that `write_vector_table` wrote.

    Raises:
        LearnError: it cannot be read, or its vectors are not of one length.
    """
    try:
        table = pd.read_parquet(path)
        return table[table.columns[0]].to_numpy(dtype=object), np.stack(table[VECTOR].to_list()).astype(np.float32)
    except (OSError, KeyError, ValueError) as error:
        raise LearnError(f"{path} is no table of ids and vectors: {error}", "Make it again: learn export") from None


def _write_model(run: Run, folder: Path, onnx: bool) -> tuple[dict[str, float], list[str]]:
    from learn.runs.model_folder import model_of
    from learn.runs.onnx_towers import INSTALL, missing_packages, write_onnx

    model = model_of(run.recommender)
    with saving():
        model.save_pretrained(folder)
    parity, left_out, lacking = {}, [], missing_packages()
    if onnx and lacking:
        left_out.append(f"ONNX needs {' and '.join(lacking)}, which are not installed. Type: {INSTALL}")
    elif onnx:
        parity = write_onnx(run.recommender, model, folder)
    (folder / "README.md").write_text(model_card(run) + (ABOUT_ONNX if parity else ""), encoding="utf-8")
    return parity, left_out
