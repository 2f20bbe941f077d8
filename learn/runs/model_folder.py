"""A Run's towers as a model folder: weights, configuration and a card, loaded again by `LearnModel.from_pretrained`."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import numpy as np
import torch
from huggingface_hub import PyTorchModelHubMixin
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

from learn.config import Inputs, parse_config
from learn.data.sequences import Sequences
from learn.errors import LearnError
from learn.pal.infer import item_vectors, user_vectors
from learn.pal.inputs import UNKNOWN
from learn.pal.preprocessing import ContentPreprocessing
from learn.pal.towers import Towers
from learn.runs.recommender import Recommender
from learn.workspace import Workspace

WEIGHTS = "model.safetensors"


class LearnModel(
    nn.Module,
    PyTorchModelHubMixin,
    library_name="learn-explorer",
    tags=["recommendation", "learn"],
    paper_url="https://arxiv.org/abs/2405.03988",
):
    """Content embeddings -> item and user embeddings, whose inner product is the score.

    It is loaded with ``LearnModel.from_pretrained(FOLDER)`` and saved with ``save_pretrained(FOLDER)``.

    Args:
        settings: the Run's configuration, as config.json of a Run holds it.
        content_size: D_llm.
        whitens: whether the preprocessing is a matrix (whitening), or a scale (standardising).
        n_items: items with an ID embedding; 0 where items are read by their text alone.
        trained: False for w/o Align, which has no towers.
        facts: what else the Run's run.json says; kept, not used.
    """

    def __init__(
        self,
        settings: dict[str, Any],
        content_size: int,
        whitens: bool,
        n_items: int = 0,
        trained: bool = True,
        facts: dict[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.learn_config = parse_config(settings, "The configuration of the model folder")
        self.facts = facts or {}
        known = torch.zeros(n_items, dtype=torch.bool)
        self.towers = Towers(content_size, self.learn_config, known, Workspace.at().models) if trained else None
        self.register_buffer("mean", torch.zeros(content_size))
        shape = (content_size, content_size) if whitens else (content_size,)
        self.register_buffer("matrix" if whitens else "scale", torch.ones(shape))

    @classmethod
    def from_pretrained(  # type: ignore[override]  # a folder only: the mixin would also download
        cls, folder: Path | str, **options: Any
    ) -> LearnModel:
        """The model in a local folder that `learn export` or ``save_pretrained`` wrote; nothing is downloaded.

        Raises:
            LearnError: there is none, or it is damaged.
        """
        if not (Path(folder) / WEIGHTS).is_file():
            raise LearnError(f"There is no model folder {folder}: it has no {WEIGHTS}.", "Make one: learn export")
        found: LearnModel = super().from_pretrained(str(folder), **options)
        return found

    @classmethod
    def _from_pretrained(cls, *, model_id: str, map_location: str = "cpu", **given: Any) -> LearnModel:
        """What the mixin calls for a folder: weights that fit one by one."""
        file = Path(model_id) / WEIGHTS
        places = inspect.signature(cls.__init__).parameters
        model = cls(**{name: value for name, value in given.items() if name in places})
        try:
            model.load_state_dict(load_file(file, device=map_location), strict=True)
        except (SafetensorError, RuntimeError) as error:
            last = str(error).strip().splitlines()[-1].strip()
            raise LearnError(f"{file} is damaged: {last}", "Make it again: learn export") from None
        return model.eval()

    @property
    def preprocessing(self) -> ContentPreprocessing:
        """Raw content embeddings -> what the towers read."""
        names = ("mean", "scale", "matrix")
        held = dict(self.named_buffers(recurse=False))
        return ContentPreprocessing.from_tensors({name: held[name].cpu().numpy() for name in names if name in held})

    def prepared(self, content: torch.Tensor) -> torch.Tensor:
        """[..., D_llm] content embeddings -> [..., D_llm] at the scale that the towers read."""
        centred, held = content - self.get_buffer("mean"), dict(self.named_buffers(recurse=False))
        return centred @ held["matrix"] if "matrix" in held else centred * held["scale"]

    def embed_items(self, content: np.ndarray, items: np.ndarray | None = None) -> np.ndarray:
        """[n, D_llm] float32 content embeddings -> [n, d] float32 item embeddings.

        Args:
            content: as the LLM gives them.
            items: [n] the catalogue's indices, where the Run reads IDs; None: new items, read by their text alone.
        """
        rows = torch.as_tensor(self.preprocessing.apply(content))
        if self.towers is None:
            return functional.normalize(rows, dim=-1).numpy()
        places = torch.full((len(rows),), UNKNOWN) if items is None else torch.as_tensor(items)
        return item_vectors(self.towers, rows, items=places)

    def embed_history(self, content: np.ndarray, items: np.ndarray | None = None) -> np.ndarray:
        """[H, D_llm] float32 content embeddings of a history, the oldest first -> [d] float32 user embedding.

        Args:
            content, items: as of `embed_items`; an item that comes again is a row that comes again.
        """
        rows, places = np.unique(content, axis=0, return_inverse=True) if items is None else (content, None)
        order = np.arange(len(content)) if places is None else places.ravel()
        prepared = torch.as_tensor(self.preprocessing.apply(rows))
        if self.towers is None:
            return functional.normalize(prepared[order].sum(dim=0), dim=-1).numpy()
        indices = torch.full((len(rows),), UNKNOWN) if items is None else torch.as_tensor(items)
        history = Sequences(order.astype(np.int32), np.array([0, len(order)], dtype=np.int64))
        return user_vectors(self.towers, prepared, history, self.learn_config.sampling, indices)[0]


def model_of(recommender: Recommender) -> LearnModel:
    """The towers of a Run that embeds, as a `LearnModel`.

    Raises:
        LearnError: the Run has stored lists only, or a file is damaged.
    """
    run, towers = recommender.run, recommender.towers
    tensors = recommender.preprocessing.tensors()
    reads_ids = towers is not None and towers.inputs.kind is not Inputs.TEXT
    model = LearnModel(
        run.config.model_dump(mode="json"),
        len(tensors["mean"]),
        "matrix" in tensors,
        len(towers.inputs.known) if towers is not None and reads_ids else 0,
        towers is not None,
        run.info.model_dump(mode="json"),
    )
    for name, value in tensors.items():
        model.get_buffer(name).copy_(torch.as_tensor(value))
    model.towers = towers
    return model.eval()
