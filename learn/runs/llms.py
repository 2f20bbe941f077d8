"""The LLMs that the Runs of a workspace read new items with: what can be made ready before anybody asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from learn.config import CEXConfig
from learn.data.stored import dataset_names
from learn.errors import LearnError
from learn.runs.folder import RunFolder
from learn.runs.new_items import reading_settings
from learn.runs.stored import run_paths
from learn.workspace import Workspace


def reading_runs(workspace: Workspace) -> Iterator[CEXConfig]:
    """How the LLMs of a workspace's Runs read, each once; of Runs that cannot read a new item nothing."""
    said = set()
    for dataset in dataset_names(workspace):
        for path in run_paths(workspace, dataset).values():
            with suppress(LearnError):
                run = RunFolder(path)
                if run.info.content_key and (cex := reading_settings(run)).model_dump_json() not in said:
                    said.add(cex.model_dump_json())
                    yield cex
