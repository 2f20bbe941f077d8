"""Runs a notebook top to bottom in a kernel of its own, as a reader runs it."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "notebooks"
PATHS = sorted(FOLDER.glob("*.ipynb"))
"""The notebooks that there are, in reading order."""

SECONDS_A_CELL = 1800


def execute(path: Path, workspace: Path) -> NotebookNode:
    """The notebook at ``path`` with the outputs of this run; the file stays as it is.

    Args:
        workspace: where datasets, content embeddings and Runs of the notebook go.

    Raises:
        CellExecutionError: a cell failed; the message is its traceback.
    """
    notebook = nbformat.read(path, as_version=4)
    environment = os.environ | {
        "LEARN_WORKSPACE": str(workspace),
        "PYTHONPATH": str(ROOT),  # this checkout, whatever else is installed
        "PYTHONHASHSEED": "0",
        "PLOTLY_RENDERER": "plotly_mimetype",  # figures as data: `outputs.clean` draws or describes them
    }
    client = NotebookClient(
        notebook,
        timeout=SECONDS_A_CELL,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(FOLDER)}},
    )
    client.execute(env=environment)
    return notebook
