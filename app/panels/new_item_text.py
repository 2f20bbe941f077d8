"""The text of new items: what the LLM reads of them, and its content embeddings for every variant."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from app.shared import recommenders, theme
from app.shared.heavy import Kept, in_turn
from learn.cex.prompt import item_prompts
from learn.config import CEXConfig
from learn.errors import LearnError
from learn.explore.colours import run_colours
from learn.explore.metrics.overview import run_labels
from learn.runs.new_items import embed_items, reading_settings
from learn.runs.recommender import Recommender


def labels_and_colours(opened: dict[str, Recommender]) -> tuple[dict[str, str], dict[str, str]]:
    """Run name -> what people read, and Run name -> colour."""
    runs = [one.run for one in opened.values()]
    return run_labels(runs), run_colours((run.name, run.info.variant) for run in runs)


def show_prompt(row: pd.DataFrame) -> None:
    """The text that the LLM reads of the items table's first row, folded away."""
    with st.expander("What the language model reads"):
        st.code(item_prompts(row)[0], language=None, wrap_lines=True)


@st.cache_resource(max_entries=1, show_spinner=False)
def _kept() -> Kept[np.ndarray]:
    """What the LLM read lately, by texts and settings; nobody changes it."""
    return Kept(64)


def _read(items: pd.DataFrame, cex: CEXConfig) -> np.ndarray:
    return embed_items(items, recommenders.open_llm(cex), cex)


def read_items(opened: dict[str, Recommender], items: pd.DataFrame) -> dict[str, np.ndarray]:
    """Run name -> [n, D_llm] content embeddings of ``items``; a Run whose LLM is not here says so and is left out."""
    content: dict[str, np.ndarray] = {}
    said: set[str] = set()
    for name, one in opened.items():
        if not one.reads_text:
            st.info(f"{theme.plain(one.run.info.label)} knows items by their ID only: a new item is nothing to it.")
            continue
        try:
            cex = reading_settings(one.run)
            key = (tuple(item_prompts(items)), cex.model_dump_json())
            read = partial(_read, items, cex)
            content[name] = in_turn(_kept(), key, read, "The language model is reading …")
        except LearnError as error:
            if error.what not in said:
                theme.show_error(error)
            said.add(error.what)
    return content
