"""Bring your own: which step it is at, and what is still to come."""

from __future__ import annotations

import streamlit as st

from learn.evaluation.better import FEW_USERS

STEPS = ("Two tables", "Check how they are read", "Build")
WHAT = (
    "One row per item, one row per interaction.",
    "Which column is what, and what may be wrong: put it right before anything is built.",
    "The language model reads every item; all variants are trained, compared and mapped.",
)
"""What happens in each of `STEPS`."""
BUILD = (
    "Nothing is downloaded: the language model came with the installation. No GPU is needed. On two cores it takes "
    "about ten minutes for 10,000 items with 100,000 interactions, and hours for 100,000 items with ten million; the "
    "time left is shown."
)
"""What a build takes, as docs/scale.md reckons it."""
LEAST = (
    f"How much it needs: of fewer than {FEW_USERS} users nothing is claimed; a few thousand interactions, as the "
    "example has, to learn something. Ten million interactions fit into a computer of 16 GB: as Parquet, or put into "
    "the workspace's folder where the file is too large to upload."
)
_LOOK = """<style>
.bring-steps { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none;
  margin: 0 !important; padding: 0 !important }
.bring-steps li { flex: 1 1 10rem; margin: 0; padding: .1rem .8rem; cursor: default; font-size: .9rem;
  border-left: 4px solid rgba(128, 134, 146, .4); opacity: .72 }
.bring-steps li b { display: block; font-size: 1rem }
.bring-steps li[aria-current] { border-color: #1f5fa8; opacity: 1 }
[data-testid=stFileUploaderDropzoneInstructions] { display: none }
</style>"""


def show(now: int) -> None:
    """Draws the steps, from 1 on, and what happens in each; all but the one that it is at are grey."""
    steps = "".join(
        f"<li{' aria-current=step' * (number == now)}><b>{number}. {words}</b> {what}</li>"
        for number, (words, what) in enumerate(zip(STEPS, WHAT, strict=True), 1)
    )
    st.html(f'<ol class="bring-steps">{steps}</ol>{_LOOK}')


def show_needs() -> None:
    """Says how much the tables have to hold, and what a build takes."""
    st.caption(f"{LEAST}  \n{BUILD}")
