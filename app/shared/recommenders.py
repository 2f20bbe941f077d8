"""What answers for each Run, and the frozen LLM, opened once per process. Nothing returned here is changed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import streamlit as st

from app.shared import cache, theme
from app.shared.collection import set_aside
from learn.config import CEXConfig
from learn.data.dataset import Dataset
from learn.errors import LearnError
from learn.explore.lists import likeness
from learn.explore.lists.likeness import read_directions
from learn.retrieval.index import chosen_kind
from learn.runs.llms import reading_runs
from learn.runs.recommender import Recommender
from learn.runs.run import Run
from learn.runs.vectors import embeds, stored_content_of
from learn.workspace import Workspace

if TYPE_CHECKING:
    from learn.cex.llm import FrozenLLM


Result = TypeVar("Result")


@st.cache_resource(max_entries=8, show_spinner="Reading stored content embeddings …")
def _content(_run: Run, _dataset: Dataset, root: str, key: str, fingerprint: str) -> np.ndarray:
    return stored_content_of(_run, _dataset)


@st.cache_resource(max_entries=16, show_spinner=False)
def _recommender(_run: Run, _dataset: Dataset, key: str, fingerprint: str, index: str) -> Recommender:
    content = None
    if embeds(_run):
        content = _content(_run, _dataset, str(_run.workspace.root), str(_run.info.content_key), fingerprint)
    return Recommender(_run, _dataset, content, index)


def open_recommender(run: Run, dataset: Dataset) -> Recommender:
    """What answers for ``run``.

    Raises:
        LearnError: it cannot be opened, or does not fit.
    """
    return _recommender(run, dataset, cache.run_key([run])[0], dataset.fingerprint, chosen_kind())


def open_recommenders(runs: Sequence[Run], dataset: Dataset, towers: bool = False) -> dict[str, Recommender]:
    """Run name -> what answers for it; a Run that cannot be opened says so and is left out.

    Args:
        towers: whether its trained towers will be needed, for new histories or new items.
    """
    opened = {}
    for run in runs:
        try:
            one = open_recommender(run, dataset)
            _ = one.towers if towers else None
        except LearnError as error:
            theme.show_error(error)
        else:
            opened[run.name] = one
    return opened


@st.cache_resource(max_entries=4, show_spinner=False)
def _directions(_reader: Recommender, key: str, fingerprint: str) -> np.ndarray:
    return read_directions(_reader)


def catalogue_directions(reader: Recommender) -> np.ndarray:
    """[N, D] float32 of length 1: the catalogue where ``reader`` looks for what a typed text is like."""
    return _directions(reader, cache.run_key([reader.run])[0], reader.dataset.fingerprint)


def like_in_text(opened: Mapping[str, Recommender], asked: int | Mapping[str, np.ndarray]) -> np.ndarray | None:
    """[N] bool: `likeness.like_in_text` of an item of the catalogue (its index), or of a new one (Run name -> its
    content embeddings, one row), as the first of ``opened`` reads texts; None where none does."""
    reader = next((one for one in opened.values() if one.reads_text), None)
    if reader is None:
        return None
    vectors = catalogue_directions(reader)
    vector = vectors[asked] if isinstance(asked, int) else read_directions(reader, asked[reader.run.name])[0]
    return likeness.like_in_text(vectors, vector)


def read_ahead(runs: Sequence[Run], dataset: Dataset) -> None:
    """Reads what Recommendations needs first, in silence: what is wrong with a Run is said there, where it matters."""
    for run in runs:
        with suppress(LearnError):
            _ = open_recommender(run, dataset).items


@st.cache_resource(max_entries=2, show_spinner="Waking the frozen LLM: the first time takes half a minute …")
def _llm(settings: str, models: str) -> tuple[FrozenLLM, ...]:
    try:
        return _loading(settings, models).result()
    except LearnError:
        _loading.clear(settings, models)  # what is missing may be there the next time
        raise


@st.cache_resource(max_entries=2, show_spinner=False)
def _loading(settings: str, models: str) -> Future[tuple[FrozenLLM, ...]]:
    """The LLM on its way, of which there is one, however many ask for it."""
    return _in_background(lambda: _load(settings, models))


def _load(settings: str, models: str) -> tuple[FrozenLLM, ...]:
    from learn.runs.new_items import load_llms

    loaded = load_llms(CEXConfig.model_validate_json(settings), models)
    set_aside()
    return loaded


def _in_background(work: Callable[[], Result]) -> Future[Result]:
    """``work`` in a thread that does not keep the server from ending."""
    future: Future[Result] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def open_llm(cex: CEXConfig) -> tuple[FrozenLLM, ...]:
    """The LLMs that ``cex`` names, kept warm."""
    return _llm(cex.model_dump_json(), str(cache.workspace().models))


def wake_llm() -> None:
    """Begins to load the LLM of the first Run that reads text, so that nobody who types an item waits for it."""
    _woken(str(cache.workspace().root))


@st.cache_resource(max_entries=1, show_spinner=False)
def _woken(root: str) -> Future[None]:
    place = Workspace(Path(root))

    def wake() -> None:
        for cex in reading_runs(place):
            _loading(cex.model_dump_json(), str(place.models))
            return

    return _in_background(wake)
