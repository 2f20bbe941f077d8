"""What the check of a dataset found: what may be wrong in a box, what is good to know below, all counts folded away."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import streamlit as st

from app.shared import theme
from learn.data.report import NO_REMEDY, NOTE, OK, WARNING, Finding, findings, headline, notes_label, report_table

SEVERITY_ICONS = {OK: ":material/check_circle:", NOTE: ":material/info:", WARNING: ":material/warning:"}
_MOST_OPEN = 3
"""Notes that are drawn one below the other; more are folded away, by what they are on."""


def show(facts: dict[str, Any]) -> None:
    """Draws a report's facts (`learn.data.facts`); empty facts, of a dataset without a report, draw nothing."""
    if not facts:
        return
    found = findings(facts)
    warnings = [one for one in found if one.severity == WARNING]
    if not found:
        st.write(f"{SEVERITY_ICONS[OK]} Nothing had to be mended.")
    if warnings:
        lines = "\n".join(f"- {_sentence(one)}" for one in warnings)
        st.warning(f"**{theme.plain(headline(warnings))}**\n\n{lines}", icon=SEVERITY_ICONS[WARNING])
    notes = [one for one in found if one.severity == NOTE]
    with st.expander(notes_label(notes)) if len(notes) > _MOST_OPEN else nullcontext():
        for one in notes:
            st.write(f"{SEVERITY_ICONS[NOTE]} {_sentence(one)}")
    table = report_table(facts)
    counts = table[table["severity"] == OK]
    with st.expander("All facts"):
        st.dataframe(counts[["finding", "value"]], hide_index=True, width="stretch")


def _sentence(one: Finding) -> str:
    value = f"**{theme.plain(one.value)}** " if one.value else ""
    remedy = "" if one.remedy == NO_REMEDY else f" {theme.plain(one.remedy)}"
    return f"{value}{theme.plain(one.text.rstrip('.'))}.{remedy}"
