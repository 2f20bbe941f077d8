"""Zero-shot: a Run that was trained on one dataset ranks another one (paper, Figure 4). Nothing is trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from learn.config import Config, Inputs, Preprocessing
from learn.data.dataset import Dataset
from learn.data.splits import Phase, Split
from learn.errors import LearnError
from learn.evaluation.protocol import rank_vectors
from learn.item_towers import ITEM_TOWERS
from learn.pal.infer import item_vectors, user_vectors
from learn.pal.preprocessing import ContentPreprocessing, fit_preprocessing
from learn.pal.residual import ContentResidual
from learn.pal.towers import Towers
from learn.runs.info import RunInfo, provenance
from learn.runs.run import Run
from learn.runs.towers import load_towers
from learn.runs.write import finish_run

TEXTS = 4.0
"""How many times as much as the towers' cosine that of the frozen texts counts in a strange catalogue. The texts alone
are nearly as good; from the towers comes what is common to people of two datasets."""


def transfer(
    source: Run, dataset: Dataset, split: Split, content: np.ndarray, *, folder: Path, content_key: str | None
) -> Run:
    """Writes the Run of ``source``'s towers on ``dataset``, whose interactions are read as histories only.

    What everybody buys, and how often the same again, is the source's own: its popularity bias and its
    repeat-consumption bias stay behind. Towers keep the directions of meaning that told the source's products apart;
    what tells these apart, the residual content path (`learn.pal.residual`) reads, whitened by these items' texts. It
    counts `TEXTS` times as much as the towers.

    Args:
        source: trained on another dataset; its preprocessing's statistics are used as they are by its towers.
        content: [N, D_llm] float32 content embeddings of ``dataset``, by the LLM that ``source`` was trained on.
        folder: the new Run's.

    Raises:
        LearnError: ``source`` reads IDs, trained nothing, or read another LLM.
    """
    if not (source.path / "weights.safetensors").exists() or source.config.pal.inputs is not Inputs.TEXT:
        raise LearnError(
            f"Run {source.name} ({source.info.label}) cannot rank another dataset: it has no towers that read text.",
            "Use a Run of a trained item tower whose pal.inputs is text.",
        )
    towers, preprocessing, config = _with_texts(source, split, content)
    prepared = preprocessing.apply(content)
    rows = torch.as_tensor(prepared)
    users = user_vectors(towers, rows, split.history(Phase.TEST), source.config.sampling)
    items = item_vectors(towers, rows)
    is_own = ITEM_TOWERS[source.config.pal.item_tower].own_vectors
    info = RunInfo(
        name=folder.name,
        label=f"{source.info.label}, trained on {source.info.dataset}",
        kind="learn",
        variant=source.info.variant,
        dataset=dataset.name,
        dataset_fingerprint=dataset.fingerprint,
        split=split.describe(),
        content_key=content_key,
        item_vectors="own" if is_own else "content",
        seed=source.info.seed,
        trainable_parameters=0,
        made=provenance() | {"trained_on": source.info.dataset},
    )
    return finish_run(
        folder,
        info,
        dataset=dataset,
        split=split,
        ranked=rank_vectors(users, items, split),
        config=config,
        user_vectors=users,
        item_vectors=items if is_own else None,
        weights={name: value.numpy() for name, value in towers.state_dict().items()},
        preprocessing=preprocessing.tensors(),
    )


def _with_texts(source: Run, split: Split, content: np.ndarray) -> tuple[Towers, ContentPreprocessing, Config]:
    """The towers of ``source`` with a residual content path for the items of ``split``, what prepares content for
    them, and the configuration that they have then."""
    towers, preprocessing = load_towers(source)
    towers.prior_head = None
    config = source.config.with_values(pal__popularity_bias=False, pal__repeat_bias=False, pal__residual=True)
    apart = preprocessing.matrix is not None and towers.item_tower.own_vectors
    config = config.with_values(pal__residual_whitening=apart)
    towers.residual = ContentResidual(content.shape[1], config.pal)
    towers.residual.strength.copy_(TEXTS * towers.scale.detach())
    if apart:  # else there is nothing to turn, or an item has one vector for both
        own = fit_preprocessing(content[split.training_counts() > 0], Preprocessing.WHITEN, config.pal.shrinkage)
        towers.residual.whiten_apart(preprocessing, own)
    return towers.eval(), preprocessing, config
