"""The LLMs that the Runs of a workspace read new items with: what can be made ready before anybody asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from learn.config import BUNDLED, BUNDLED_ENCODER, CEXConfig
from learn.data.stored import dataset_names
from learn.errors import LearnError
from learn.runs.folder import RunFolder
from learn.runs.stored import run_paths
from learn.workspace import Workspace

LLM_NAMES = {BUNDLED: "SmolLM2-135M-Instruct", BUNDLED_ENCODER: "all-MiniLM-L6-v2"}
"""The bundled LLMs as their makers call them, with their size where it is in the name."""


def llm_names(runs: Sequence[RunFolder]) -> list[str]:
    """Which LLMs read the texts that the trained ``runs`` learned from, each once; vectors made elsewhere have none."""
    found: dict[str, None] = {}
    for run in runs:
        with suppress(LearnError):  # nothing was trained, or the file is damaged: said where it is needed
            encoders = run.config.cex.encoders if run.info.kind == "learn" else []
            found |= dict.fromkeys(called(one.llm) for one in encoders if one.own_vectors is None)
    return list(found)


def called(llm: str) -> str:
    """An LLM as its makers call it, of what a setting names: a bundled one, a folder, or one by its public name."""
    return LLM_NAMES.get(llm) or Path(llm).name


def reading_runs(workspace: Workspace) -> Iterator[CEXConfig]:
    """How the LLMs of a workspace's Runs read, each once; of Runs that cannot read a new item nothing.

    Only LLMs that are here, bundled or as a folder: opening somebody's Run fetches nothing from elsewhere.
    """
    from learn.runs.new_items import reading_settings  # torch with it, which opening a page does without

    said = set()
    for dataset in dataset_names(workspace):
        for path in run_paths(workspace, dataset).values():
            with suppress(LearnError):
                run = RunFolder(path)
                if not run.info.content_key or not all(is_here(one.llm) for one in run.config.cex.encoders):
                    continue
                cex = reading_settings(run)
                if cex.model_dump_json() not in said:
                    said.add(cex.model_dump_json())
                    yield cex


def is_here(llm: str) -> bool:
    """Whether a setting names an LLM that needs no network: a bundled one, or a folder."""
    return llm in (BUNDLED, BUNDLED_ENCODER) or Path(llm).expanduser().is_dir()
