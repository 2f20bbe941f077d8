"""What run.json says of a Run, and how the files of its folder are written."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from learn.files import atomic_path, write_json
from learn.retrieval.repeats import Repeat
from learn.tensor_files import save_tensors

FORMAT_VERSION = 1


class RunInfo(BaseModel):
    """run.json: written last, so its presence means that the Run is whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: int = FORMAT_VERSION
    name: str
    """The folder's name."""
    label: str
    """What people read: "(a) sequence to sequence"."""
    kind: Literal["learn", "reference", "imported", "blend", "average"]
    variant: str
    """A code of `learn.item_towers.ITEM_TOWERS`, or what else made it: "popularity", "ease", "imported"."""
    dataset: str
    dataset_fingerprint: str
    split: dict[str, str | None]
    content_key: str | None = Field(default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9_+-]*$")
    """Key of the content store that it was trained on; of several LLMs, one key each with + between."""
    item_vectors: Literal["own", "content", "none"] = "none"
    """``own``: in this folder. ``content``: the item embedding is E^c itself, prepared as this Run's preprocessing
    says (towers (c) and without-align); it is read from the content store, not copied."""
    repeat: float = 0.0
    """Added to the score of an item that the user's history holds."""
    repeat_slope: float = 0.0
    """Added too, times the logarithm of how often the user had it (`learn.retrieval.repeats.Repeat`)."""
    repeat_half_life: float | None = None
    """In days: how fast an event counts less in that; None: all count alike."""
    seed: int | None = None
    trainable_parameters: int = 0
    train_seconds: float = 0.0
    refit: bool | None = None
    """Whether it learned from training and validation together, under what validation had chosen before, or from the
    training part alone; None: it does not say (imported, or made by an earlier version)."""
    settings: dict[str, Any] = {}
    """What validation chose for a reference or a blend: its own settings."""
    validation: float | None = None
    """NDCG@10 on validation among items new to the user (among all, where none is new) of what learned from the
    training part alone: by it Runs are compared before anything is known of the test."""
    made: dict[str, str] = {}
    """Versions and commit that made it."""

    @property
    def repeat_bias(self) -> Repeat:
        """The repeat-consumption bias."""
        return Repeat(self.repeat, self.repeat_slope, self.repeat_half_life)


def repeat_fields(repeat: Repeat) -> dict[str, float | None]:
    """What run.json says of ``repeat``."""
    return {"repeat": repeat.constant, "repeat_slope": repeat.slope, "repeat_half_life": repeat.half_life}


def write_vectors(path: Path, vectors: np.ndarray, dtype: str = "float16") -> None:
    """Stores [n, d] ``vectors`` under the name "vectors" in a safetensors file, atomically."""
    save_tensors(path, {"vectors": vectors.astype(dtype)})


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
