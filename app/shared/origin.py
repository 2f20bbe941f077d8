"""Where the numbers on a page come from, on demand; what is stale says so without being asked."""

from __future__ import annotations

import streamlit as st

from app.shared import theme
from learn.explore.metrics.origin import Origin

LABEL = "Where these numbers come from"


def show(found: Origin) -> None:
    """A button that opens ``found`` (`learn.explore.metrics.origin`), and what is stale beside it."""
    for what, words in found:
        if what == "Stale":
            theme.caution(f"Stale: {words}.")
    with st.popover(LABEL, icon=":material/fact_check:", type="tertiary"):
        st.markdown("\n".join(f"- **{what}**: {theme.plain(words)}" for what, words in found))
