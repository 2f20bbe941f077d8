"""A Run's trained towers, ready for inference."""

from __future__ import annotations

import torch

from learn.errors import LearnError
from learn.pal.preprocessing import ContentPreprocessing
from learn.pal.towers import Towers
from learn.runs.folder import RunFolder


def load_towers(run: RunFolder) -> tuple[Towers, ContentPreprocessing]:
    """The trained towers of ``run``, on the CPU, ready for inference.

    Raises:
        LearnError: ``run`` has no weights, or those of another version's PAL, or of adapters to another LLM.
    """
    preprocessing = ContentPreprocessing.from_tensors(run.tensors("preprocessing"))
    weights = {name: torch.as_tensor(value) for name, value in run.tensors("weights").items()}
    towers = Towers(len(preprocessing.mean), run.config, weights.get("inputs.known"), run.models)
    try:
        towers.load_state_dict(weights)
    except RuntimeError as error:
        raise LearnError(
            f"Run {run.name} has weights that this version's PAL does not: {str(error).splitlines()[-1].strip()}",
            f"Train it again: learn train {run.info.dataset}",
        ) from None
    return towers.eval(), preprocessing
