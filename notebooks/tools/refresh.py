"""Executes notebooks and stores their outputs in them: ``python -m notebooks.tools.refresh [1 5 ...]``."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import nbformat

from notebooks.tools.compare import differences
from notebooks.tools.execute import PATHS, execute
from notebooks.tools.figures import open_painter
from notebooks.tools.outputs import clean

MOST_BYTES = 1_000_000


def main() -> None:
    """Reads the command line and refreshes the notebooks that it names, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("numbers", nargs="*", help="which notebooks, by their numbers; none: all")
    parser.add_argument("--workspace", type=Path, help="where they work; without it: a new folder that is removed")
    options = parser.parse_args()
    paths = [path for path in PATHS if not options.numbers or path.name.partition("_")[0] in options.numbers]
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            refresh(path, (options.workspace or Path(folder)).resolve())


def refresh(path: Path, workspace: Path) -> None:
    """Executes the notebook at ``path`` in ``workspace`` and writes it back with its outputs."""
    stored = nbformat.read(path, as_version=4)
    notebook = execute(path, workspace)
    with open_painter() as painter:
        clean(notebook, workspace, painter)
    changed = [problem.partition(":")[0] for problem in differences(stored, notebook)]
    nbformat.write(notebook, path)
    size = path.stat().st_size
    print(
        f"{path.name}: {size:,} bytes, said something else than before: {', '.join(changed) or 'no cell'}", flush=True
    )
    if size > MOST_BYTES:
        raise SystemExit(f"{path.name} has more than {MOST_BYTES:,} bytes. Show less, or draw it smaller.")


if __name__ == "__main__":
    main()
