"""A Run's folder: it says what was trained, how, on what, and holds what came out."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import ValidationError

from learn.checksums import verify
from learn.config import Config, parse_config
from learn.data.dataset import Dataset
from learn.data.schema import Recommendations
from learn.data.split import SplitInfo
from learn.errors import LearnError
from learn.files import read_json
from learn.runs.info import FORMAT_VERSION, RunInfo
from learn.tensor_files import DamagedTensors, load_tensors
from learn.workspace import Workspace

FOLLOWING = "following"
"""The folder, in a dataset's, of what follows its changes: one folder a Run, with the files that replace the Run's."""
REPLACED = ("user_vectors", "item_vectors", "preprocessing", "recommendations")


class RunFolder:
    """Reads a Run's folder; every table is loaded when first asked for. `learn.runs.run.Run` answers with it.

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
            info = RunInfo.model_validate(data)
        except ValidationError as error:
            raise LearnError(f"Run {self.path} is damaged: {error}", remedy) from None
        self.info = info.model_copy(update={"name": self.path.absolute().name})  # a copied folder is a Run of its own
        self._remedy = remedy

    @property
    def workspace(self) -> Workspace:
        """The workspace that this Run lies in: the user's, or the prebuilt demo's."""
        return Workspace.holding(self.path)

    @property
    def models(self) -> Path:
        """Where converted bundled LLMs are kept: in its workspace; of the prebuilt demo, in the user's."""
        inside = self.workspace
        return (Workspace.at() if inside == Workspace.prebuilt() else inside).models

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.info.name

    @cached_property
    def config(self) -> Config:
        """What it was trained with.

        Raises:
            LearnError: nothing was trained (an imported or counted Run), or the file is damaged.
        """
        data = read_json(self.path / "config.json", self._remedy)
        return parse_config(data, f"The configuration of Run {self.name}")

    def file(self, name: str) -> Path:
        """Where the file ``name`` of this Run is; `learn.runs.run.Run` knows what follows its dataset's changes."""
        return self.path / name

    def tensors(self, name: str) -> dict[str, np.ndarray]:
        """The arrays of ``name``.safetensors.

        Raises:
            LearnError: this Run has no such file (an imported one has no vectors), or it is damaged.
        """
        path = self.file(f"{name}.safetensors")
        if not path.exists():
            raise LearnError(f"Run {self.name} ({self.info.label}) has no {name}.", self._remedy)
        verify(path, self._remedy)
        try:
            return load_tensors(path)[0]
        except DamagedTensors as error:
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
        """Columns `schema.Recommendations.ALL`, best first within user and candidates."""
        table = self._table("recommendations")
        # Scores may be stored in half precision, which pandas cannot reckon or print reliably.
        return table.astype({Recommendations.SCORE: np.float32})

    @cached_property
    def per_user(self) -> pd.DataFrame:
        """Columns of `schema.PerUser`: what a paired comparison of two Runs needs."""
        return self._table("per_user")

    def _table(self, name: str) -> pd.DataFrame:
        path = self.file(f"{name}.parquet")
        try:
            verify(path, self._remedy)
            return pd.read_parquet(path)
        except (OSError, ValueError) as error:
            raise LearnError(f"{path} cannot be read: {error}", self._remedy) from None

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
        """Candidates (all, new) -> how many users were evaluated and, by reason, left out."""
        return read_json(self.path / "slices.json", self._remedy)["users"]

    @cached_property
    def curves(self) -> pd.DataFrame:
        """One row per epoch: epoch, step, loss, seconds, validation metrics; empty where nothing was trained."""
        path = self.path / "curves.json"
        return pd.DataFrame(read_json(path, self._remedy)) if path.exists() else pd.DataFrame()


def run_stamp(run: RunFolder) -> str:
    """What tells this making of a Run from another one: a hash of its run.json."""
    return hashlib.sha256((run.path / "run.json").read_bytes()).hexdigest()[:16]


def following(run: RunFolder, dataset: Dataset) -> Path | None:
    """The folder whose files replace those of ``run``, where ``dataset`` has changed since it was made; else None."""
    if dataset.folder is None or not dataset.trained_on:
        return None
    folder = dataset.folder / FOLLOWING / run.name
    if not (folder / "following.json").exists():
        return None
    about = read_json(folder / "following.json", f"Bring it up to date: learn update {dataset.name}")
    return folder if about.get("run") == run_stamp(run) else None


def check_fits(run: RunFolder, dataset: Dataset) -> None:
    """Refuses a Run of other data.

    Raises:
        LearnError: ``run`` was made on another version of ``dataset``, or with another split.
    """
    again = f"Make it again, for example: learn train {dataset.name}, or delete the folder {run.path}."
    made_on = run.info.dataset_fingerprint
    if made_on not in dataset.versions:
        raise LearnError(f"Run {run.name} was made on another version of dataset {dataset.name}.", again)
    if made_on != dataset.fingerprint and dataset.folder is not None and following(run, dataset) is None:
        raise LearnError(
            f"Run {run.name} does not follow the last change of dataset {dataset.name}.",
            f"Bring it up to date: learn update {dataset.name}",
        )
    if dataset.cut is None:  # bare tables: what needs a split asks for it, and is refused there
        return
    own, shown = SplitInfo.parse(run.info.split), dataset.split.info
    if own != shown:
        raise LearnError(
            f"Run {run.name} was made with another split ({own.words}) than the one shown ({shown.words}).", again
        )
