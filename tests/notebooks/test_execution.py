"""Every notebook runs top to bottom as a reader runs it, says what is stored in it, and leaves no trace beside it.

Words have to be equal, numbers near enough (`notebooks.tools.compare`); of cells tagged ``varies``, whose lists come
from a training in the notebook or a text read there, only the number of lines. Not compared: pictures (their figures in
words are), stderr, progress bars, live widgets.
"""

from __future__ import annotations

import subprocess

import pytest

from notebooks.tools.compare import differences
from notebooks.tools.execute import ROOT, execute
from notebooks.tools.outputs import clean


def git_status():
    command = ["git", "-c", "safe.directory=*", "status", "--porcelain"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.slow
@pytest.mark.timeout(1800)  # a bound on hanging, not on speed
def test_it_runs_top_to_bottom_and_says_what_is_stored(path, notebook, notebooks_workspace):
    before, source = git_status(), path.read_bytes()
    fresh = execute(path, notebooks_workspace)
    executed = [cell.execution_count for cell in fresh.cells if cell.cell_type == "code"]
    assert executed == list(range(1, len(executed) + 1))
    clean(fresh, notebooks_workspace, painter=None)
    assert differences(notebook, fresh) == [], "Look at what changed, then type: make notebooks-refresh"
    assert path.read_bytes() == source
    assert git_status() == before
