"""Bring your own: the build in the background, how far it is, and where it leads."""

from __future__ import annotations

import time

import streamlit as st

from app.shared import cache, links, theme
from learn.building import background
from learn.building.background import Spec
from learn.building.status import CANCELLED, DONE, FAILED, RUNNING, STOPPED, Status
from learn.errors import LearnError

_FRESH = 86_400
"""Seconds for which a build that has ended is still shown above the tables."""


def show_latest() -> str | None:
    """Draws the build that was begun last, while it runs and for a day after; the name of one that is running."""
    names = background.build_names(cache.workspace())
    if not names:
        return None
    status = background.build_status(cache.workspace(), names[0])
    if status.state != RUNNING and time.time() - status.updated > _FRESH:
        return None
    with st.container(border=True):
        if status.state == RUNNING:
            _follow(names[0])
        else:
            _ended(names[0], status)
    return names[0] if status.state == RUNNING else None


@st.fragment(run_every="2s")
def _follow(name: str) -> None:
    """Draws a running build anew every two seconds; the page is drawn anew once it has ended."""
    status = background.build_status(cache.workspace(), name)
    if status.state != RUNNING:
        st.rerun()
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.markdown(f":material/construction: **Building {theme.plain(name)}** · {_words(status)}")
    right.button("Cancel", key="bring_cancel", on_click=background.cancel, args=(cache.workspace(), name))
    st.progress(status.share)
    st.caption("This goes on without the page: close it, reload it, come back later.")


def _words(status: Status) -> str:
    said = f"step {status.place} of {status.of}: {theme.plain(status.step)}"
    if status.total:
        said += f", {status.done:,.0f} of {status.total:,.0f} {status.unit}"
    if status.seconds_left is not None:
        said += f", {_duration(status.seconds_left)} left of this step"
    return said + f" · {_duration(status.updated - status.started)} so far"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _ended(name: str, status: Status) -> None:
    if status.state == DONE:
        took = _duration(status.updated - status.started)
        st.markdown(f":material/check_circle: **{theme.plain(name)} is ready**, after {took}.")
        theme.way_in("Open the explorer", links.page("./", dataset=name))
        return
    if status.state == FAILED:
        theme.show_error(LearnError(status.what, status.remedy))
    elif status.state == CANCELLED:
        st.markdown(f":material/cancel: The build of **{theme.plain(name)}** was cancelled. What it finished is kept.")
    elif status.state == STOPPED:
        st.error(
            f"The build of {theme.plain(name)} ended without a word: its process was killed, or the machine was "
            "restarted or ran out of memory. What it finished is kept.",
            icon=":material/error:",
        )
        if said := background.last_words(cache.workspace(), name):
            with st.expander("Its last words"):
                st.code(said, language=None, wrap_lines=True)
    st.button("Go on with it", key="bring_go_on", on_click=_go_on, args=(name,), icon=":material/play_arrow:")
    show_problem()


def _go_on(name: str) -> None:
    begin_safely(lambda: background.read_spec(cache.workspace(), name))


def begin_safely(spec: object) -> None:
    """Starts a build (a Spec, or what makes one) from a button; what is wrong is kept for `show_problem`."""
    try:
        background.start(cache.workspace(), spec if isinstance(spec, Spec) else spec())  # type: ignore[operator]
    except LearnError as error:
        st.session_state["bring_problem"] = error


def show_problem() -> None:
    """Draws why the last build could not begin."""
    if problem := st.session_state.pop("bring_problem", None):
        theme.show_error(problem)
