"""What every page has in common: the sidebar's dataset picker, error boxes, empty states and charts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

import PIL.Image  # noqa: F401  plotly looks whether it is there, also while another session is half through importing it
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.shared import cache, look, refused, url
from app.shared.text import plain
from learn.data.dataset import Dataset
from learn.errors import LearnError

_KEPT = "dataset_kept"
"""The dataset that was looked at last: the sidebar's links to other pages carry nothing."""


def show_error(error: LearnError) -> None:
    """What is wrong and what to do about it, as an error box."""
    what, remedy = plain(error.what, commands=True), plain(error.remedy, commands=True)
    st.error(f"{what}\n\n**What to do:** {remedy}", icon=":material/error:")


def guarded(page: Callable[[], None]) -> None:
    """Runs ``page``: what its link asks for in vain is named; an error that its reader can mend becomes a box."""
    with refused.named_at_the_top():
        try:
            page()
        except LearnError as error:
            show_error(error)


def conclude(sentence: str) -> None:
    """What the figure below says, as a line above it; nothing where there is nothing to say."""
    if sentence:
        st.markdown(f":material/arrow_forward: **{plain(sentence)}**")


def small_print(text: str) -> None:
    """A line of explanations; nothing where there is nothing to explain."""
    if text:
        st.caption(plain(text))


def caution(sentence: str, commands: bool = False) -> None:
    """What makes the figures below say less than they seem to; nothing where there is nothing to say.

    ``commands``: what stands between backquotes is one.
    """
    if sentence:
        st.markdown(f":material/warning: **{plain(sentence, commands)}**")


def chart(figure: go.Figure, key: str, says: str = "", wide: bool = False) -> None:
    """Draws ``figure`` in the app's theme, without the tool bar, below the line that it comes down to.

    ``wide``: of several panels, which a narrow window would squeeze: there it is scrolled.
    """
    conclude(says)
    with st.container(key=f"{look.WIDE}{key}") if wide else nullcontext():
        st.plotly_chart(figure, width="stretch", key=key, config={"displayModeBar": False})


def level(column: DeltaGenerator) -> DeltaGenerator:
    """A container of ``column`` for words and a figure: words begin, and figures of one height end, at the height of
    those of the columns beside it."""
    return column.container(gap="xxsmall", height="stretch", vertical_alignment="distribute")


def way_in(label: str, href: str) -> None:
    """A link that looks like what to click next."""
    st.html(f'<a class="way-in" href="{_attribute(href)}">{label} →</a>{_LOOK}')


_LOOK = (
    "<style>.way-in { display: inline-block; padding: .35rem .8rem; border-radius: 8px; background: #1f5fa8; "
    "color: #fff !important; text-decoration: none; font-weight: 600 } .way-in:hover { background: #174a85 } "
    ".way-in:focus-visible { outline: 3px solid #7fb2ec; outline-offset: 2px }</style>"
)


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


def pick_dataset() -> Dataset:
    """The dataset chosen in the sidebar (the only one, without a choice); an empty workspace ends the page here."""
    names = cache.dataset_names()
    if not names:
        empty_workspace()
    with st.sidebar:
        kept = st.session_state.get(_KEPT)
        shown = kept if kept in names else names[0]
        name = url.linked(
            st.selectbox,
            "Dataset",
            names,
            url.DATASET,
            shown,
            others=lambda chosen: _leave(shown),
            help="Every dataset that was prepared in this workspace. Add one with `learn prepare`. Workspace: "
            + plain(str(cache.workspace().root)),
        )
    st.session_state[_KEPT] = name
    return cache.open_dataset(name)


def _leave(name: str) -> dict[str, str]:
    """Writes the dataset that is left into the URL, so that the back button finds it; nothing else changes."""
    if url.DATASET not in st.query_params:
        st.query_params[url.DATASET] = name
    return {}


def empty_workspace() -> None:
    """Says how to get a first dataset, and stops."""
    st.title("Nothing to show yet")
    st.info(f"The workspace {plain(str(cache.workspace().root))} has no dataset.", icon=":material/inventory_2:")
    st.write("Build the demo (a year of grocery shopping, ready in minutes):")
    st.code("learn demo", language="bash")
    st.write("Or bring your own items and interactions:")
    way_in("Bring your own", "bring")
    st.write("or on the command line:")
    st.code(
        "learn prepare tables --items items.csv --interactions interactions.csv --name mine\nlearn train mine",
        language="bash",
    )
    st.stop()


def no_runs(dataset: str) -> None:
    """Says how to train a first Run."""
    st.info(f"No Run of {plain(dataset)} yet: nothing has been trained on it.", icon=":material/model_training:")
    st.code(f"learn train {dataset}", language="bash")
