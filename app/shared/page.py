"""How pages begin: the dataset, its Runs and what is read of it; what is missing says which command makes it."""

from __future__ import annotations

import streamlit as st

from app.shared import cache, theme
from learn.explore.maps.spaces import Space, find_spaces
from learn.runs.stored import FoundRuns


def open_page(title: str, caption: str) -> tuple[FoundRuns, cache.View]:
    """Draws a page's heading and opens what it is about; an empty workspace ends the page here."""
    dataset = theme.pick_dataset()
    st.title(title, anchor=False)
    st.caption(caption)
    runs = cache.open_runs(dataset)
    return runs, cache.view(dataset)


def open_spaces(runs: FoundRuns, dataset: str, least: int, words: str) -> list[Space]:
    """The spaces of ``runs``; where there are fewer than ``least`` the page ends with ``words`` and what to type."""
    for problem in runs.problems:
        theme.show_error(problem)
    if not runs.usable:
        theme.no_runs(dataset)
        st.stop()
    spaces = find_spaces(runs.usable)
    if len(spaces) < least:
        st.info(words, icon=":material/map:")
        st.code(f"learn train {dataset}", language="bash")
        st.stop()
    return spaces
