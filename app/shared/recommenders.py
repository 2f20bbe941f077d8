"""What answers for each Run, and the frozen LLM, opened once per process. Nothing returned here is changed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from app.shared import cache, theme
from learn.config import CEXConfig
from learn.data.dataset import Dataset
from learn.errors import LearnError
from learn.runs.recommender import Recommender
from learn.runs.run import Run
from learn.runs.vectors import embeds, stored_content_of

if TYPE_CHECKING:
    from learn.cex.llm import FrozenLLM


@st.cache_resource(max_entries=8, show_spinner="Reading stored content embeddings …")
def _content(_run: Run, _dataset: Dataset, root: str, key: str, fingerprint: str) -> np.ndarray:
    return stored_content_of(_run, _dataset)


@st.cache_resource(max_entries=16, show_spinner=False)
def _recommender(_run: Run, _dataset: Dataset, key: str, fingerprint: str) -> Recommender:
    content = None
    if embeds(_run):
        content = _content(_run, _dataset, str(_run.workspace.root), str(_run.info.content_key), fingerprint)
    return Recommender(_run, _dataset, content)


def open_recommenders(runs: Sequence[Run], dataset: Dataset, towers: bool = False) -> dict[str, Recommender]:
    """Run name -> what answers for it; a Run that cannot be opened says so and is left out.

    Args:
        towers: whether its trained towers will be needed, for new histories or new items.
    """
    opened = {}
    for run in runs:
        try:
            one = _recommender(run, dataset, cache.run_key([run])[0], dataset.fingerprint)
            _ = one.towers if towers else None
        except LearnError as error:
            theme.show_error(error)
        else:
            opened[run.name] = one
    return opened


def read_ahead(runs: Sequence[Run], dataset: Dataset) -> None:
    """Reads what Recommendations needs first, in silence: what is wrong with a Run is said there, where it matters."""
    for run in runs:
        with suppress(LearnError):
            _ = _recommender(run, dataset, cache.run_key([run])[0], dataset.fingerprint).items


@st.cache_resource(max_entries=2, show_spinner="Waking the frozen LLM: the first time takes half a minute …")
def _llm(settings: str, models: str) -> FrozenLLM:
    from learn.cex.llm import load_llm

    return load_llm(CEXConfig.model_validate_json(settings), cache.workspace().models)


def open_llm(cex: CEXConfig) -> FrozenLLM:
    """The LLM that ``cex`` names, kept warm."""
    return _llm(cex.model_dump_json(), str(cache.workspace().models))
