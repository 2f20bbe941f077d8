"""A Run's folder: it says what was trained, how, on what, and holds what came out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import ValidationError

from learn.checksums import check_complete, verify, verify_folder
from learn.config import Config, parse_config
from learn.data.dataset import Dataset
from learn.data.schema import Metrics, PerUser, Recommendations
from learn.data.split import SplitInfo
from learn.errors import LearnError
from learn.files import J, read_json
from learn.runs.info import FORMAT_VERSION, RunInfo
from learn.tensor_files import DamagedTensors, load_tensors
from learn.workspace import Workspace, modified

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
        file = self.path / "run.json"
        remedy = rebuild(self.path)
        self._version = modified(file)
        data = read_json(file, remedy, dict)
        if data.get("format_version") != FORMAT_VERSION:
            raise LearnError(
                f"Run {self.path} has format {data.get('format_version')}, this version reads {FORMAT_VERSION}.", remedy
            )
        try:
            info = RunInfo.model_validate(data)
        except ValidationError as error:
            raise LearnError(f"{file} is damaged: {error}", remedy) from None
        check_complete(self.path, rebuild(self.path, info))
        self.info = info.model_copy(update={"name": self.path.absolute().name})  # a copied folder is a Run of its own
        self._remedy = rebuild(self.path, self.info)

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

    def check_unchanged(self) -> None:
        """Refuses to read on in a folder that another version of the Run has taken.

        Raises:
            LearnError: it was made again, or removed, since it was opened.
        """
        if modified(self.path / "run.json") != self._version:
            raise LearnError(
                f"Run {self.name} was made again while it was open ({self.path}).",
                "Open it again: reload the page, or run the command again.",
            )

    def stored_info(self) -> bytes:
        """run.json as it lies there: what tells this making of the Run from another one.

        Raises:
            LearnError: it was made again since it was opened, or cannot be read any more.
        """
        self.check_unchanged()
        file = self.path / "run.json"
        try:
            return file.read_bytes()
        except OSError as error:
            raise LearnError(f"{file} cannot be read: {error.strerror}.", self._remedy) from None

    def check_files(self) -> None:
        """Refuses a Run any of whose files is not what was written.

        Raises:
            LearnError: naming the file.
        """
        verify_folder(self.path, self._remedy)

    @cached_property
    def config(self) -> Config:
        """What it was trained with.

        Raises:
            LearnError: nothing was trained (an imported or counted Run), or the file is damaged.
        """
        data = self._json("config", dict)
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
        self.check_unchanged()
        if not path.exists():
            raise LearnError(f"Run {self.name} ({self.info.label}) has no {name}.", self._remedy)
        verify(path, self._remedy)
        try:
            found = load_tensors(path)[0]
        except DamagedTensors as error:
            self.check_unchanged()
            raise LearnError(f"{path} is damaged: {error}", self._remedy) from error
        self.check_unchanged()
        return found

    def _vectors(self, name: str) -> np.ndarray:
        found = self.tensors(name)
        if "vectors" not in found or found["vectors"].ndim != 2:
            raise LearnError(f"{self.path / name}.safetensors is damaged: it holds no vectors.", self._remedy)
        return found["vectors"].astype(np.float32)

    @cached_property
    def user_vectors(self) -> np.ndarray:
        """[U, D_out] float32: each user's embedding after the history of the test phase; zeros without history."""
        return self._vectors("user_vectors")

    @cached_property
    def own_item_vectors(self) -> np.ndarray:
        """[N, D_out] float32; only where ``info.item_vectors`` is "own" (else see `learn.runs.vectors`)."""
        return self._vectors("item_vectors")

    @cached_property
    def recommendations(self) -> pd.DataFrame:
        """Columns `schema.Recommendations.ALL`, best first within user and candidates."""
        table = self._table("recommendations", Recommendations.ALL)
        # Scores may be stored in half precision, which pandas cannot reckon or print reliably.
        return table.astype({Recommendations.SCORE: np.float32})

    @cached_property
    def per_user(self) -> pd.DataFrame:
        """Columns of `schema.PerUser`: what a paired comparison of two Runs needs."""
        return self._table("per_user", (PerUser.USER, PerUser.CANDIDATES, PerUser.N_TARGETS))

    def _table(self, name: str, columns: Iterable[str]) -> pd.DataFrame:
        path = self.file(f"{name}.parquet")
        try:
            self.check_unchanged()
            verify(path, self._remedy)
            table = pd.read_parquet(path)
            self.check_unchanged()
        except (OSError, ValueError) as error:
            self.check_unchanged()
            raise LearnError(f"{path} cannot be read: {error}", self._remedy) from None
        return self._with_columns(table, columns, path)

    def _with_columns(self, table: pd.DataFrame, columns: Iterable[str], path: Path) -> pd.DataFrame:
        if lacking := sorted(set(columns) - set(table)):
            raise LearnError(f"{path} is damaged: it lacks {', '.join(lacking)}.", self._remedy)
        return table

    def _json(self, name: str, holds: type[J]) -> J:
        self.check_unchanged()
        found = read_json(self.path / f"{name}.json", self._remedy, holds)
        self.check_unchanged()
        return found

    def _about_slices(self, what: str, holds: type[J]) -> J:
        found = self._json("slices", dict).get(what)
        if not isinstance(found, holds):
            raise LearnError(f"{self.path / 'slices.json'} is damaged: it lacks {what}.", self._remedy)
        return found

    @cached_property
    def metrics(self) -> pd.DataFrame:
        """Columns `schema.Metrics.ALL`."""
        path = self.path / "metrics.json"
        return self._with_columns(pd.DataFrame(self._json("metrics", list)), Metrics.ALL, path)

    @cached_property
    def slices(self) -> pd.DataFrame:
        """Columns `schema.Slices.ALL`: what the slices of `metrics` hold."""
        return pd.DataFrame(self._about_slices("slices", list))

    @cached_property
    def slice_config(self) -> dict[str, Any]:
        """The thresholds of the slices."""
        return self._about_slices("config", dict)

    @cached_property
    def evaluated_users(self) -> dict[str, dict[str, int]]:
        """Candidates (all, new) -> how many users were evaluated and, by reason, left out."""
        return self._about_slices("users", dict)

    @cached_property
    def curves(self) -> pd.DataFrame:
        """One row per epoch: epoch, step, loss, seconds, validation metrics; empty where nothing was trained."""
        path = self.path / "curves.json"
        return pd.DataFrame(self._json("curves", list)) if path.exists() else pd.DataFrame()


