"""Bring your own: two tables in, how they are read, and an explorer of them out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import streamlit as st

from app.panels import bring_build, bring_files, bring_reading, bring_steps, bring_written
from app.shared import cache, theme, url
from learn.building.background import Spec, name_is_taken
from learn.building.files import is_temporary
from learn.workspace import checked_name


def draw() -> None:
    if cache.dataset_names():
        theme.pick_dataset()
    st.title("Bring your own", anchor=False)
    root = cache.workspace().root
    st.caption(
        "Two tables give every page but Benchmarks; Ranking needs a third one (below the two). "
        "Your files stay on the computer that runs this app."
    )
    place = st.container(gap="xxsmall")
    _say_if_temporary(root)
    running = bring_build.show_latest()
    if not any(key in st.query_params for key in bring_files.TABLES):
        bring_files.offer_example()
    files = bring_files.pick()
    with place:
        bring_steps.show(1 if len(files) < 2 else 2)
    bring_steps.show_impressions()
    if len(files) < 2:
        bring_steps.show_needs()
        return
    st.subheader("2. How they are read", anchor=False)
    written = bring_written.pick()
    with st.expander("Which column is what", expanded=True):
        mapping = bring_reading.pick_mapping(files, written)
    bring_reading.show(files, mapping, written)
    st.subheader("3. Build", anchor=False)
    _build(files, mapping, written, running)


def _say_if_temporary(root: Path) -> None:
    """Warns where what is built may be lost, and says how to keep it."""
    if is_temporary(root):
        told = f"What you build may be lost: {root} is a temporary folder. To keep it: `learn app --workspace FOLDER`"
        st.markdown(f":material/warning: {theme.plain(told, commands=True)}")


def _build(
    files: dict[str, str], mapping: tuple[str, ...], written: bring_written.Written, running: str | None
) -> None:
    items, interactions = files[url.ITEMS_FILE], files[url.EVENTS_FILE]
    suggested = bring_files.suggest_name(items, interactions)
    name = url.linked_text(
        st.text_input,
        "Name of the dataset",
        url.NEW_DATASET,
        max_chars=80,
        placeholder=suggested,
        help="Letters, digits, dots, dashes and underscores.",
    )
    called = checked_name(name.strip() or suggested, "Dataset")
    spec = Spec(called, items, interactions, mapping, **asdict(written))
    taken = name_is_taken(cache.workspace(), spec)
    if taken:
        st.warning(f"There is a dataset {theme.plain(spec.name)} already: choose another name above.")
    if running is not None:
        st.info(f"The build of {theme.plain(running)} is running: one at a time.")
    st.button(
        f"Build {spec.name}",
        key="bring_build",
        type="primary",
        icon=":material/construction:",
        disabled=taken or running is not None,
        on_click=bring_build.begin_safely,
        args=(spec,),
    )
    bring_build.show_problem()


theme.guarded(draw)
