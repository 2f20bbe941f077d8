"""``python -m learn.building WORKSPACE NAME``: the process of a build that `learn.building.background` starts."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

from filelock import FileLock

from learn.building.background import CANCEL, LOCK, read_spec
from learn.building.files import inside
from learn.building.status import DONE, FAILED, FileProgress
from learn.errors import LearnError
from learn.workspace import Workspace


def main(root: str, name: str) -> int:
    """Builds; returns the exit code."""
    workspace = Workspace(Path(root))
    folder = workspace.build(name)
    lock = folder / LOCK
    lock.touch()
    progress = FileProgress(folder, (folder / CANCEL).exists, lambda: os._exit(0))
    with FileLock(lock), progress.kept():
        try:
            _build(workspace, name, progress)
        except LearnError as error:
            progress.end(FAILED, error.what, error.remedy)
        except Exception as error:  # the page has nothing but what is written here
            traceback.print_exc()
            told = f"The build stopped with an error of its own: {type(error).__name__}: {error}"
            progress.end(FAILED, told, f"Report it with the end of {folder / 'log.txt'}.")
        else:
            progress.end(DONE)
    return 0 if progress.status.state == DONE else 1


def _build(workspace: Workspace, name: str, progress: FileProgress) -> None:
    from learn.building.steps import Plan, build
    from learn.pipeline import Preparation

    spec = read_spec(workspace, name)
    items, interactions = (inside(workspace, file) for file in (spec.items, spec.interactions))
    what = Preparation(
        "tables",
        items,
        interactions,
        name=spec.name,
        mapping=spec.mapping,
        encoding=spec.encoding,
        separator=spec.separator,
        date_order=spec.date_order,
        columns=spec.columns,
    )
    build(workspace, Plan(what, spec.preset, spec.settings, spec.llm), lambda _: progress.prepared(), progress)


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:3]))
