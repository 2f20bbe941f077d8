"""The towers of a Run as ONNX files, each checked against torch before it is kept."""

from __future__ import annotations

import importlib.util
import logging
import warnings
from collections.abc import Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from learn.config import Inputs
from learn.errors import LearnError
from learn.runs.model_folder import LearnModel
from learn.runs.recommender import Recommender

NEEDED = ("onnx", "onnxscript", "onnxruntime")
INSTALL = 'pip install "learn-explorer[export]"'
TOLERANCE = 1e-4
"""The most that an embedding's number may differ from torch's, as a share of the embedding's length."""
TRIED_ITEMS, TRIED_USERS = 64, 16
OUTPUT = "vectors"
"""The name of what a tower gives; torch calls a layer of its own "embedding"."""
_AT_ONCE = 3  # in the example that is traced: neither 0 nor 1, which would become constants


def missing_packages() -> list[str]:
    """Which of the packages that ONNX needs are not installed; `INSTALL` installs them."""
    return [name for name in NEEDED if importlib.util.find_spec(name) is None]


class ItemTower(nn.Module):
    """[n, D_llm] content embeddings (and [n] item indices, where the Run reads IDs) -> [n, d]."""

    def __init__(self, model: LearnModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, content: torch.Tensor, items: torch.Tensor | None = None) -> torch.Tensor:
        """See the class."""
        rows, towers = self.model.prepared(content), self.model.towers
        if towers is None:
            return functional.normalize(rows, dim=-1)
        return towers.served_items(towers.inputs(rows, items))


class UserTower(nn.Module):
    """[B, H, D_llm] content embeddings of histories, the oldest first, padded behind, and [B] lengths -> [B, d].

    Where the Run reads IDs, [B, H] item indices come between the two.
    """

    def __init__(self, model: LearnModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, content: torch.Tensor, lengths: torch.Tensor, items: torch.Tensor | None = None) -> torch.Tensor:
        """See the class."""
        rows, towers = self.model.prepared(content), self.model.towers
        if towers is None:
            there = torch.arange(rows.shape[1])[None, :] < lengths[:, None]
            return functional.normalize((rows * there[..., None]).sum(dim=1), dim=-1)
        every = towers.user_parts(towers.inputs(rows, items))
        last = (lengths - 1)[:, None, None].expand(-1, 1, every.shape[-1])
        return towers.served_users(every.gather(1, last)[:, 0])


def write_onnx(recommender: Recommender, model: LearnModel, folder: Path) -> dict[str, float]:
    """Writes item_tower.onnx and user_tower.onnx into ``folder``.

    Returns:
        File name -> the greatest difference from the Run's torch towers on items and users of the catalogue, as a
        share of the embedding's length.

    Raises:
        LearnError: a package is missing (the message says what to install), the towers cannot be written as ONNX, or
            they differ by more than `TOLERANCE`.
    """
    if lacking := missing_packages():
        raise LearnError(f"ONNX needs {' and '.join(lacking)}, which are not installed.", f"Type: {INSTALL}")
    reads_ids = model.towers is not None and model.towers.inputs.kind is not Inputs.TEXT
    names = ("content", "lengths", *(["items"] if reads_ids else []))
    items, item_truth = _items_to_try(recommender, reads_ids)
    users, user_truth = _users_to_try(recommender, reads_ids)
    found = {}
    tried: tuple[tuple[str, nn.Module, Sequence[str], tuple[np.ndarray, ...], np.ndarray], ...] = (
        ("item_tower.onnx", ItemTower(model), [name for name in names if name != "lengths"], items, item_truth),
        ("user_tower.onnx", UserTower(model), names, users, user_truth),
    )
    for file, tower, inputs, given, truth in tried:
        _write(tower.eval(), inputs, given, folder / file)
        found[file] = difference(_answer(folder / file, inputs, given), truth)
        if not found[file] <= TOLERANCE:  # NaN compares as False
            raise LearnError(
                f"{file} differs from torch by {found[file]:.2g} of an embedding's length, more than {TOLERANCE:g}.",
                "Nothing was written. Export without it: --no-onnx",
            )
    return found


def difference(made: np.ndarray, truth: np.ndarray) -> float:
    """The greatest difference of two [n, d] arrays number by number, as a share of the row's length in ``truth``."""
    lengths = np.linalg.norm(truth, axis=1, keepdims=True)
    return float((np.abs(made - truth) / np.where(lengths > 0, lengths, 1)).max(initial=0.0))


def _items_to_try(recommender: Recommender, reads_ids: bool) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
    rows = np.linspace(0, recommender.dataset.n_items - 1, TRIED_ITEMS).astype(np.int64)
    content = recommender.content[rows].astype(np.float32)
    return (content, rows) if reads_ids else (content,), recommender.embed_catalogue(rows)


def _users_to_try(recommender: Recommender, reads_ids: bool) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
    """Histories of different lengths, cut to what the tower reads at once, and torch's embeddings of them."""
    from learn.data.sequences import sequences_of

    sampling = recommender.run.config.sampling
    histories = []
    for user in np.flatnonzero(recommender.history.lengths)[:TRIED_USERS].tolist():
        distinct = list(dict.fromkeys(recommender.history[user].tolist()))[: sampling.history_length]
        histories.append(np.array(distinct, dtype=np.int32))
    lengths = np.array([len(history) for history in histories], dtype=np.int64)
    items = np.zeros((len(histories), max(2, lengths.max(initial=2))), dtype=np.int64)
    for row, history in zip(items, histories, strict=True):
        row[: len(history)] = history
    content = recommender.content.astype(np.float32)[items]
    given = (content, lengths, items) if reads_ids else (content, lengths)
    return given, recommender.embed_histories(sequences_of(histories))


def _write(tower: nn.Module, names: Sequence[str], given: Sequence[np.ndarray], path: Path) -> None:
    """Traces ``tower`` on the first rows of ``given`` (named ``names``); batch and history length stay free."""
    example = tuple(torch.as_tensor(value[:_AT_ONCE]) for value in given)
    rows, length = torch.export.Dim("rows"), torch.export.Dim("history", min=2)
    is_sequence = example[0].dim() == 3
    shapes = {
        name: {0: rows, 1: length} if is_sequence and value.dim() >= 2 else {0: rows}
        for name, value in zip(names, example, strict=True)
    }
    exporter = logging.getLogger("torch.onnx")
    level = exporter.level
    exporter.setLevel(logging.ERROR)  # it tells of packages that nothing here uses
    try:
        with warnings.catch_warnings(), redirect_stdout(StringIO()):
            warnings.simplefilter("ignore")
            torch.onnx.export(
                tower,
                (),
                str(path),
                kwargs=dict(zip(names, example, strict=True)),
                input_names=list(names),
                output_names=[OUTPUT],
                dynamic_shapes=shapes,
                dynamo=True,
                external_data=False,
            )
    except Exception as error:  # torch has no common class for what it cannot export
        last = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise LearnError(
            f"These towers cannot be written as ONNX: {last[:200]}", "Export without it: --no-onnx"
        ) from error
    finally:
        exporter.setLevel(level)


def _answer(path: Path, names: Sequence[str], given: Sequence[np.ndarray]) -> np.ndarray:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        answer: Any = session.run(None, dict(zip(names, given, strict=True)))[0]
    except Exception as error:  # its classes are not public
        raise LearnError(
            f"{path.name} was written, but ONNX Runtime cannot run it: {str(error)[:200]}",
            "Nothing is kept. Export without it: --no-onnx",
        ) from error
    return np.asarray(answer)
