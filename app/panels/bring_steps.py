"""Bring your own: which step it is at, and what is still to come."""

from __future__ import annotations

import streamlit as st

from learn.config import PRESETS
from learn.evaluation.better import FEW_USERS
from learn.explore.metrics.leading import listed
from learn.ranking.schema import ImpressionColumns
from learn.runs.llms import called


def _readers() -> str:
    """What reads the items in a build: `learn.config.preset` takes one of two, by how events are cut."""
    usual, short = ([called(one.llm) for one in PRESETS[name].cex.encoders] for name in ("demo", "short"))
    more = [name for name in short if name not in usual]
    return listed(usual) + (f"; where histories are short, {listed(more)} too" if more else "")


STEPS = ("Two tables", "Check how they are read", "Build")
WHAT = (
    "One row per item, one row per interaction.",
    "It opens once both tables are chosen: say which column is what, under any name, and see what may be wrong.",
    f"A language model for English ({_readers()}) reads every item; all variants are trained, compared and mapped.",
)
"""What happens in each of `STEPS`."""
TIME = "about ten minutes"
BUILD = f"10,000 items with 100,000 interactions take {TIME} on two cores, without a GPU; nothing has to be downloaded."
"""What a build takes, as docs/scale.md reckons it."""
NEEDS = (
    "|  | Your tables | A build on two cores, without a GPU |",
    "|---|---|---|",
    f"| At least | {FEW_USERS} users (below that no comparisons are made) and a few thousand interactions | minutes |",
    f"| Comfortable | 10,000 items, 100,000 interactions | {TIME} |",
    "| Large | 100,000 items, ten million interactions, as Parquet | hours, with 16 GB of memory |",
)
"""How much the tables have to hold, may hold, and what that takes: a table in Markdown."""
_LOOK = """<style>
.bring-steps { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none;
  margin: 0 !important; padding: 0 !important }
.bring-steps li { flex: 1 1 10rem; margin: 0; padding: .1rem .8rem; cursor: default; font-size: .9rem;
  border-left: 4px solid rgba(128, 134, 146, .4); opacity: .72 }
.bring-steps li b { display: block; font-size: 1rem }
.bring-steps li[aria-current] { border-color: #1f5fa8; opacity: 1 }
[data-testid=stFileUploaderDropzoneInstructions] { display: none }
[data-testid=stFileUploaderDropzone]::after { content: "or drop a file here"; align-self: center;
  font-size: .9rem; opacity: .8 }
.st-key-bring_example_row [data-testid=stDownloadButton] p { text-decoration: underline }
</style>"""


def show(now: int) -> None:
    """Draws the steps, from 1 on, and what happens in each; all but the one that it is at are grey. From the second on
    it says what a build takes, as `show_needs` does before."""
    steps = "".join(
        f"<li{' aria-current=step' * (number == now)}><b>{number}. {words}</b> {what}</li>"
        for number, (words, what) in enumerate(zip(STEPS, WHAT, strict=True), 1)
    )
    st.html(f'<ol class="bring-steps">{steps}</ol>{_LOOK}')
    if now > 1:
        st.caption(BUILD)


IMPRESSIONS = (
    "Ranking compares what people were shown with what they took. Its table is given on the command line, after the "
    "build: one row for each time that somebody was shown an item, with the columns "
    f"{listed([f'`{name}`' for name in ImpressionColumns.NEEDED])} (0 or 1: whether they took it). Every other column "
    f"is a feature. A column of another name: `--map {ImpressionColumns.LABEL}=bought`. The interactions need times."
)
"""What the table of the page Ranking holds, and where it is given: Markdown."""


def show_impressions(name: str = "NAME") -> None:
    """Says, folded, where the table of impressions is given; ``name``: of the dataset."""
    with st.expander("For the page Ranking: a third table, of impressions"):
        st.markdown(IMPRESSIONS)
        st.code(f"learn rank {name} --impressions impressions.csv", language="bash")


def show_needs() -> None:
    """Says how much the tables have to hold, and what a build takes."""
    st.markdown("**How much it takes**")
    st.markdown("\n".join(NEEDS))
