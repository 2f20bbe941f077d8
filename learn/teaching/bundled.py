"""What the LLM said of a Run's items, so that lessons need not let it read a catalogue again."""

from __future__ import annotations

from typing import Any

import numpy as np

from learn.cex.store import share_content, stored_content
from learn.data.dataset import Dataset
from learn.runs.new_items import reading_settings
from learn.runs.run import Run
from learn.workspace import Workspace


def content_of(run: Run, dataset: Dataset) -> np.ndarray:
    """[N, D_llm] raw content embeddings on which ``run`` was trained, one row per item of ``dataset``.

    Raises:
        LearnError: the Run has none (a baseline), or its store is missing or damaged.
    """
    return stored_content(run.workspace, dataset, str(run.info.content_key))


def reuse_content(run: Run, dataset: Dataset, workspace: Workspace) -> dict[str, Any]:
    """Puts what the LLM said of ``run``'s items into ``workspace``, as if it had read those of ``dataset`` there.

    Args:
        dataset: of the same texts as the Run's, or of some of them.

    Returns:
        The settings under which `learn.train` finds it: "cex.llm" and the like.

    Raises:
        LearnError: the Run was trained on another LLM than the one that is installed.
    """
    share_content(run.workspace, run.info.dataset, str(run.info.content_key), workspace, dataset)
    # In whatever number format it was read: what is missing is read in this machine's own.
    settings = reading_settings(run).model_dump(mode="json") | {"dtype": "auto"}
    return {f"cex.{name}": value for name, value in settings.items()}
