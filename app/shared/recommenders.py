"""Opening Runs for new people and items, and the frozen LLM, once per process. Nothing returned here is changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import streamlit as st

from app.shared import cache, theme
from learn.cex.llm import FrozenLLM
from learn.config import CEXConfig
from learn.data.dataset import Dataset
from learn.errors import LearnError
from learn.explore.lists import new_item
from learn.runs.recommender import Recommender, open_recommender
from learn.runs.run import Run
from learn.workspace import Workspace


def workspace_of(run: Run) -> Workspace:
    """Where ``run`` lies: the user's workspace, or the prebuilt demo."""
    return Workspace(run.path.parents[2])


@st.cache_resource(max_entries=8, show_spinner="Reading stored content embeddings …")
def _content(_dataset: Dataset, root: str, key: str, fingerprint: str) -> np.ndarray:
    from learn.cex.store import stored_content

    return stored_content(Workspace(Path(root)), _dataset, key)


@st.cache_resource(max_entries=16, show_spinner="Opening the trained towers …")
def _live(_run: Run, _dataset: Dataset, key: str, fingerprint: str) -> Recommender:
    place = workspace_of(_run)
    return open_recommender(
        _run, place, _dataset, _content(_dataset, str(place.root), _run.info.content_key, fingerprint)
    )


def open_lives(runs: Sequence[Run], dataset: Dataset) -> dict[str, Recommender]:
    """Run name -> what answers for it; a Run that cannot be opened says so and is left out."""
    found = {}
    for run in runs:
        try:
            found[run.name] = _live(run, dataset, cache.run_key([run])[0], dataset.fingerprint)
        except LearnError as error:
            theme.show_error(error)
    return found


def reading_settings(run: Run) -> CEXConfig:
    """See `learn.explore.lists.new_item.reading_settings`."""
    return new_item.reading_settings(run, workspace_of(run))


@st.cache_resource(max_entries=2, show_spinner="Waking the frozen LLM: the first time takes half a minute …")
def _llm(settings: str, models: str) -> FrozenLLM:
    return new_item.open_llm(CEXConfig.model_validate_json(settings), cache.workspace())


def open_llm(cex: CEXConfig) -> FrozenLLM:
    """The LLM that ``cex`` names, kept warm."""
    return _llm(cex.model_dump_json(), str(cache.workspace().models))
