"""What a killed training needs to go on to the same result: tensors as safetensors, numbers as JSON, no pickle.

Batches and dropout are functions of (seed, epoch, step), so no random state has to be kept.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from learn.checksums import check_complete, verify
from learn.errors import LearnError
from learn.files import atomic_folder, read_json, write_json
from learn.tensor_files import saving


def identity(**parts: Any) -> str:
    """A hash of everything that a checkpoint belongs to: configuration, data, content."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, torch.Tensor]:
    """The optimizer's state, flat: "<parameter>.<name>" -> tensor."""
    state = optimizer.state_dict()["state"]
    return {
        f"{index}.{name}": torch.as_tensor(value) for index, values in state.items() for name, value in values.items()
    }


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, torch.Tensor]) -> None:
    """The inverse of `optimizer_tensors`."""
    whole = optimizer.state_dict()
    whole["state"] = {}
    for key, value in tensors.items():
        index, name = key.split(".", 1)
        whole["state"].setdefault(int(index), {})[name] = value
    optimizer.load_state_dict(whole)


class Checkpoints:
    """The one newest checkpoint of one training, in ``folder``."""

    def __init__(self, folder: Path, identity: str) -> None:
        self.folder = folder
        self.identity = identity

    def save(self, groups: dict[str, dict[str, torch.Tensor]], state: dict[str, Any]) -> None:
        """Replaces the checkpoint: ``groups`` of tensors, one file each, and ``state`` (JSON)."""
        with atomic_folder(self.folder) as temporary:
            for name, tensors in groups.items():
                values = {key: value.detach().cpu().contiguous().clone() for key, value in tensors.items()}
                with saving():
                    save_file(values, temporary / f"{name}.safetensors")
            write_json(temporary / "state.json", {"identity": self.identity, **state})

    def load(self) -> tuple[dict[str, dict[str, torch.Tensor]], dict[str, Any]] | None:
        """The newest checkpoint, or None when there is none or it belongs to another configuration or other data."""
        if not (self.folder / "state.json").exists():
            return None
        remedy = f"Delete the folder {self.folder.parent}, and train again: learn train"
        state = read_json(self.folder / "state.json", remedy, dict)
        check_complete(self.folder, remedy)
        if state.get("identity") != self.identity:
            return None
        try:
            for path in self.folder.glob("*.safetensors"):
                verify(path, remedy)
            return {path.stem: load_file(path) for path in self.folder.glob("*.safetensors")}, state
        except (OSError, SafetensorError, RuntimeError) as error:  # the last: a file that cannot be opened
            raise LearnError(f"The checkpoint {self.folder} is damaged: {error}", remedy) from error

    def remove(self) -> None:
        """Called when the Run is whole."""
        shutil.rmtree(self.folder, ignore_errors=True)
