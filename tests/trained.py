"""The synthetic dataset read by a tiny random LLM, and Runs of every variant trained on it for one epoch: seconds."""

from __future__ import annotations

import shutil
from pathlib import Path

from learn.cex.extractor import content_embeddings, wording_differences
from learn.config import CEXConfig, Config, preset
from learn.data.dataset import Dataset
from learn.data.stored import open_dataset
from learn.item_towers import ITEM_TOWERS
from learn.progress import make_progress
from learn.runs.baselines import POPULARITY
from learn.runs.reference_runs import make_reference_run
from learn.runs.run import Run
from learn.training.train import train
from learn.workspace import Workspace
from tests import synthetic
from tests.fake_llm import make_tiny_llm

VARIANTS = tuple(ITEM_TOWERS)


def tiny_config(llm: Path, **changes) -> Config:
    """The preset for tests, reading with the LLM in ``llm``; histories of more than 8 items are several strands."""
    settings = {"training__epochs": 1, "sampling__history_length": 8, "sampling__distinct_history": True}
    config = preset("tiny").with_values(**(settings | changes))
    return config.model_copy(update={"cex": CEXConfig(llm=str(llm), dtype="float32", max_tokens=256)})


def make_trained_workspace(root: Path | str, dataset: Dataset | None = None) -> Workspace:
    """`synthetic.make_synthetic_workspace` with its Runs with vectors replaced by trained ones: learn-a, learn-b,
    learn-c, without-align, and popularity with stored lists only; the LLM is in ``root``/llm. ``dataset``: another
    one, with its split."""
    workspace = Workspace(Path(root))
    dataset = dataset or synthetic.make_synthetic_dataset()
    dataset.save(workspace.dataset(dataset.name))
    split = dataset.split
    silent = make_progress(silent=True)
    config = tiny_config(make_tiny_llm(workspace.root / "llm"))
    read = content_embeddings(dataset, config.cex, workspace, silent)
    wording_differences(dataset, config.cex, workspace, read.vectors, silent)
    for tower in ITEM_TOWERS.entries:
        train(
            dataset,
            split,
            read.vectors,
            config.with_values(pal__item_tower=tower.code),
            folder=workspace.run(dataset.name, tower.run_name),
            content_key=read.key,
            progress=silent,
        )
    make_reference_run(POPULARITY, dataset, split, workspace.run(dataset.name, POPULARITY))
    return workspace


def copy_of(workspace: Workspace, folder: Path) -> Workspace:
    """``workspace`` with all that is in it, in ``folder``; its Runs name the LLM of the original."""
    shutil.copytree(workspace.root, folder)
    return Workspace(folder)


def train_lora(workspace: Workspace, name: str = "llm-lora") -> Run:
    """Adds to a `make_trained_workspace` a Run of tower (a) whose PAL is the first layer of its LLM."""
    dataset = open_dataset(workspace, synthetic.NAME)
    split = dataset.split
    silent = make_progress(silent=True)
    config = tiny_config(workspace.root / "llm", pal__backbone="llm-lora", pal__backbone_layers=1, pal__lora_rank=2)
    read = content_embeddings(dataset, config.cex, workspace, silent)
    folder = workspace.run(dataset.name, name)
    return train(dataset, split, read.vectors, config, folder=folder, content_key=read.key, progress=silent)
