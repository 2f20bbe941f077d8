"""Bring your own: which step it is at, and what is still to come."""

from __future__ import annotations

import streamlit as st

from learn.evaluation.better import FEW_USERS

STEPS = ("Two tables", "Check how they are read", "Build")
READ = (
    "Which column is what, to be mended; how many items, users and interactions there are; what may be wrong; and the "
    "words that the language model will read."
)
BUILD = (
    "The language model reads every item once, which takes longest; then every variant is trained, compared with the "
    "baselines, and mapped. No GPU needed: about ten minutes for 10,000 items on two cores; the time left is shown."
)
LEAST = (
    f"The least that can be built: one user with 4 interactions. Of fewer than {FEW_USERS} users no figure says "
    "anything. Nothing is built before you say so."
)
_LATER = "bring_later_"
_LOOK = """<style>
.bring-steps { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none;
  margin: 0 !important; padding: 0 !important }
.bring-steps li { flex: 1 1 10rem; margin: 0; padding: .45rem .8rem; border-radius: 8px;
  border: 1px solid rgba(128, 134, 146, .5) }
.bring-steps li[aria-current] { background: #1f5fa8; border-color: #1f5fa8; color: #fff; font-weight: 600 }
[class*="st-key-bring_later_"] { border-style: dashed; opacity: .78 }
[data-testid=stFileUploaderDropzoneInstructions] { display: none }
</style>"""


def show(now: int) -> None:
    """Draws the steps, from 1 on, the one that it is at filled."""
    steps = "".join(
        f"<li{' aria-current=step' * (number == now)}><b>{number}</b> {words}</li>"
        for number, words in enumerate(STEPS, 1)
    )
    st.html(f'<ol class="bring-steps">{steps}</ol>{_LOOK}')


def show_later() -> None:
    """Draws what appears once both tables are there."""
    for column, (number, words) in zip(st.columns(2), ((2, READ), (3, BUILD)), strict=True):
        with column.container(border=True, height="stretch", key=f"{_LATER}{number}"):
            st.markdown(f"**{number}. {STEPS[number - 1]}**  \n{words}")
    st.caption(LEAST)
