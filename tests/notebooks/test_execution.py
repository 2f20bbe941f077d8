"""Every notebook runs top to bottom as a reader runs it, and leaves the repository as it was."""

from __future__ import annotations

import subprocess

import pytest
from nbclient import NotebookClient

from tests.notebooks.conftest import ROOT


def git_status():
    command = ["git", "-c", "safe.directory=*", "status", "--porcelain"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.slow
@pytest.mark.timeout(1200)  # a bound on hanging, not on speed
def test_it_runs_top_to_bottom_and_leaves_the_tree_clean(path, notebook, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # this checkout, whatever else is installed
    monkeypatch.delenv("LEARN_WORKSPACE", raising=False)
    before, source = git_status(), path.read_bytes()
    client = NotebookClient(
        notebook, timeout=900, kernel_name="python3", resources={"metadata": {"path": str(ROOT / "notebooks")}}
    )
    client.execute()
    run = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in run] == list(range(1, len(run) + 1))
    assert path.read_bytes() == source
    assert git_status() == before