def rebuild(folder: Path, info: RunInfo | None = None) -> str:
    """What to type where the Run in ``folder`` has to be made again; None: nobody can read what it was."""
    if folder.is_relative_to(Workspace.prebuilt().root):
        return "It came with the project: get its files again, or make your own, `learn demo --from-scratch`."
    dataset = folder.absolute().parent.name
    command = f"learn train {dataset}"
    if info is not None and info.kind == "learn":
        command += f" --tower {info.variant}"
    if info is not None and info.kind == "imported":
        command = f"learn import-run {dataset} TABLE --name {info.name}"
    return f"Build it again: {command} (or `learn demo`), or delete the folder {folder}."


def run_stamp(run: RunFolder) -> str:
    """What tells this making of a Run from another one: a hash of its run.json."""
    return hashlib.sha256(run.stored_info()).hexdigest()[:16]


def following(run: RunFolder, dataset: Dataset) -> Path | None:
    """The folder whose files replace those of ``run``, where ``dataset`` has changed since it was made; else None."""
    if dataset.folder is None or not dataset.trained_on:
        return None
    folder = dataset.folder / FOLLOWING / run.name
    if not (folder / "following.json").exists():
        return None
    about = read_json(folder / "following.json", f"Bring it up to date: learn update {dataset.name}", dict)
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
