"""Where the numbers on a page come from, on demand; what is stale says so without being asked."""

from __future__ import annotations

import streamlit as st

from app.shared import theme
from learn.explore.metrics.origin import STALE, Origin

LABEL = "Where these numbers come from"


def show(found: Origin, warned: bool = False) -> None:
    """A button that opens ``found`` (`learn.explore.metrics.origin`), and what is stale beside it.

    ``warned``: `warn` has said above what is stale.
    """
    if not warned:
        warn(found)
    with st.popover(LABEL, icon=":material/fact_check:", type="tertiary"):
        st.markdown("\n".join(f"- **{what}**: {theme.plain(words, what == STALE)}" for what, words in found))


def warn(found: Origin) -> None:
    """What is stale of ``found``; nothing where nothing is."""
    for what, words in found:
        if what == STALE:
            theme.caution(f"{STALE}: {words}.", commands=True)
