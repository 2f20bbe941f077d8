"""The trained Runs that a script measures: the prebuilt demo's, or another workspace's."""

from __future__ import annotations

import argparse
from pathlib import Path

from learn.data.dataset import Dataset
from learn.data.stored import open_dataset
from learn.runs.run import Run
from learn.runs.vectors import embeds
from learn.workspace import PREBUILT, Workspace


def add_options(parser: argparse.ArgumentParser) -> None:
    """What is measured, in how many threads, and whether it is kept."""
    parser.add_argument("--workspace", default=None, help="where converted LLMs (and prepared datasets) are kept")
    parser.add_argument("--runs-of", default=str(PREBUILT), help="workspace of the Runs; the prebuilt demo by default")
    parser.add_argument("--dataset", default="completejourney")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--print-only", action="store_true", help="write nothing")


def open_trained(arguments: argparse.Namespace) -> tuple[Workspace, Workspace, Dataset, list[Run]]:
    """The own workspace, the Runs', the dataset with its split, and the Runs that answer for new users and items."""
    own, place = Workspace.at(arguments.workspace), Workspace(Path(arguments.runs_of))
    dataset = open_dataset(own, arguments.dataset)
    return own, place, dataset, [run for run in map(Run, place.run_paths(dataset.name)) if embeds(run)]
