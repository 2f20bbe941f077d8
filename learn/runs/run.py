"""A Run: one folder that says what was trained, how, on what, and holds what came out."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors.numpy import load_file, save_file

from learn.config import Config, parse_config
from learn.data.dataset import Dataset
from learn.data.schema import Recommendations
from learn.data.stored import open_dataset
from learn.errors import LearnError
from learn.files import atomic_path, read_json, write_json
from learn.workspace import Workspace

FORMAT_VERSION = 1


class RunInfo(BaseModel):
    """run.json: written last, so its presence means that the Run is whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: int = FORMAT_VERSION
    name: str
    """The folder's name."""
    label: str
    """What people read: "(a) sequence to sequence"."""
    kind: Literal["learn", "reference", "imported"]
    variant: str
    """A code of `learn.item_towers.ITEM_TOWERS`, or what else made it: "popularity", "item-knn", "imported"."""
    dataset: str
    dataset_fingerprint: str
    split: dict[str, str | None]
    content_key: str | None = None
    """Key of the content store that it was trained on."""
    item_vectors: Literal["own", "content", "none"] = "none"
    """``own``: in this folder. ``content``: the item embedding is E^c itself, prepared as this Run's preprocessing
    says (towers (c) and without-align); it is read from the content store, not copied."""
    repeat: float = 0.0
    """Added to the score of an item that the user's history holds."""
    seed: int | None = None
    trainable_parameters: int = 0
    train_seconds: float = 0.0
    made: dict[str, str] = {}
    """Versions and commit that made it."""


class Run:
    """Reads a Run's folder; every table is loaded when first asked for.

    Files: run.json, config.json, weights.safetensors, preprocessing.safetensors, item_vectors.safetensors,
    user_vectors.safetensors, recommendations.parquet, metrics.json, per_user.parquet, slices.json, curves.json.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        remedy = f"Build it again with `learn train` (or `learn demo`), or delete the folder {self.path}."
        data = read_json(self.path / "run.json", remedy)
        if data.get("format_version") != FORMAT_VERSION:
            raise LearnError(
                f"Run {self.path} has format {data.get('format_version')}, this version reads {FORMAT_VERSION}.", remedy
            )
        try:
            self.info = RunInfo.model_validate(data)
        except ValidationError as error:
            raise LearnError(f"Run {self.path} is damaged: {error}", remedy) from None
        self._remedy = remedy

    @property
    def workspace(self) -> Workspace:
        """The workspace that this Run lies in: the user's, or the prebuilt demo's."""
        return Workspace.holding(self.path)

    @cached_property
    def dataset(self) -> Dataset:
        """The dataset that it was made on, with its split.

        Raises:
            LearnError: the workspace does not hold it.
        """
        return open_dataset(self.workspace, self.info.dataset)

    @property
    def name(self) -> str:
        return self.info.name

    @cached_property
    def config(self) -> Config:
        data = read_json(self.path / "config.json", self._remedy)
        return parse_config(data, f"The configuration of Run {self.name}")

    def tensors(self, name: str) -> dict[str, np.ndarray]:
        """The arrays of ``name``.safetensors.

        Raises:
            LearnError: this Run has no such file (an imported one has no vectors), or it is damaged.
        """
        path = self.path / f"{name}.safetensors"
        if not path.exists():
            raise LearnError(f"Run {self.name} ({self.info.label}) has no {name}.", self._remedy)
        try:
            return load_file(path)
        except Exception as error:
            raise LearnError(f"{path} is damaged: {error}", self._remedy) from error

    @cached_property
    def user_vectors(self) -> np.ndarray:
        """[U, D_out] float32: each user's embedding after the history of the test phase; zeros without history."""
        return self.tensors("user_vectors")["vectors"].astype(np.float32)

    @cached_property
    def own_item_vectors(self) -> np.ndarray:
        """[N, D_out] float32; only where ``info.item_vectors`` is "own" (else see `learn.runs.vectors`)."""
        return self.tensors("item_vectors")["vectors"].astype(np.float32)

    @cached_property
    def recommendations(self) -> pd.DataFrame:
        """Columns `schema.Recommendations.ALL`, best first within user and ranked set."""
        table = self._table("recommendations")
        # Scores may be stored in half precision, which pandas cannot reckon or print reliably.
        return table.astype({Recommendations.SCORE: np.float32})

    @cached_property
    def per_user(self) -> pd.DataFrame:
        """Columns of `schema.PerUser`: what a paired comparison of two Runs needs."""
        return self._table("per_user")

    def _table(self, name: str) -> pd.DataFrame:
        try:
            return pd.read_parquet(self.path / f"{name}.parquet")
        except (OSError, ValueError) as error:
            raise LearnError(f"Run {self.name}: {name}.parquet cannot be read: {error}", self._remedy) from None

    @cached_property
    def metrics(self) -> pd.DataFrame:
        """Columns `schema.Metrics.ALL`."""
        return pd.DataFrame(read_json(self.path / "metrics.json", self._remedy))

    @cached_property
    def slices(self) -> pd.DataFrame:
        """Columns `schema.Slices.ALL`: what the slices of `metrics` hold."""
        return pd.DataFrame(read_json(self.path / "slices.json", self._remedy)["slices"])

    @cached_property
    def evaluated_users(self) -> dict[str, dict[str, int]]:
        """Ranked set -> how many users were evaluated and, by reason, left out."""
        return read_json(self.path / "slices.json", self._remedy)["users"]

    @cached_property
    def curves(self) -> pd.DataFrame:
        """One row per epoch: epoch, step, loss, seconds, validation metrics; empty where nothing was trained."""
        path = self.path / "curves.json"
        return pd.DataFrame(read_json(path, self._remedy)) if path.exists() else pd.DataFrame()


def write_vectors(path: Path, vectors: np.ndarray, dtype: str = "float16") -> None:
    """Stores [n, d] ``vectors`` under the name "vectors" in a safetensors file, atomically."""
    with atomic_path(path) as temporary:
        save_file({"vectors": np.ascontiguousarray(vectors.astype(dtype))}, temporary)


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Stores ``table`` as compressed parquet, atomically."""
    with atomic_path(path) as temporary:
        table.to_parquet(temporary, index=False, compression="zstd")


def write_info(folder: Path, info: RunInfo) -> None:
    """Writes run.json, the last step of making a Run."""
    write_json(folder / "run.json", info.model_dump(mode="json"))


def provenance() -> dict[str, str]:
    """Versions of what computes a Run, and the project's commit where git knows it."""
    import importlib.metadata
    import platform
    import subprocess

    made: dict[str, Any] = {"python": platform.python_version()}
    for package in ("torch", "transformers", "numpy"):
        made[package] = importlib.metadata.version(package)
    answer = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode == 0:
        made["commit"] = answer.stdout.strip()
    return made
